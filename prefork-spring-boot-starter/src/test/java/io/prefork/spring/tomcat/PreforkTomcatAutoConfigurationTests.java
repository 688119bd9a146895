package io.prefork.spring.tomcat;

import org.apache.coyote.http11.Http11NioProtocol;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.tomcat.TomcatWebServerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PreforkTomcatAutoConfiguration}.
 */
class PreforkTomcatAutoConfigurationTests {

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PreforkTomcatAutoConfiguration.class));

	@Test
	void whenOnTheClassPathThenIsACandidate() {
		assertThat(ImportCandidates.load(AutoConfiguration.class, null))
			.contains(PreforkTomcatAutoConfiguration.class.getName());
	}

	@Test
	void whenProcessIsNoWorkerThenServerIsLeftAlone() {
		this.runner.run((context) -> {
			TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory();
			context.getBean(PreforkTomcatWebServerFactoryCustomizer.class).customize(factory);
			assertThat(factory.getProtocol()).isEqualTo(TomcatWebServerFactory.DEFAULT_PROTOCOL);
		});
	}

	@Test
	void whenThereIsNoTomcatThenBacksOff() {
		this.runner.withClassLoader(new FilteredClassLoader(Http11NioProtocol.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(PreforkTomcatWebServerFactoryCustomizer.class));
	}

}
