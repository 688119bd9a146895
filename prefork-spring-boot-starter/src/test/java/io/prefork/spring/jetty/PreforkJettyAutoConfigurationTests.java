package io.prefork.spring.jetty;

import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PreforkJettyAutoConfiguration}.
 */
class PreforkJettyAutoConfigurationTests {

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PreforkJettyAutoConfiguration.class));

	@Test
	void whenOnTheClassPathThenIsACandidate() {
		assertThat(ImportCandidates.load(AutoConfiguration.class, null))
			.contains(PreforkJettyAutoConfiguration.class.getName());
	}

	@Test
	void whenProcessIsNoWorkerThenServerIsLeftAlone() {
		this.runner.run((context) -> {
			JettyServletWebServerFactory factory = new JettyServletWebServerFactory();
			context.getBean(PreforkJettyWebServerFactoryCustomizer.class).customize(factory);
			assertThat(factory.getServerCustomizers()).isEmpty();
		});
	}

	@Test
	void whenThereIsNoJettyThenBacksOff() {
		this.runner.withClassLoader(new FilteredClassLoader(ServerConnector.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(PreforkJettyWebServerFactoryCustomizer.class));
	}

}
