package io.prefork.spring.netty;

import java.util.Optional;

import io.prefork.spring.TestListener;
import io.prefork.spring.StubWorker;
import org.junit.jupiter.api.Test;
import reactor.netty.http.server.HttpServer;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.http.client.ReactorResourceFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PreforkNettyAutoConfiguration}.
 */
class PreforkNettyAutoConfigurationTests {

	private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PreforkNettyAutoConfiguration.class));

	@Test
	void whenOnTheClassPathThenIsACandidate() {
		assertThat(ImportCandidates.load(AutoConfiguration.class, null))
			.contains(PreforkNettyAutoConfiguration.class.getName());
	}

	@Test
	void whenProcessIsNoWorkerThenServerIsLeftAlone() {
		this.runner.run((context) -> {
			NettyReactiveWebServerFactory factory = new NettyReactiveWebServerFactory();
			context.getBean(PreforkNettyWebServerFactoryCustomizer.class).customize(factory);
			assertThat(factory.getServerCustomizers()).isEmpty();
		});
	}

	@Test
	void whenThereIsNoReactorNettyThenBacksOff() {
		this.runner.withClassLoader(new FilteredClassLoader(HttpServer.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(PreforkNettyWebServerFactoryCustomizer.class));
	}

	@Test
	void whenAnotherServerIsMadeThenItIsLeftAlone() {
		try (TestListener listener = TestListener.tcp()) {
			StubWorker worker = new StubWorker(StubWorker.reactive(1), listener);
			this.runner.run((context) -> {
				PreforkNettyWebServerFactoryCustomizer customizer = new PreforkNettyWebServerFactoryCustomizer(
						() -> Optional.of(worker), TestListener::copy,
						context.getBeanProvider(ReactorResourceFactory.class));
				NettyReactiveWebServerFactory main = new NettyReactiveWebServerFactory();
				NettyReactiveWebServerFactory management = new NettyReactiveWebServerFactory();
				customizer.customize(main);
				customizer.customize(management);
				assertThat(main.getServerCustomizers()).hasSize(1);
				assertThat(management.getServerCustomizers()).isEmpty();
			});
		}
	}

}
