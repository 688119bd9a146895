package io.prefork.spring.jetty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;

import io.prefork.spring.HoldingController;
import io.prefork.spring.Holds;
import io.prefork.spring.TestListener;
import io.prefork.worker.Worker;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.OnOpen;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpoint;
import org.eclipse.jetty.ee11.websocket.server.JettyWebSocketServerContainer;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jetty.JettyServerCustomizer;
import org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * An application on Jetty, as a worker runs it.
 */
@Configuration(proxyBeanMethods = false)
@Import({ Holds.class, HoldingController.class, JettyTestApplication.FlushingController.class,
		JettyTestApplication.SocketController.class })
@ImportAutoConfiguration({ SslAutoConfiguration.class, JettyServletWebServerAutoConfiguration.class,
		DispatcherServletAutoConfiguration.class, WebMvcAutoConfiguration.class,
		HttpMessageConvertersAutoConfiguration.class })
class JettyTestApplication {

	static ConfigurableApplicationContext run(Worker worker, String... properties) {
		return run(worker, (server) -> {
		}, properties);
	}

	static ConfigurableApplicationContext run(Worker worker, JettyServerCustomizer customizer, String... properties) {
		return new SpringApplicationBuilder(JettyTestApplication.class).web(WebApplicationType.SERVLET)
			.properties(properties)
			.properties("spring.main.banner-mode=off")
			.initializers((context) -> {
				GenericApplicationContext beans = (GenericApplicationContext) context;
				beans.registerBean(JettyServerCustomizer.class, () -> customizer);
				beans.registerBean(PreforkJettyWebServerFactoryCustomizer.class,
						() -> new PreforkJettyWebServerFactoryCustomizer(() -> Optional.of(worker),
								TestListener::copy));
			})
			.run();
	}

	/**
	 * Commits an answer before it is whole.
	 */
	@RestController
	static class FlushingController {

		private final Holds holds;

		FlushingController(Holds holds) {
			this.holds = holds;
		}

		@GetMapping("/flushed")
		void flushed(HttpServletResponse response) throws IOException {
			response.getOutputStream().print("he");
			response.flushBuffer();
			this.holds.hold();
			response.getOutputStream().print("ld");
		}

	}

	/**
	 * Upgrades to WebSocket by Jetty's own container, as Spring does, and by that of
	 * Jakarta.
	 */
	@RestController
	static class SocketController implements SmartInitializingSingleton {

		private final ServletContext servletContext;

		SocketController(ServletContext servletContext) {
			this.servletContext = servletContext;
		}

		@Override
		public void afterSingletonsInstantiated() {
			ServerContainer container = (ServerContainer) this.servletContext
				.getAttribute(ServerContainer.class.getName());
			try {
				container.addEndpoint(Flood.class);
			}
			catch (DeploymentException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@GetMapping("/socket")
		void socket(HttpServletRequest request, HttpServletResponse response) throws IOException {
			JettyWebSocketServerContainer.getContainer(this.servletContext)
				.upgrade((upgradeRequest, upgradeResponse) -> new JettyEcho(), request, response);
		}

	}

	public static class JettyEcho implements Session.Listener.AutoDemanding {

		private volatile @Nullable Session session;

		@Override
		public void onWebSocketOpen(Session session) {
			this.session = session;
		}

		@Override
		public void onWebSocketText(String message) {
			Objects.requireNonNull(this.session).sendText(message, Callback.NOOP);
		}

	}

	/**
	 * Sends more than sockets hold.
	 */
	@ServerEndpoint("/flood")
	public static class Flood {

		@OnOpen
		public void send(jakarta.websocket.Session session) {
			session.getAsyncRemote().sendBinary(ByteBuffer.allocate(64 * 1024 * 1024));
		}

	}

}
