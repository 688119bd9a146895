package io.prefork.spring.tomcat;

import io.prefork.spring.HttpConnection;
import io.prefork.spring.RequestTimeoutCompatibilityKit;
import io.prefork.spring.StubWorker;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

/**
 * Requests that take too long, on Tomcat.
 */
class TomcatRequestTimeoutTests extends RequestTimeoutCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return TomcatTestApplication.run(worker, properties);
	}

	@Override
	protected boolean answersStreamsOfThreads() {
		return false;
	}

	@Test
	void whenPartOfAnAnswerWasSentThenItsConnectionIsBrokenOff() throws Exception {
		Started started = limited(serving(2));
		HttpConnection connection = connect().get("/flushed");
		assertThat(connection.head().status()).isEqualTo(200);
		assertThat(connection.chunksUntil("he")).isEqualTo("he");
		assertThatIOException().isThrownBy(connection::chunksToTheEnd);
		await().until(() -> started.worker().requests().timedOut() == 1);
		staysTrue(() -> started.worker().gate().taken() == 1);
		started.holds().release();
		await().until(() -> started.worker().gate().taken() == 0 && started.worker().requests().busy() == 0);
	}

}
