package io.prefork.spring.jetty;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.prefork.os.Listener;
import io.prefork.os.Scheme;
import io.prefork.spring.InvalidSettingException;
import io.prefork.worker.ListenerChannelSource;
import io.prefork.worker.WorkerSpec;
import io.prefork.worker.WorkerSpec.InheritedListener;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;

/**
 * Which of Jetty's connectors accepts from which listening socket of a worker. Connectors
 * of the application's own take the addresses with their ports. Of those that are left,
 * the one that Boot configured takes the first that is served with TLS, or else the
 * first; and each other gets a connector like Boot's, without TLS and HTTP/2 if its
 * scheme says so.
 */
final class Connectors {

	private static final Log logger = LogFactory.getLog(Connectors.class);

	private final WorkerServer workerServer;

	private final WorkerSpec spec;

	private final ListenerChannelSource channels;

	private final List<PreforkConnector> adopted = new ArrayList<>();

	Connectors(WorkerServer workerServer, WorkerSpec spec, ListenerChannelSource channels) {
		this.workerServer = workerServer;
		this.spec = spec;
		this.channels = channels;
	}

	/**
	 * Replaces a server's connectors.
	 * @return those that accept from the worker's listening sockets
	 */
	List<PreforkConnector> adopt(Server server) {
		List<Connector> all = new ArrayList<>(Arrays.asList(server.getConnectors()));
		ServerConnector configured = serverConnectors(all).findFirst()
			.orElseThrow(() -> new IllegalStateException("A worker needs a " + ServerConnector.class.getName()
					+ ", to accept from its listening sockets, but Jetty is configured with " + all));
		boolean ssl = configured.getConnectionFactory(SslConnectionFactory.class) != null;
		List<InheritedListener> left = new ArrayList<>(this.spec.listeners());
		all.replaceAll((
				connector) -> (connector != configured && connector instanceof ServerConnector own && own.getPort() > 0)
						? add(own, listener(left, own.getPort()), own.getConnectionFactories(),
								own.getSelectorManager().getSelectorCount())
						: connector);
		InheritedListener main = main(left, ssl);
		left.remove(main);
		int selectors = configured.getSelectorManager().getSelectorCount();
		all.set(all.indexOf(configured), likeConfigured(configured, main, ssl, selectors));
		left.forEach((listener) -> all.add(likeConfigured(configured, listener, ssl, 1)));
		server.setConnectors(all.toArray(Connector[]::new));
		return this.adopted;
	}

	/**
	 * Threads that a server's connectors occupy and that serve no request.
	 */
	static int threads(Server server) {
		return serverConnectors(Arrays.asList(server.getConnectors()))
			.mapToInt((connector) -> connector.getAcceptors() + connector.getSelectorManager().getSelectorCount())
			.sum();
	}

	private static Stream<ServerConnector> serverConnectors(List<Connector> connectors) {
		return connectors.stream().filter(ServerConnector.class::isInstance).map(ServerConnector.class::cast);
	}

	private InheritedListener listener(List<InheritedListener> left, int port) {
		InheritedListener found = left.stream()
			.filter((listener) -> listener.port() == port)
			.findFirst()
			.orElseThrow(() -> undeclared(port));
		left.remove(found);
		return found;
	}

	private InheritedListener main(List<InheritedListener> left, boolean ssl) {
		return left.stream()
			.filter((listener) -> this.spec.isTls(listener, ssl))
			.findFirst()
			.or(() -> left.stream().findFirst())
			.orElseThrow(() -> new InvalidSettingException("prefork.bind", addresses(),
					"all of which belong to connectors that the application adds to Jetty",
					"Add the address of the web server itself to 'prefork.bind'."));
	}

	private String addresses() {
		return this.spec.listeners()
			.stream()
			.map((listener) -> listener.scheme().prefix() + listener.address())
			.collect(Collectors.joining(","));
	}

	private InvalidSettingException undeclared(int port) {
		String addresses = addresses();
		return new InvalidSettingException("prefork.bind", addresses,
				"but the application configures a connector for port " + port
						+ " besides, which only one of the workers could open",
				"Set 'prefork.bind' to '" + addresses + ",:" + port + "': the master then opens the port, and the"
						+ " connector accepts from it in each worker.");
	}

	private PreforkConnector likeConfigured(ServerConnector configured, InheritedListener listener, boolean ssl,
			int selectors) {
		boolean tls = this.spec.isTls(listener, ssl);
		if (tls && !ssl) {
			throw new InvalidSettingException("prefork.bind", listener.scheme().prefix() + listener.address(),
					"which needs TLS, but Jetty is configured without",
					"Set 'server.ssl.bundle' to the name of an SSL bundle, or leave 'https://' out.");
		}
		if (ssl && !tls && listener.scheme() == Scheme.UNSAID && listener.family() != Listener.Family.UNIX) {
			logger.warn("The address " + listener.address() + " is served without TLS, which is on the first address "
					+ "of 'prefork.bind' and on those with 'https://' alone");
		}
		return add(configured, listener,
				(tls == ssl) ? configured.getConnectionFactories() : List.of(plainHttp(configured)), selectors);
	}

	private PreforkConnector add(ServerConnector like, InheritedListener listener,
			Collection<ConnectionFactory> factories, int selectors) {
		PreforkConnector connector = new PreforkConnector(like, selectors, factories, this.workerServer,
				this.workerServer.share(listener, this.channels));
		this.adopted.add(connector);
		return connector;
	}

	/**
	 * HTTP as it is configured, but for TLS and HTTP/2.
	 */
	private static HttpConnectionFactory plainHttp(ServerConnector connector) {
		HttpConnectionFactory factory = connector.getConnectionFactory(HttpConnectionFactory.class);
		HttpConfiguration configuration = (factory != null) ? new HttpConfiguration(factory.getHttpConfiguration())
				: new HttpConfiguration();
		configuration.setCustomizers(configuration.getCustomizers()
			.stream()
			.filter((customizer) -> !(customizer instanceof SecureRequestCustomizer))
			.toList());
		return new HttpConnectionFactory(configuration);
	}

}
