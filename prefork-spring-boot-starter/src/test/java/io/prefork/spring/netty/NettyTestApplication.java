package io.prefork.spring.netty;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import io.prefork.spring.Holds;
import io.prefork.spring.SharedListener;
import io.prefork.spring.StubWorker;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.error.ErrorWebFluxAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;
import org.springframework.web.reactive.socket.server.upgrade.ReactorNettyRequestUpgradeStrategy;

/**
 * A reactive application on Reactor Netty, as a worker runs it.
 */
@Configuration(proxyBeanMethods = false)
@Import({ Holds.class, ReactiveHoldingController.class })
@ImportAutoConfiguration({ SslAutoConfiguration.class, NettyReactiveWebServerAutoConfiguration.class,
		HttpHandlerAutoConfiguration.class, WebFluxAutoConfiguration.class, ErrorWebFluxAutoConfiguration.class })
class NettyTestApplication {

	/**
	 * Event loops of its own, since a test runs several workers in one process.
	 */
	@Bean
	ReactorResourceFactory resources() {
		ReactorResourceFactory resources = new ReactorResourceFactory();
		resources.setUseGlobalResources(false);
		resources.setShutdownQuietPeriod(Duration.ZERO);
		return resources;
	}

	/**
	 * Spring would choose that of another server, of which the class path has several.
	 */
	@Bean
	WebFluxConfigurer webSockets() {
		return new WebFluxConfigurer() {

			@Override
			public WebSocketService getWebSocketService() {
				return new HandshakeWebSocketService(new ReactorNettyRequestUpgradeStrategy());
			}

		};
	}

	@Bean
	SimpleUrlHandlerMapping sockets() {
		WebSocketHandler echo = (session) -> session
			.send(session.receive().map(WebSocketMessage::getPayloadAsText).map(session::textMessage));
		return new SimpleUrlHandlerMapping(Map.of("/socket", echo), -1);
	}

	static ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return new SpringApplicationBuilder(NettyTestApplication.class).web(WebApplicationType.REACTIVE)
			.properties(properties)
			.properties("spring.main.banner-mode=off")
			.initializers((context) -> ((GenericApplicationContext) context).registerBean(
					PreforkNettyWebServerFactoryCustomizer.class,
					() -> new PreforkNettyWebServerFactoryCustomizer(() -> Optional.of(worker), SharedListener::copy,
							context.getBeanProvider(ReactorResourceFactory.class))))
			.run();
	}

}
