package io.prefork.spring.tomcat;

import java.util.Optional;

import io.prefork.spring.HoldingController;
import io.prefork.spring.Holds;
import io.prefork.spring.SharedListener;
import io.prefork.spring.StubWorker;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.GenericApplicationContext;

/**
 * An application on Tomcat, as a worker runs it.
 */
@Configuration(proxyBeanMethods = false)
@Import({ Holds.class, HoldingController.class })
@ImportAutoConfiguration({ SslAutoConfiguration.class, TomcatServletWebServerAutoConfiguration.class,
		DispatcherServletAutoConfiguration.class, WebMvcAutoConfiguration.class,
		HttpMessageConvertersAutoConfiguration.class })
class TomcatTestApplication {

	static ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return new SpringApplicationBuilder(TomcatTestApplication.class).web(WebApplicationType.SERVLET)
			.properties(properties)
			.properties("spring.main.banner-mode=off")
			.initializers((context) -> ((GenericApplicationContext) context).registerBean(
					PreforkTomcatWebServerFactoryCustomizer.class,
					() -> new PreforkTomcatWebServerFactoryCustomizer(() -> Optional.of(worker), SharedListener::copy)))
			.run();
	}

}
