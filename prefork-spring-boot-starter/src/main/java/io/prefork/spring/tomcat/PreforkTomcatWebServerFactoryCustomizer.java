package io.prefork.spring.tomcat;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.prefork.worker.ListenerChannelSource;
import io.prefork.worker.Worker;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

import org.springframework.boot.tomcat.TomcatWebServerFactory;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;

/**
 * Lets the first web server of a worker, which is the application's, accept from the
 * inherited listening sockets; a server made later, such as that of a management context,
 * is left alone. Comes after everything that configures the server, whose other settings
 * stay as they are.
 */
final class PreforkTomcatWebServerFactoryCustomizer
		implements WebServerFactoryCustomizer<TomcatWebServerFactory>, Ordered {

	private static final Log logger = LogFactory.getLog(PreforkTomcatWebServerFactoryCustomizer.class);

	private final Supplier<Optional<Worker>> worker;

	private final ListenerChannelSource channels;

	private final AtomicBoolean adopted = new AtomicBoolean();

	PreforkTomcatWebServerFactoryCustomizer(Supplier<Optional<Worker>> worker, ListenerChannelSource channels) {
		this.worker = worker;
		this.channels = channels;
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public void customize(TomcatWebServerFactory factory) {
		this.worker.get().filter((worker) -> !worker.spec().listeners().isEmpty()).ifPresent((worker) -> {
			if (this.adopted.compareAndSet(false, true)) {
				adopt(factory, worker);
			}
		});
	}

	private void adopt(TomcatWebServerFactory factory, Worker worker) {
		if (!TomcatWebServerFactory.DEFAULT_PROTOCOL.equals(factory.getProtocol())) {
			logger
				.warn("A worker needs Tomcat's NIO connector: the protocol " + factory.getProtocol() + " is not used");
		}
		factory.setProtocol(PreforkHttp11Protocol.class.getName());
		WorkerConnectors connectors = new WorkerConnectors(factory, worker, this.channels);
		if (!connectors.haveTls() && Ssl.isEnabled(factory.getSsl())) {
			logger.info("No address of 'prefork.bind' is served with TLS, although it is configured");
			factory.setSsl(null);
		}
		factory.addConnectorCustomizers(connectors);
	}

}
