package io.prefork.spring.jetty;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.prefork.worker.ListenerChannelSource;
import io.prefork.worker.Worker;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ReservedThreadExecutor;
import org.eclipse.jetty.util.thread.VirtualThreadPool;

import org.springframework.boot.jetty.JettyWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;

/**
 * Lets the first web server of a worker, which is the application's, accept from the
 * inherited listening sockets; a server made later, such as that of a management context,
 * is left alone. Comes after everything that configures the server, whose other settings
 * stay as they are.
 */
final class PreforkJettyWebServerFactoryCustomizer
		implements WebServerFactoryCustomizer<JettyWebServerFactory>, Ordered {

	private final Supplier<Optional<Worker>> worker;

	private final ListenerChannelSource channels;

	private final AtomicBoolean adopted = new AtomicBoolean();

	PreforkJettyWebServerFactoryCustomizer(Supplier<Optional<Worker>> worker, ListenerChannelSource channels) {
		this.worker = worker;
		this.channels = channels;
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public void customize(JettyWebServerFactory factory) {
		this.worker.get().filter((worker) -> !worker.spec().listeners().isEmpty()).ifPresent((worker) -> {
			if (this.adopted.compareAndSet(false, true)) {
				adopt(factory, worker);
			}
		});
	}

	private void adopt(JettyWebServerFactory factory, Worker worker) {
		WorkerSettings settings = worker.settings();
		// Jetty would accept one connection more, and drop it
		factory.setMaxConnections(-1);
		if (hasOwnThreads(settings) && factory.getThreadPool() instanceof VirtualThreadPool) {
			factory.setThreadPool(new QueuedThreadPool());
		}
		factory.addServerCustomizers((server) -> adopt(server, worker, new WorkerServer(worker)));
	}

	private static boolean hasOwnThreads(WorkerSettings settings) {
		return settings.type() == WorkerType.SYNC || settings.type() == WorkerType.GTHREAD;
	}

	private void adopt(Server server, Worker worker, WorkerServer workerServer) {
		List<PreforkConnector> connectors = new Connectors(workerServer, worker.spec(), this.channels).adopt(server);
		server.setHandler(new RequestObserver(server.getHandler(), workerServer));
		setThreads(server, worker.settings());
		worker.register(new JettyServerAdapter(workerServer, connectors));
	}

	/**
	 * Jetty takes the threads for its connectors, and those that it holds in reserve,
	 * from the same pool as those that serve requests.
	 */
	private static void setThreads(Server server, WorkerSettings settings) {
		if (hasOwnThreads(settings) && server.getThreadPool() instanceof QueuedThreadPool pool) {
			int reserved = ReservedThreadExecutor.reservedThreads(pool, pool.getReservedThreads());
			int threads = settings.slots() + WorkerServer.overflow(settings) + Connectors.threads(server) + reserved;
			pool.setReservedThreads(reserved);
			pool.setMinThreads(Math.min(pool.getMinThreads(), threads));
			pool.setMaxThreads(threads);
		}
		else if (settings.type() == WorkerType.ASYNC && server.getThreadPool() instanceof VirtualThreadPool pool) {
			// Requests are bounded by the slots
			pool.setMaxConcurrentTasks(0);
		}
	}

}
