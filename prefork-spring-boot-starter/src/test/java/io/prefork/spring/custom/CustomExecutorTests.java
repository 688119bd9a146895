package io.prefork.spring.custom;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

import io.prefork.spring.InvalidSettingException;
import io.prefork.spring.StubWorker;
import io.prefork.worker.WorkerClass;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import org.apache.coyote.ProtocolHandler;
import org.apache.coyote.http11.Http11NioProtocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.tomcat.TomcatProtocolHandlerCustomizer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link CustomExecutor}.
 */
class CustomExecutorTests {

	private static final StubWorker CUSTOM = new StubWorker(
			StubWorker.settings(WorkerType.CUSTOM, 3, Optional.empty()));

	@Test
	void whenWorkerIsOfABuiltInClassThenThereIsNone() {
		try (AnnotationConfigApplicationContext context = context(new StubWorker(StubWorker.gthread(1)), "gthread")) {
			assertThat(context.getBean(CustomExecutor.class).get()).isEmpty();
		}
	}

	@Test
	void whenClassIsNamedThenItIsMadeWithWhatItAsksForAndShutDownAtTheEnd() {
		ExecutorService service;
		try (AnnotationConfigApplicationContext context = context(CUSTOM, PooledWorkers.class.getName())) {
			CustomExecutor executor = context.getBean(CustomExecutor.class);
			service = (ExecutorService) executor.get().orElseThrow();
			assertThat(executor.get()).containsSame(service);
			assertThat(service.isShutdown()).isFalse();
		}
		assertThat(service.isShutdown()).isTrue();
	}

	@Test
	void whenTomcatAsksThenTheExecutorIsBounded() {
		try (AnnotationConfigApplicationContext context = context(CUSTOM, "@mine")) {
			Executor unbounded = (task) -> {
			};
			context.getBeanFactory().registerSingleton("mine", (WorkerClass) (settings) -> unbounded);
			TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory();
			new TomcatExecutorCustomizer(context.getBean(CustomExecutor.class)).customize(factory);
			Http11NioProtocol protocol = new Http11NioProtocol();
			factory.getProtocolHandlerCustomizers().forEach((customizer) -> customize(customizer, protocol));
			assertThat(protocol.getExecutor()).isInstanceOf(BoundedExecutor.class);
		}
	}

	@SuppressWarnings("unchecked")
	private static void customize(TomcatProtocolHandlerCustomizer<?> customizer, ProtocolHandler protocol) {
		((TomcatProtocolHandlerCustomizer<ProtocolHandler>) customizer).customize(protocol);
	}

	@Test
	void whenBeanIsNamedThenItIsAskedAndWhatCanBeClosedIsClosed() {
		AtomicBoolean closed = new AtomicBoolean();
		CloseableExecutor executor = new CloseableExecutor(closed);
		try (AnnotationConfigApplicationContext context = context(CUSTOM, "@mine")) {
			context.getBeanFactory().registerSingleton("mine", (WorkerClass) (settings) -> executor);
			assertThat(context.getBean(CustomExecutor.class).get()).containsSame(executor);
			assertThat(closed).isFalse();
		}
		assertThat(closed).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "@yours, but the application has no such bean", "@text, which is a java.lang.String",
			"java.lang.String, which is no worker class", "com.example.Nothing, which cannot be loaded" })
	void whenNothingIsNamedThatIsAWorkerClassThenSettingValueAndRemedyAreNamed(String name, String reason) {
		try (AnnotationConfigApplicationContext context = context(CUSTOM, name)) {
			context.getBeanFactory().registerSingleton("text", "no worker class");
			CustomExecutor executor = context.getBean(CustomExecutor.class);
			assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(executor::get)
				.withMessageStartingWith("'prefork.worker-class' is set to '" + name + "', " + reason)
				.satisfies((ex) -> assertThat(ex.getRemedy()).isNotEmpty());
		}
	}

	private static AnnotationConfigApplicationContext context(StubWorker worker, String name) {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		context.setEnvironment(new MockEnvironment().withProperty("prefork.worker-class", name));
		context.registerBean(CustomExecutor.class, () -> new CustomExecutor(() -> Optional.of(worker),
				context.getAutowireCapableBeanFactory(), context.getEnvironment()));
		context.refresh();
		return context;
	}

	static class PooledWorkers implements WorkerClass {

		private final Environment environment;

		PooledWorkers(Environment environment) {
			this.environment = environment;
		}

		@Override
		public Executor executor(WorkerSettings settings) {
			assertThat(this.environment).isNotNull();
			return Executors.newFixedThreadPool(settings.threads());
		}

	}

	private record CloseableExecutor(AtomicBoolean closed) implements Executor, AutoCloseable {

		@Override
		public void execute(Runnable command) {
			command.run();
		}

		@Override
		public void close() {
			this.closed.set(true);
		}

	}

}
