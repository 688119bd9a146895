package io.prefork.spring.netty;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.prefork.spring.HttpConnection;
import io.prefork.spring.ServerAdapterDrainCompatibilityKit;
import io.prefork.spring.StubWorker;
import io.prefork.worker.Drain;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link NettyServerAdapter}, of its way to leave.
 */
class NettyDrainTests extends ServerAdapterDrainCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return NettyTestApplication.run(worker, properties);
	}

	@Override
	protected boolean hosts(WorkerType type) {
		return type == WorkerType.REACTIVE;
	}

	@Test
	void whenDrainedThenAnswerWithoutBodyCloses() throws Exception {
		Started started = started(serving(2));
		HttpConnection connection = connect().get("/held-empty");
		await().until(() -> started.worker().requests().busy() == 1);
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		await().until(() -> !started.worker().gate().isOpen());
		started.holds().release();
		assertThat(connection.answer().announcesClose()).isTrue();
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenGracefulTimeoutIsNearThenEventStreamEndsWhole() throws Exception {
		unlessAtAStandstill(Duration.ofMillis(200), () -> {
			Started started = started(new WorkerSettings(WorkerType.REACTIVE, 1, 0, 100, Optional.empty(),
					Duration.ofMillis(100), Duration.ofSeconds(2)));
			HttpConnection connection = connect().get("/events");
			await().until(connection::hasAnswer);
			Drain.Result result = started.worker().drain().graceful().join();
			assertThat(result).matches(Drain.Result::isComplete);
			assertThat(result.took()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
			assertThat(connection.answer().body()).isEqualTo("data:first\n\n");
			assertThat(connection.isClosedByServer()).isTrue();
			await().until(() -> started.context().getBean(ReactiveHoldingController.class).isCancelled());
		});
	}

	@Test
	void whenAnswerThatClosesComesBeforeTheBodyIsWholeThenTheRestIsReadFirst() throws Exception {
		Duration longerThanThisTakes = Duration.ofSeconds(8);
		Started started = started(new WorkerSettings(WorkerType.REACTIVE, 1, 0, 100, Optional.empty(),
				longerThanThisTakes, Duration.ofSeconds(20)));
		HttpConnection connection = connect();
		assertThat(connection.get("/hello").answer().announcesClose()).isFalse();
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		await().until(() -> !started.worker().gate().isOpen());
		connection.send("POST /refused HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6000\r\n\r\n");
		HttpConnection.Answer answer = connection.answer();
		assertThat(answer.status()).isEqualTo(401);
		assertThat(answer.announcesClose()).isTrue();
		await().until(() -> started.worker().requests().busy() == 0);
		staysTrue(() -> started.worker().connections() == 1);
		connection.send("x".repeat(3000));
		staysTrue(() -> started.worker().connections() == 1);
		connection.send("x".repeat(3000));
		assertThat(connection.isClosedByServer()).isTrue();
		assertThat(drain.join()).matches(Drain.Result::isComplete);
		assertThat(drain.join().took()).isLessThan(longerThanThisTakes);
	}

	@Test
	void whenClientSendsNoMoreOfABodyThatWasAnsweredThenItIsNotWaitedForLong() throws Exception {
		Started started = started(withQuietPeriod(serving(2), Duration.ofSeconds(4)));
		HttpConnection connection = connect();
		assertThat(connection.get("/hello").answer().announcesClose()).isFalse();
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		await().until(() -> !started.worker().gate().isOpen());
		connection.send("POST /refused HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nabc");
		assertThat(connection.answer().status()).isEqualTo(401);
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

}
