package io.prefork.spring.tomcat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.prefork.spring.Http2Connection;
import io.prefork.spring.HttpConnection;
import io.prefork.spring.ServerAdapterDrainCompatibilityKit;
import io.prefork.spring.StubWorker;
import io.prefork.worker.Drain;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link TomcatServerAdapter}, of its way to leave.
 */
class TomcatDrainTests extends ServerAdapterDrainCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return TomcatTestApplication.run(worker, properties);
	}

	@Test
	void whenDrainedWhileFileIsSentThenItIsSentWhole() throws Exception {
		Started started = started(withQuietPeriod(StubWorker.gthread(2), Duration.ofSeconds(3)));
		HttpConnection connection = connect().get("/file");
		assertThat(connection.head().status()).isEqualTo(200);
		await().until(() -> started.worker().requests().completed() == 1);
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		await().during(started.worker().settings().drainQuietPeriod().multipliedBy(2)).until(() -> !drain.isDone());
		assertThat(connection.bytes(TomcatTestApplication.FILE_SIZE)).hasSize(TomcatTestApplication.FILE_SIZE);
		// It goes on for as long as any other that has just been answered
		await().during(A_WHILE).until(() -> started.worker().connections() == 1);
		assertThat(connection.get("/hello").answer().announcesClose()).isTrue();
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenDrainedWhileFileIsSentOnHttp2ThenItIsSentWhole() throws Exception {
		Started started = started(StubWorker.gthread(2), "server.http2.enabled=true");
		Http2Connection connection = Http2Connection.taking(connect());
		connection.get(1, "/file");
		connection.await(Http2Connection.HEADERS);
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		await().during(started.worker().settings().drainQuietPeriod().multipliedBy(3))
			.until(() -> started.worker().requests().busy() == 1 && !drain.isDone());
		int size = 0;
		while (size < TomcatTestApplication.FILE_SIZE) {
			size += connection.await(Http2Connection.DATA).payload().length;
		}
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenDrainedWhileStreamWaitsForAThreadThenItIsServed() throws Exception {
		Started started = started(StubWorker.gthread(1), "server.http2.enabled=true");
		Http2Connection connection = new Http2Connection(connect());
		connection.get(1, "/hello");
		assertThat(connection.await(Http2Connection.DATA).text()).isEqualTo("hello");
		HttpConnection held = connect().get("/held");
		await().until(() -> started.worker().requests().busy() == 1);
		connection.get(3, "/hello");
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		await().during(started.worker().settings().drainQuietPeriod().multipliedBy(2)).until(() -> !drain.isDone());
		started.holds().release();
		assertThat(held.answer().body()).isEqualTo("held");
		assertThat(connection.await(Http2Connection.DATA).text()).isEqualTo("hello");
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

}
