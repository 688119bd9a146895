package io.prefork.spring.netty;

import io.prefork.spring.HttpConnection;
import io.prefork.spring.RequestTimeoutCompatibilityKit;
import io.prefork.spring.StubWorker;
import io.prefork.worker.WorkerType;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Requests that take too long, on Reactor Netty.
 */
class NettyRequestTimeoutTests extends RequestTimeoutCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return NettyTestApplication.run(worker, properties);
	}

	@Override
	protected boolean hosts(WorkerType type) {
		return type == WorkerType.REACTIVE;
	}

	@Test
	void whenApplicationAnswersAMomentAfterItsTimeoutThenItIsNotCancelled() throws Exception {
		Started started = limited(serving(1));
		HttpConnection connection = connect().get("/held");
		assertThat(connection.answer().status()).isEqualTo(503);
		started.holds().release();
		assertThat(connection.isClosedByServer()).isTrue();
		await().until(() -> started.worker().requests().busy() == 0 && started.worker().gate().taken() == 0);
		assertThat(started.context().getBean(ReactiveHoldingController.class).isCancelled()).isFalse();
	}

	@Test
	void whenApplicationDoesNotAnswerThenItIsCancelled() throws Exception {
		Started started = limited(serving(1));
		HttpConnection connection = connect().get("/held");
		assertThat(connection.answer().status()).isEqualTo(503);
		await().until(() -> started.context().getBean(ReactiveHoldingController.class).isCancelled());
		assertThat(connection.isClosedByServer()).isTrue();
	}

}
