package io.prefork.spring.jetty;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

import io.prefork.spring.HttpConnection;
import io.prefork.spring.ServerAdapterTestSupport;
import io.prefork.spring.StubWorker;
import io.prefork.worker.Worker;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PreforkConnector}, of what the compatibility kits do not ask.
 */
class PreforkConnectorTests extends ServerAdapterTestSupport {

	private final AtomicBoolean failing = new AtomicBoolean(true);

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return JettyTestApplication.run(failing(worker), properties);
	}

	@Test
	void whenAConnectionCannotBeMadeThenItsPermitIsNotLost() throws Exception {
		Started started = started(new WorkerSettings(WorkerType.GTHREAD, 1, 0, 1, Optional.empty(),
				Duration.ofMillis(500), Duration.ofSeconds(20)));
		assertThat(connect().isClosedByServer()).isTrue();
		assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
		assertThat(started.worker().connections()).isEqualTo(1);
		await().until(() -> started.worker().gate().taken() == 0);
	}

	/**
	 * A worker that fails to make the first connection.
	 */
	private Worker failing(StubWorker worker) {
		return (Worker) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Worker.class },
				(proxy, method, arguments) -> {
					if (method.getName().equals("slowClients") && this.failing.getAndSet(false)) {
						throw new InternalError("thrown for a test");
					}
					return method.invoke(worker, arguments);
				});
	}

}
