package io.prefork.spring.jetty;

import java.util.Map;
import java.util.Optional;

import io.prefork.spring.HoldingController;
import io.prefork.spring.Holds;
import io.prefork.spring.SharedListener;
import io.prefork.spring.StubWorker;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jetty.autoconfigure.reactive.JettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.error.ErrorWebFluxAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;
import org.springframework.web.reactive.socket.server.upgrade.JettyRequestUpgradeStrategy;

/**
 * A reactive application on Jetty, as a worker runs it.
 */
@Configuration(proxyBeanMethods = false)
@Import({ Holds.class, HoldingController.class })
@ImportAutoConfiguration({ SslAutoConfiguration.class, JettyReactiveWebServerAutoConfiguration.class,
		HttpHandlerAutoConfiguration.class, WebFluxAutoConfiguration.class, ErrorWebFluxAutoConfiguration.class })
class ReactiveJettyTestApplication {

	@Bean
	SimpleUrlHandlerMapping sockets() {
		WebSocketHandler echo = (session) -> session
			.send(session.receive().map(WebSocketMessage::getPayloadAsText).map(session::textMessage));
		return new SimpleUrlHandlerMapping(Map.of("/socket", echo), -1);
	}

	/**
	 * The server is chosen by the class path, and so is how to upgrade: here it has
	 * several.
	 */
	@Bean
	WebFluxConfigurer upgrade() {
		return new WebFluxConfigurer() {

			@Override
			public WebSocketService getWebSocketService() {
				return new HandshakeWebSocketService(new JettyRequestUpgradeStrategy());
			}

		};
	}

	static ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return new SpringApplicationBuilder(ReactiveJettyTestApplication.class).web(WebApplicationType.REACTIVE)
			.properties(properties)
			.properties("spring.main.banner-mode=off")
			.initializers((context) -> ((GenericApplicationContext) context).registerBean(
					PreforkJettyWebServerFactoryCustomizer.class,
					() -> new PreforkJettyWebServerFactoryCustomizer(() -> Optional.of(worker), SharedListener::copy)))
			.run();
	}

}
