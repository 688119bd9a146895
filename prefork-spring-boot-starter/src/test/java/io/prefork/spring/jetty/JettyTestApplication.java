package io.prefork.spring.jetty;

import java.io.IOException;
import java.util.Optional;

import io.prefork.spring.HoldingController;
import io.prefork.spring.Holds;
import io.prefork.spring.SharedListener;
import io.prefork.spring.StubWorker;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
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
@Import({ Holds.class, HoldingController.class, JettyTestApplication.FlushingController.class })
@ImportAutoConfiguration({ SslAutoConfiguration.class, JettyServletWebServerAutoConfiguration.class,
		DispatcherServletAutoConfiguration.class, WebMvcAutoConfiguration.class,
		HttpMessageConvertersAutoConfiguration.class })
class JettyTestApplication {

	static ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return new SpringApplicationBuilder(JettyTestApplication.class).web(WebApplicationType.SERVLET)
			.properties(properties)
			.properties("spring.main.banner-mode=off")
			.initializers((context) -> ((GenericApplicationContext) context).registerBean(
					PreforkJettyWebServerFactoryCustomizer.class,
					() -> new PreforkJettyWebServerFactoryCustomizer(() -> Optional.of(worker), SharedListener::copy)))
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

}
