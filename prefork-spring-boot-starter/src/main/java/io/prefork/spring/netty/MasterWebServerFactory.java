package io.prefork.spring.netty;

import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServer;
import org.springframework.http.server.reactive.HttpHandler;

/**
 * Makes no web server for a negative port, as Boot's factory for Tomcat does. The
 * master's context has such a port; Boot's management context, a child of it, makes a
 * factory of this class for a port of its own.
 */
public class MasterWebServerFactory extends NettyReactiveWebServerFactory {

	@Override
	public WebServer getWebServer(HttpHandler httpHandler) {
		return (getPort() < 0) ? new NoWebServer() : super.getWebServer(httpHandler);
	}

	private static final class NoWebServer implements WebServer {

		@Override
		public void start() {
		}

		@Override
		public void stop() {
		}

		@Override
		public int getPort() {
			return -1;
		}

	}

}
