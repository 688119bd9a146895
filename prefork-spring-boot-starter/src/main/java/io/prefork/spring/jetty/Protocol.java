package io.prefork.spring.jetty;

import java.util.function.BooleanSupplier;

import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.NegotiatingServerConnection;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.jspecify.annotations.Nullable;

/**
 * What is spoken on a connection, below TLS.
 */
final class Protocol {

	private final @Nullable Connection connection;

	private Protocol(@Nullable Connection connection) {
		this.connection = connection;
	}

	static Protocol of(EndPoint endPoint) {
		return of(endPoint.getConnection());
	}

	static Protocol of(@Nullable Connection lowest) {
		Connection connection = lowest;
		while (connection instanceof SslConnection tls) {
			connection = tls.getSslEndPoint().getConnection();
		}
		return new Protocol(connection);
	}

	/**
	 * A connection of HTTP/1.1 that reads the preface of HTTP/2, before it makes way,
	 * names HTTP/2 as its version too.
	 */
	boolean isHttp2() {
		return this.connection instanceof ConnectionMetaData http && http.getHttpVersion() == HttpVersion.HTTP_2
				&& !(this.connection instanceof HttpConnection);
	}

	/**
	 * Tells the client of a HTTP/2 connection to open no more streams, once, and not
	 * before the connection has begun.
	 */
	void sayGoAway(JettyConnection told) {
		if (this.connection == null || !isHttp2()) {
			return;
		}
		Http2 http2 = new Http2(this.connection);
		if (http2.hasBegun() && told.mustBeToldToGoAway()) {
			http2.sayGoAway();
		}
	}

	/**
	 * Closes a connection that is quiet. Those that were upgraded otherwise have no idle
	 * state that could be seen here.
	 * @param idle whether the connection is still quiet
	 */
	void close(ObservedEndPoint endPoint, BooleanSupplier idle) {
		if (this.connection != null && isHttp2()) {
			new Http2(this.connection).close();
		}
		else if (this.connection instanceof ConnectionMetaData
				|| this.connection instanceof NegotiatingServerConnection) {
			endPoint.closeUnlessReadable(idle);
		}
	}

}
