package io.prefork.spring.jetty;

import java.util.Optional;

import io.prefork.spring.HoldingController;
import io.prefork.spring.Holds;
import io.prefork.spring.TestListener;
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
import org.springframework.web.reactive.socket.server.RequestUpgradeStrategy;
import org.springframework.web.reactive.socket.server.upgrade.JettyRequestUpgradeStrategy;

/**
 * A reactive application on Jetty, as a worker runs it.
 */
@Configuration(proxyBeanMethods = false)
@Import({ Holds.class, HoldingController.class })
@ImportAutoConfiguration({ SslAutoConfiguration.class, JettyReactiveWebServerAutoConfiguration.class,
		HttpHandlerAutoConfiguration.class, WebFluxAutoConfiguration.class, ErrorWebFluxAutoConfiguration.class })
class ReactiveJettyTestApplication {

	/**
	 * Spring takes the first server on the class path for the one that runs.
	 */
	@Bean
	RequestUpgradeStrategy upgradeStrategy() {
		return new JettyRequestUpgradeStrategy();
	}

	static ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return new SpringApplicationBuilder(ReactiveJettyTestApplication.class).web(WebApplicationType.REACTIVE)
			.properties(properties)
			.properties("spring.main.banner-mode=off")
			.initializers((context) -> ((GenericApplicationContext) context).registerBean(
					PreforkJettyWebServerFactoryCustomizer.class,
					() -> new PreforkJettyWebServerFactoryCustomizer(() -> Optional.of(worker), TestListener::copy)))
			.run();
	}

}
