package io.prefork.spring.netty;

import java.net.SocketAddress;
import java.util.List;
import java.util.stream.Stream;

import io.netty.channel.group.ChannelGroup;
import io.prefork.spring.InvalidSettingException;
import io.prefork.worker.WorkerSpec;
import io.prefork.worker.WorkerSpec.InheritedListener;
import org.jspecify.annotations.Nullable;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerConfig;
import reactor.netty.resources.LoopResources;

/**
 * The listeners of a worker, with TLS and without. One server of Reactor Netty's has
 * either TLS or none: Boot's own serves the first listener and those like it; another,
 * that starts and stops with it, the rest.
 */
final class ListenerSplit {

	private final HttpServer configured;

	private final NettyEndpoint endpoint;

	private final LoopResources loops;

	private final boolean tls;

	private final List<InheritedListener> own;

	private final List<InheritedListener> others;

	private volatile @Nullable DisposableServer other;

	/**
	 * Splits the listeners.
	 * @throws InvalidSettingException if one needs TLS, and the server does not have it
	 */
	ListenerSplit(WorkerSpec spec, HttpServer configured, NettyEndpoint endpoint, LoopResources loops) {
		this.configured = configured;
		this.endpoint = endpoint;
		this.loops = loops;
		boolean ssl = configured.configuration().isSecure();
		this.tls = spec.isTls(spec.listeners().get(0), ssl);
		this.own = spec.listeners().stream().filter((listener) -> spec.isTls(listener, ssl) == this.tls).toList();
		this.others = spec.listeners().stream().filter((listener) -> !this.own.contains(listener)).toList();
		if (!ssl) {
			Stream.of(this.tls ? this.own : this.others).flatMap(List::stream).findFirst().ifPresent((listener) -> {
				throw new InvalidSettingException("prefork.bind", "https://" + listener.address(),
						"which needs TLS, but the web server is not configured with it",
						"Set 'server.ssl.bundle' to the name of an SSL bundle, or leave 'https://' out.");
			});
		}
	}

	/**
	 * The server to be started in place of the configured one.
	 */
	HttpServer server() {
		HttpServer server = accepting(this.tls, this.own).childObserve(new RequestObserver());
		return this.others.isEmpty() ? server
				: server.doOnBind(this::bindOther).doOnUnbound((unbound) -> disposeOther());
	}

	/**
	 * Starts the other server. What handles requests is an observer, and comes along with
	 * the others: one that the application has set hears of this server's connections
	 * twice.
	 */
	private void bindOther(HttpServerConfig config) {
		HttpServer other = accepting(!this.tls, this.others).childObserve(config.childObserver());
		ChannelGroup group = config.channelGroup();
		this.other = ((group != null) ? other.channelGroup(group) : other).bindNow();
	}

	private void disposeOther() {
		DisposableServer other = this.other;
		if (other != null) {
			other.dispose();
		}
	}

	private HttpServer accepting(boolean tls, List<InheritedListener> listeners) {
		SocketAddress address = PreforkServerChannel.address(listeners);
		HttpServer server = tls ? this.configured : plain();
		return server
			.runOn(new PreforkLoopResources(this.loops, this.endpoint, listeners),
					this.configured.configuration().isPreferNative())
			.bindAddress(() -> address);
	}

	private HttpServer plain() {
		HttpProtocol[] protocols = Stream.of(this.configured.configuration().protocols())
			.map((protocol) -> (protocol == HttpProtocol.H2) ? HttpProtocol.H2C : protocol)
			.toArray(HttpProtocol[]::new);
		return this.configured.noSSL().protocol(protocols);
	}

}
