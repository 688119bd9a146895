package io.prefork.spring.jetty;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.prefork.spring.HttpConnection;
import io.prefork.spring.ServerAdapterDrainCompatibilityKit;
import io.prefork.spring.StubWorker;
import io.prefork.worker.Drain;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link JettyServerAdapter}, of its way to leave.
 */
class JettyDrainTests extends ServerAdapterDrainCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return JettyTestApplication.run(worker, properties);
	}

	@Test
	void whenHeadWasCommittedBeforeDrainThenConnectionIsToldWithItsNextAnswer() throws Exception {
		Started started = started(patient(StubWorker.gthread(2)));
		HttpConnection connection = connect().get("/flushed");
		await().until(connection::hasAnswer);
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		staysTrue(() -> !drain.isDone());
		started.holds().release();
		HttpConnection.Answer first = connection.answer();
		assertThat(first.body()).isEqualTo("held");
		assertThat(first.announcesClose()).isFalse();
		HttpConnection.Answer second = connection.get("/hello").answer();
		assertThat(second.body()).isEqualTo("hello");
		assertThat(second.announcesClose()).isTrue();
		connection.close();
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenHttp2IsOnlyBeginningThenItsFirstFrameIsNotGoAway() throws Exception {
		Started started = started(withQuietPeriod(StubWorker.gthread(2), Duration.ofSeconds(4)),
				"server.http2.enabled=true");
		HttpConnection connection = connect().send("PRI * HTTP/2.0\r\n\r\n");
		await().until(() -> started.worker().gate().acceptedConnections() == 1);
		staysTrue(() -> started.worker().connections() == 1);
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		await().during(Duration.ofMillis(100)).until(() -> !drain.isDone());
		assertThat(connection.hasAnswer()).isFalse();
		byte[] settings = { 0, 0, 0, 4, 0, 0, 0, 0, 0 };
		connection.send("SM\r\n\r\n").send(settings);
		byte[] head = connection.bytes(9);
		assertThat(head[3]).as("SETTINGS").isEqualTo((byte) 4);
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

}
