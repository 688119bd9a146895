package io.prefork.spring.netty;

import java.time.Duration;
import java.util.Optional;

import io.prefork.spring.Holds;
import io.prefork.spring.TestListener;
import io.prefork.spring.StubWorker;
import reactor.netty.resources.LoopResources;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.error.ErrorWebFluxAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.web.reactive.socket.server.RequestUpgradeStrategy;
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
	ReactorResourceFactory resources(Environment environment) {
		int loops = environment.getProperty("test.event-loops", Integer.class, 4);
		ReactorResourceFactory resources = new ReactorResourceFactory();
		resources.setUseGlobalResources(false);
		resources.setLoopResourcesSupplier(() -> LoopResources.create("test", loops, true));
		resources.setShutdownQuietPeriod(Duration.ZERO);
		return resources;
	}

	@Bean
	WebServerFactoryCustomizer<NettyReactiveWebServerFactory> maxConnections(Environment environment) {
		int connections = environment.getProperty("test.max-connections", Integer.class, -1);
		return (factory) -> factory.addServerCustomizers((server) -> server.maxConnections(connections));
	}

	@Bean
	RequestUpgradeStrategy upgradeStrategy() {
		return new ReactorNettyRequestUpgradeStrategy();
	}

	static ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return new SpringApplicationBuilder(NettyTestApplication.class).web(WebApplicationType.REACTIVE)
			.properties(properties)
			.properties("spring.main.banner-mode=off")
			.initializers((context) -> ((GenericApplicationContext) context).registerBean(
					PreforkNettyWebServerFactoryCustomizer.class,
					() -> new PreforkNettyWebServerFactoryCustomizer(() -> Optional.of(worker), TestListener::copy,
							context.getBeanProvider(ReactorResourceFactory.class))))
			.run();
	}

}
