package io.prefork.spring.tomcat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import io.prefork.os.Listener;
import io.prefork.os.Scheme;
import io.prefork.spring.InvalidSettingException;
import io.prefork.worker.ListenerChannelSource;
import io.prefork.worker.Worker;
import io.prefork.worker.WorkerSpec.InheritedListener;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.ProtocolHandler;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

import org.springframework.boot.tomcat.CompressionConnectorCustomizer;
import org.springframework.boot.tomcat.TomcatConnectorCustomizer;
import org.springframework.boot.tomcat.TomcatProtocolHandlerCustomizer;
import org.springframework.boot.tomcat.TomcatWebServerFactory;
import org.springframework.boot.util.LambdaSafe;
import org.springframework.boot.web.server.Http2;
import org.springframework.boot.web.server.Ssl;
import org.springframework.util.StringUtils;

/**
 * Gives each inherited listening socket a connector, when Boot has configured its own.
 * Boot's takes the first address that is served with TLS, or else the first. Connectors
 * that the application adds take the addresses with their ports. The rest get connectors
 * like Boot's, with its TLS where their addresses say so.
 */
final class WorkerConnectors implements TomcatConnectorCustomizer {

	private static final Log logger = LogFactory.getLog(WorkerConnectors.class);

	private final TomcatWebServerFactory factory;

	private final Worker worker;

	private final ListenerChannelSource channels;

	private final boolean ssl;

	WorkerConnectors(TomcatWebServerFactory factory, Worker worker, ListenerChannelSource channels) {
		this.factory = factory;
		this.worker = worker;
		this.channels = channels;
		this.ssl = Ssl.isEnabled(factory.getSsl());
	}

	/**
	 * Whether any address is served with TLS.
	 */
	boolean haveTls() {
		return this.worker.spec().listeners().stream().anyMatch(this::isTls);
	}

	private boolean isTls(InheritedListener listener) {
		if (listener.scheme() == Scheme.HTTPS && !this.ssl) {
			throw new InvalidSettingException("prefork.bind", "https://" + listener.address(),
					"which needs TLS, but the web server is not configured with it",
					"Set 'server.ssl.bundle' to the name of an SSL bundle, or leave 'https://' out.");
		}
		return this.worker.spec().isTls(listener, this.ssl);
	}

	@Override
	public void customize(Connector connector) {
		if (!(connector.getProtocolHandler() instanceof PreforkHttp11Protocol main)) {
			return;
		}
		List<InheritedListener> free = new ArrayList<>(this.worker.spec().listeners());
		List<PreforkHttp11Protocol> others = new ArrayList<>();
		List<Connector> additional = new ArrayList<>();
		for (Connector ofApplication : this.factory.getAdditionalConnectors()) {
			additional.add((ofApplication.getPort() > 0) ? adopt(ofApplication, free, others) : ofApplication);
		}
		InheritedListener first = first(free);
		free.remove(first);
		main.adopt(this.worker, first, this.channels);
		for (InheritedListener listener : free) {
			additional.add(connector(listener, main, others));
		}
		this.factory.setAdditionalConnectors(additional);
		others.forEach((other) -> other.shareThreadsOf(main));
	}

	private InheritedListener first(List<InheritedListener> free) {
		return free.stream()
			.filter(this::isTls)
			.findFirst()
			.or(() -> free.stream().findFirst())
			.orElseThrow(() -> new InvalidSettingException("prefork.bind", addresses(),
					"all of which belong to connectors that the application adds to Tomcat",
					"Add the address of the web server itself to 'prefork.bind'."));
	}

	/**
	 * Each worker would open the port of such a connector for itself, and all but one
	 * would fail.
	 */
	private Connector adopt(Connector ofApplication, List<InheritedListener> free, List<PreforkHttp11Protocol> others) {
		int port = ofApplication.getPort();
		if (!ofApplication.getProtocolHandler().getClass().equals(Http11NioProtocol.class)) {
			throw new InvalidSettingException("prefork.bind", addresses(),
					"but the application adds a connector on port " + port + " to Tomcat that workers cannot share: "
							+ ofApplication.getProtocolHandlerClassName(),
					"Use a connector of class " + Http11NioProtocol.class.getName()
							+ ", or set 'prefork.enabled' to false.");
		}
		InheritedListener listener = take(free, port)
			.orElseThrow(() -> new InvalidSettingException("prefork.bind", addresses(),
					"in which port " + port + " is missing, on which the application adds a connector to Tomcat",
					"Add ':" + port
							+ "' to 'prefork.bind', so that all workers can accept from it, beside the address of "
							+ "the web server itself."));
		AddedConnector added = new AddedConnector(ofApplication);
		added.protocol().adopt(this.worker, listener, this.channels);
		others.add(added.protocol());
		return added.connector();
	}

	private static Optional<InheritedListener> take(List<InheritedListener> free, int port) {
		Optional<InheritedListener> found = free.stream().filter((listener) -> listener.port() == port).findFirst();
		found.ifPresent(free::remove);
		return found;
	}

	private String addresses() {
		return this.worker.spec()
			.listeners()
			.stream()
			.map((listener) -> listener.scheme().prefix() + listener.address())
			.collect(Collectors.joining(","));
	}

	@SuppressWarnings("unchecked")
	private Connector connector(InheritedListener listener, PreforkHttp11Protocol main,
			List<PreforkHttp11Protocol> others) {
		PreforkHttp11Protocol protocol = new PreforkHttp11Protocol();
		Connector connector = new Connector(protocol);
		connector.setThrowOnFailure(true);
		connector.setPort(0);
		if (StringUtils.hasText(this.factory.getServerHeader())) {
			connector.setProperty("server", this.factory.getServerHeader());
		}
		connector.setURIEncoding(this.factory.getUriEncoding().name());
		Http2 http2 = this.factory.getHttp2();
		if (http2 != null && http2.isEnabled()) {
			connector.addUpgradeProtocol(new Http2Protocol());
		}
		if (isTls(listener)) {
			connector.setScheme("https");
			connector.setSecure(true);
			protocol.shareTlsOf(main);
		}
		else if (this.ssl && listener.scheme() == Scheme.UNSAID && listener.family() != Listener.Family.UNIX) {
			logger.warn("The address " + listener.address()
					+ " is served without TLS; write https:// or http:// before it in 'prefork.bind'");
		}
		LambdaSafe
			.callbacks(TomcatProtocolHandlerCustomizer.class, this.factory.getProtocolHandlerCustomizers(),
					(ProtocolHandler) protocol)
			.invoke((customizer) -> customizer.customize(protocol));
		new CompressionConnectorCustomizer(this.factory.getCompression()).customize(connector);
		this.factory.getConnectorCustomizers()
			.stream()
			.filter((customizer) -> customizer != this)
			.forEach((customizer) -> customizer.customize(connector));
		protocol.adopt(this.worker, listener, this.channels);
		others.add(protocol);
		return connector;
	}

}
