package io.prefork.spring.tomcat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import io.prefork.spring.HoldingController;
import io.prefork.spring.Holds;
import io.prefork.spring.TestListener;
import io.prefork.spring.StubWorker;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.tomcat.TomcatWebServerFactory;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * An application on Tomcat, as a worker runs it.
 */
@Configuration(proxyBeanMethods = false)
@Import({ Holds.class, HoldingController.class, TomcatTestApplication.RequestController.class })
@ImportAutoConfiguration({ SslAutoConfiguration.class, TomcatServletWebServerAutoConfiguration.class,
		DispatcherServletAutoConfiguration.class, WebMvcAutoConfiguration.class,
		HttpMessageConvertersAutoConfiguration.class })
class TomcatTestApplication {

	/**
	 * More than the buffers of a connection take.
	 */
	static final int FILE_SIZE = 40_000_000;

	static ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return run(worker, (factory) -> {
		}, properties);
	}

	static ConfigurableApplicationContext run(StubWorker worker,
			WebServerFactoryCustomizer<TomcatWebServerFactory> customizer, String... properties) {
		return new SpringApplicationBuilder(TomcatTestApplication.class).web(WebApplicationType.SERVLET)
			.properties(properties)
			.properties("spring.main.banner-mode=off")
			.initializers((context) -> ((GenericApplicationContext) context).registerBean("ofApplication",
					WebServerFactoryCustomizer.class, () -> new CustomizerOfApplication(customizer)))
			.initializers((context) -> ((GenericApplicationContext) context).registerBean(
					PreforkTomcatWebServerFactoryCustomizer.class,
					() -> new PreforkTomcatWebServerFactoryCustomizer(() -> Optional.of(worker), TestListener::copy)))
			.run();
	}

	private record CustomizerOfApplication(WebServerFactoryCustomizer<TomcatWebServerFactory> delegate)
			implements
				WebServerFactoryCustomizer<TomcatWebServerFactory> {

		@Override
		public void customize(TomcatWebServerFactory factory) {
			this.delegate.customize(factory);
		}

	}

	@RestController
	static class RequestController {

		private final Holds holds;

		private volatile boolean givenUp;

		RequestController(Holds holds) {
			this.holds = holds;
		}

		/**
		 * Answers without the body that has not come in time.
		 */
		@PostMapping("/impatient")
		String impatient(HttpServletRequest request) {
			try {
				request.getInputStream().readAllBytes();
				return "whole";
			}
			catch (IOException ex) {
				this.givenUp = true;
				return this.holds.hold();
			}
		}

		boolean hasGivenUp() {
			return this.givenUp;
		}

		@GetMapping("/scheme")
		String scheme(HttpServletRequest request) {
			return request.getScheme();
		}

		/**
		 * Commits an answer before it is whole.
		 */
		@GetMapping("/flushed")
		void flushed(HttpServletResponse response) throws IOException {
			response.getOutputStream().print("he");
			response.flushBuffer();
			this.holds.hold();
			response.getOutputStream().print("ld");
		}

		/**
		 * A file that the kernel sends, if Tomcat lets it.
		 */
		@GetMapping("/file")
		void file(HttpServletRequest request, HttpServletResponse response) throws IOException {
			Path file = Path.of(System.getProperty("java.home"), "lib", "modules");
			long end = FILE_SIZE;
			response.setContentLengthLong(end);
			if (Boolean.TRUE.equals(request.getAttribute("org.apache.tomcat.sendfile.support"))) {
				request.setAttribute("org.apache.tomcat.sendfile.filename", file.toString());
				request.setAttribute("org.apache.tomcat.sendfile.start", 0L);
				request.setAttribute("org.apache.tomcat.sendfile.end", end);
				return;
			}
			try (InputStream in = Files.newInputStream(file)) {
				response.getOutputStream().write(in.readNBytes(FILE_SIZE));
			}
		}

		@GetMapping("/name")
		String name(HttpServletRequest request) {
			return request.getServerName();
		}

	}

}
