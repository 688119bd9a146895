package io.prefork.spring.tomcat;

import org.apache.catalina.connector.Connector;
import org.apache.coyote.UpgradeProtocol;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.SSLHostConfig;

import org.springframework.beans.BeanUtils;

/**
 * Takes the place of a connector that an application adds by itself, since Tomcat's
 * connectors cannot be given another socket. What is set on the connector and on its
 * protocol handler is taken over, TLS and HTTP/2 included. What is the worker's to decide
 * is not (threads, connections, keep-alive), nor are attributes of the endpoint, which
 * Tomcat does not tell ({@code socket.*}).
 */
final class AddedConnector {

	private static final String[] CONNECTOR_OWN = { "port", "portOffset", "service", "domain", "throwOnFailure" };

	private static final String[] PROTOCOL_OWN = { "port", "portOffset", "address", "adapter", "executor",
			"utilityExecutor", "maxThreads", "minSpareThreads", "maxConnections", "maxKeepAliveRequests",
			"defaultSSLHostConfigName" };

	private final PreforkHttp11Protocol protocol = new PreforkHttp11Protocol();

	private final Connector connector = new Connector(this.protocol);

	AddedConnector(Connector original) {
		Http11NioProtocol source = (Http11NioProtocol) original.getProtocolHandler();
		BeanUtils.copyProperties(source, this.protocol, PROTOCOL_OWN);
		BeanUtils.copyProperties(original, this.connector, CONNECTOR_OWN);
		this.connector.setThrowOnFailure(true);
		this.connector.setPort(0);
		for (UpgradeProtocol upgradeProtocol : original.findUpgradeProtocols()) {
			this.connector.addUpgradeProtocol(upgradeProtocol);
		}
		for (SSLHostConfig host : original.findSslHostConfigs()) {
			this.connector.addSslHostConfig(host);
		}
		this.protocol.setDefaultSSLHostConfigName(source.getDefaultSSLHostConfigName());
	}

	PreforkHttp11Protocol protocol() {
		return this.protocol;
	}

	Connector connector() {
		return this.connector;
	}

}
