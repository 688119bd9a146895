package io.prefork.spring.jetty;

import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link Protocol}.
 */
class ProtocolTests {

	/**
	 * Jetty's connection says so from when it has read the preface until it has made way.
	 */
	@Test
	void whenConnectionOfHttp11ReadsThePrefaceOfHttp2ThenItIsNotHttp2Yet() {
		HttpConnection connection = new HttpConnection(new HttpConfiguration(), new LocalConnector(new Server()),
				new ByteArrayEndPoint()) {

			@Override
			public HttpVersion getHttpVersion() {
				return HttpVersion.HTTP_2;
			}

		};
		assertThat(Protocol.of(connection).isHttp2()).isFalse();
	}

}
