package io.prefork.spring.netty;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.netty.channel.ChannelOption;
import io.prefork.worker.ListenerChannelSource;
import io.prefork.worker.Worker;
import io.prefork.worker.WorkerSettings;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * Lets the first web server of a worker, which is the application's, accept from the
 * inherited listening sockets; a server made later, such as that of a management context,
 * is left alone. Comes after everything that configures the server, whose other settings
 * stay as they are.
 */
final class PreforkNettyWebServerFactoryCustomizer
		implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory>, Ordered {

	/**
	 * The server's own timeout cannot be taken away from it.
	 */
	private static final Duration NEVER = Duration.ofDays(10_000);

	private final Supplier<Optional<Worker>> worker;

	private final ListenerChannelSource channels;

	private final ObjectProvider<ReactorResourceFactory> resources;

	private final AtomicBoolean adopted = new AtomicBoolean();

	PreforkNettyWebServerFactoryCustomizer(Supplier<Optional<Worker>> worker, ListenerChannelSource channels,
			ObjectProvider<ReactorResourceFactory> resources) {
		this.worker = worker;
		this.channels = channels;
		this.resources = resources;
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public void customize(NettyReactiveWebServerFactory factory) {
		this.worker.get().filter((worker) -> !worker.spec().listeners().isEmpty()).ifPresent((worker) -> {
			if (this.adopted.compareAndSet(false, true)) {
				adopt(factory, worker);
			}
		});
	}

	private void adopt(NettyReactiveWebServerFactory factory, Worker worker) {
		ReactorResourceFactory resources = this.resources.getIfUnique();
		// Boot would put the factory's event loops in the place of ours at last
		factory.setResourceFactory(null);
		factory.addServerCustomizers((server) -> adopt(server, worker, resources));
	}

	private HttpServer adopt(HttpServer server, Worker worker, @Nullable ReactorResourceFactory resources) {
		Object noDelay = server.configuration().childOptions().get(ChannelOption.TCP_NODELAY);
		NettyEndpoint endpoint = new NettyEndpoint(worker, this.channels, Boolean.TRUE.equals(noDelay),
				idleTimeout(server, worker.settings()));
		worker.register(new NettyServerAdapter(endpoint));
		LoopResources loops = (resources != null) ? resources.getLoopResources() : null;
		return new ListenerSplit(worker.spec(), configure(server, worker.settings()), endpoint,
				(loops != null) ? loops : server.configuration().loopResources())
			.server();
	}

	/**
	 * After what time the worker itself closes idle connections.
	 * @return the time, or {@code null} if the application has set the server's own
	 * timeout, and nothing else
	 */
	static @Nullable Duration idleTimeout(HttpServer server, WorkerSettings settings) {
		Duration keepAlive = settings.keepAlive().filter((timeout) -> !timeout.isZero()).orElse(null);
		if (keepAlive == null && server.configuration().idleTimeout() == null) {
			return IdleTimeout.DEFAULT;
		}
		return keepAlive;
	}

	private HttpServer configure(HttpServer server, WorkerSettings settings) {
		int requests = settings.clients().keepAliveRequests();
		HttpServer configured = server.childOption(ChannelOption.TCP_NODELAY, null)
			.maxKeepAliveRequests((requests > 0) ? requests : -1);
		Duration keepAlive = settings.keepAlive().orElse(null);
		if (keepAlive != null && keepAlive.isZero()) {
			return configured.maxKeepAliveRequests(1);
		}
		return (keepAlive != null && configured.configuration().idleTimeout() != null) ? configured.idleTimeout(NEVER)
				: configured;
	}

}
