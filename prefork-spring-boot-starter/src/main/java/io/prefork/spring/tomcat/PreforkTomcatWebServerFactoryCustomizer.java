package io.prefork.spring.tomcat;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.prefork.spring.listen.ListenerChannelSource;
import io.prefork.worker.Worker;
import io.prefork.worker.WorkerSpec.InheritedListener;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.ProtocolHandler;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

import org.springframework.boot.tomcat.TomcatConnectorCustomizer;
import org.springframework.boot.tomcat.TomcatProtocolHandlerCustomizer;
import org.springframework.boot.tomcat.TomcatWebServerFactory;
import org.springframework.boot.util.LambdaSafe;
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
		List<InheritedListener> listeners = worker.spec().listeners();
		List<PreforkHttp11Protocol> additional = listeners.stream()
			.skip(1)
			.map((listener) -> addConnector(factory, worker, listener))
			.toList();
		factory.addConnectorCustomizers((connector) -> {
			if (connector.getProtocolHandler() instanceof PreforkHttp11Protocol protocol) {
				protocol.adopt(worker, listeners.get(0), this.channels);
				additional.forEach((other) -> other.shareThreadsOf(protocol));
			}
		});
	}

	private PreforkHttp11Protocol addConnector(TomcatWebServerFactory factory, Worker worker,
			InheritedListener listener) {
		PreforkHttp11Protocol protocol = new PreforkHttp11Protocol();
		factory.addAdditionalConnectors(connector(factory, protocol));
		protocol.adopt(worker, listener, this.channels);
		return protocol;
	}

	/**
	 * Makes a connector like Boot's own, but for TLS and HTTP/2.
	 */
	@SuppressWarnings("unchecked")
	private Connector connector(TomcatWebServerFactory factory, PreforkHttp11Protocol protocol) {
		Connector connector = new Connector(protocol);
		connector.setThrowOnFailure(true);
		connector.setPort(0);
		connector.setURIEncoding(factory.getUriEncoding().name());
		LambdaSafe
			.callbacks(TomcatProtocolHandlerCustomizer.class, factory.getProtocolHandlerCustomizers(),
					(ProtocolHandler) protocol)
			.invoke((customizer) -> customizer.customize(protocol));
		for (TomcatConnectorCustomizer customizer : factory.getConnectorCustomizers()) {
			customizer.customize(connector);
		}
		return connector;
	}

}
