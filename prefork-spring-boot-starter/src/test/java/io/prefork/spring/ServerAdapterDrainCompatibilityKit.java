package io.prefork.spring;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.prefork.worker.Drain;
import io.prefork.worker.WorkerSettings;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.context.WebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/**
 * How every server adapter leaves, whatever the server. Each adapter's test extends this.
 */
public abstract class ServerAdapterDrainCompatibilityKit extends ServerAdapterTestSupport {

	// RFC 6455 section 7.4.1, and the registry that section 11.7 refers to
	private static final int GOING_AWAY = 1001;

	private static final int SERVICE_RESTART = 1012;

	@Test
	void whenDrainedWhileIdleThenCompletesAndSiblingGoesOnAccepting() throws Exception {
		Started started = started(serving(2));
		assertThat(started.worker().drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
		connect().get("/hello");
		siblingAccepts();
	}

	@Test
	void whenDrainedWhileBusyThenAnswerClosesAlthoughRequestBeganBefore() throws Exception {
		for (String target : List.of("/held", "/held-chunked", "/async")) {
			TestListener listener = use(TestListener.tcp());
			StubWorker worker = new StubWorker(serving(2), listener);
			ConfigurableApplicationContext context = start(worker);
			worker.gate().open();
			HttpConnection connection = use(HttpConnection.open(listener.port())).get(target);
			await().until(() -> worker.requests().busy() == 1);
			CompletableFuture<Drain.Result> drain = worker.drain().graceful();
			await().during(A_WHILE).until(() -> !drain.isDone());
			context.getBean(Holds.class).release();
			HttpConnection.Answer answer = connection.answer();
			assertThat(answer.body()).isEqualTo("held");
			assertThat(answer.announcesClose()).isTrue();
			assertThat(connection.isClosedByServer()).isTrue();
			assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
		}
	}

	@Test
	void whenDrainedThenKeptAliveConnectionGetsOneMoreAnswerThatCloses() throws Exception {
		Started started = started(patient(serving(2)));
		HttpConnection connection = connect();
		assertThat(connection.get("/hello").answer().announcesClose()).isFalse();
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		await().until(() -> started.worker().connections() == 1 && !drain.isDone());
		HttpConnection.Answer answer = connection.get("/hello").answer();
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.announcesClose()).isTrue();
		assertThat(connection.isClosedByServer()).isTrue();
		connection.close();
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenDrainedThenConnectionJustAcceptedIsServed() throws Exception {
		Started started = started(patient(serving(2)));
		HttpConnection connection = connect();
		await().until(() -> started.worker().gate().acceptedConnections() == 1);
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		await().during(Duration.ofMillis(100)).until(() -> !drain.isDone());
		HttpConnection.Answer answer = connection.get("/hello").answer();
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.announcesClose()).isTrue();
		connection.close();
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenDrainedThenSilentConnectionsAreClosedAfterTheQuietPeriod() throws Exception {
		Started started = started(serving(2));
		HttpConnection kept = connect();
		kept.get("/hello").answer();
		HttpConnection silent = connect();
		await().until(() -> started.worker().connections() == 2);
		Drain.Result result = started.worker().drain().graceful().join();
		assertThat(result.isComplete()).isTrue();
		assertThat(result.took()).isGreaterThanOrEqualTo(started.worker().settings().drainQuietPeriod());
		assertThat(kept.isClosedByServer()).isTrue();
		assertThat(silent.isClosedByServer()).isTrue();
	}

	@Test
	void whenClientsKeepAskingDuringDrainThenNoRequestIsLost() throws Exception {
		Started started = started(patient(serving(4)));
		List<CompletableFuture<Boolean>> clients = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			HttpConnection connection = connect();
			assertThat(connection.get("/hello").answer().status()).isEqualTo(200);
			clients.add(CompletableFuture.supplyAsync(() -> askUntilClosed(connection),
					(client) -> new Thread(client).start()));
		}
		await().until(() -> started.worker().requests().completed() > 200);
		assertThat(started.worker().drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
		assertThat(clients).allSatisfy((client) -> assertThat(client).succeedsWithin(SOON).isEqualTo(true));
	}

	private boolean askUntilClosed(HttpConnection connection) {
		try (connection) {
			while (!connection.get("/hello").answer().announcesClose()) {
				Thread.onSpinWait();
			}
			return connection.isClosedByServer();
		}
		catch (IOException ex) {
			return false;
		}
	}

	@Test
	void whenDrainedThenUploadInFlightFinishes() throws Exception {
		Started started = started(serving(2));
		HttpConnection connection = connect().send("POST /long/upload HTTP/1.1\r\nHost: localhost\r\n"
				+ "Content-Type: application/octet-stream\r\nContent-Length: 6\r\n\r\nabc");
		await().until(() -> started.worker().requests().busy() == 1);
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		await().during(Duration.ofSeconds(1)).until(() -> !drain.isDone());
		HttpConnection.Answer answer = connection.send("def").answer();
		assertThat(answer.body()).isEqualTo("6 bytes");
		assertThat(answer.announcesClose()).isTrue();
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenDrainedThenEventStreamGoesOnAndEndsByItself() throws Exception {
		Started started = started(serving(2));
		HttpConnection connection = connect().get("/long/events");
		assertThat(connection.head().status()).isEqualTo(200);
		assertThat(connection.chunksUntil("\n\n")).isEqualTo("data:first\n\n");
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		await().during(Duration.ofSeconds(1)).until(() -> !drain.isDone());
		started.holds().release();
		assertThat(connection.chunksToTheEnd()).isEqualTo("data:held\n\n");
		assertThat(connection.isClosedByServer()).isTrue();
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenGracefulTimeoutIsNearThenEndlessEventStreamIsEndedInOrder() throws Exception {
		unlessAtAStandstill(Duration.ofMillis(200), () -> {
			Started started = started(hurrying());
			HttpConnection connection = connect().get("/long/endless");
			assertThat(connection.head().status()).isEqualTo(200);
			assertThat(connection.chunksUntil("\n\n")).isEqualTo("data:first\n\n");
			Drain.Result result = started.worker().drain().graceful().join();
			assertThat(result.took()).isGreaterThan(Duration.ofSeconds(1));
			assertThat(connection.chunksToTheEnd()).isEmpty();
			assertThat(connection.isClosedByServer()).isTrue();
			assertThat(result).matches(Drain.Result::isComplete);
		});
	}

	@Test
	void whenGracefulTimeoutIsNearThenRequestWithoutAnAnswerIsToldSo() throws Exception {
		unlessAtAStandstill(Duration.ofMillis(200), () -> {
			Started started = started(hurrying());
			HttpConnection connection = connect().get("/async");
			await().until(() -> started.worker().requests().busy() == 1);
			CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
			HttpConnection.Answer answer = connection.answer();
			assertThat(answer.status()).isEqualTo(503);
			assertThat(answer.announcesClose()).isTrue();
			assertThat(connection.isClosedByServer()).isTrue();
			assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
			assertThat(drain.join().took()).isGreaterThan(Duration.ofSeconds(1));
		});
	}

	@Test
	void whenGracefulTimeoutIsNearThenServletLongPollIsAnsweredAsAfterItsTimeout() throws Exception {
		unlessAtAStandstill(Duration.ofMillis(200), () -> {
			Started started = started(hurrying());
			assumeThat(started.context()).isInstanceOf(WebApplicationContext.class);
			HttpConnection connection = connect().get("/long/poll");
			await().until(() -> started.worker().requests().busy() == 1);
			assertThat(started.worker().drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
			HttpConnection.Answer answer = connection.answer();
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.body()).isEqualTo("nothing new");
			assertThat(answer.announcesClose()).isTrue();
		});
	}

	@Test
	void whenGracefulTimeoutIsNearThenAnswerThatWasBegunIsNotMadeToLookWhole() throws Exception {
		Started started = started(hurrying(), "server.shutdown=immediate");
		HttpConnection connection = connect().get("/long/unfinished");
		assertThat(connection.head().status()).isEqualTo(200);
		assertThat(connection.chunksUntil("1\n")).isEqualTo("1\n");
		assertThat(started.worker().drain().graceful()).succeedsWithin(SOON)
			.matches((result) -> result.busy() == 1 && !result.isComplete());
		started.context().close();
		assertThatException().isThrownBy(connection::chunksToTheEnd)
			.isInstanceOfAny(EOFException.class, SocketException.class);
	}

	/**
	 * A worker that has little time to leave.
	 */
	private WorkerSettings hurrying() {
		return new WorkerSettings(serving(2).type(), 2, 0, 100, Optional.empty(), Duration.ofMillis(100),
				Duration.ofSeconds(3));
	}

	@Test
	void whenDrainedThenWebSocketIsToldAndCanConnectAgainAtOnce() throws Exception {
		Started started = started(serving(2));
		WebSocketClient client = use(WebSocketClient.connect(this.listener.port()));
		assertThat(client.ask("hello")).isEqualTo("hello");
		assertThat(started.worker().requests().busy()).isLessThanOrEqualTo(1);
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		started(serving(2));
		assertThat(client.closed()).succeedsWithin(SOON).isIn(GOING_AWAY, SERVICE_RESTART);
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
		WebSocketClient again = use(WebSocketClient.connect(this.listener.port()));
		assertThat(again.ask("hello again")).isEqualTo("hello again");
	}

	@Test
	void whenWebSocketClientDoesNotAnswerTheCloseThenItIsNotWaitedForLong() throws Exception {
		Started started = started(serving(2));
		HttpConnection connection = connect().send("GET " + LongLivedExchanges.WEB_SOCKET
				+ " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
				+ "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
		assertThat(connection.head().status()).isEqualTo(101);
		assertThat(started.worker().drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
		byte[] frame = connection.bytes(4);
		assertThat(frame[0]).as("a close frame").isEqualTo((byte) 0x88);
		assertThat(((frame[2] & 0xff) << 8) | (frame[3] & 0xff)).isIn(GOING_AWAY, SERVICE_RESTART);
	}

	@Test
	void whenContextClosesAfterDrainThenQuietly(CapturedOutput output) throws Exception {
		Started started = started(serving(2));
		connect().get("/hello").answer();
		started.worker().drain().graceful().join();
		closeQuietly(started.context(), output);
		assertThat(this.listener.takeQueued()).isFalse();
	}

	@Test
	void whenContextClosesWithoutDrainThenNobodyIsTakenFromTheQueue(CapturedOutput output) throws Exception {
		Started started = started(serving(2));
		connect().get("/hello").answer();
		closeQuietly(started.context(), output);
		assertThat(this.listener.takeQueued()).isFalse();
		connect().get("/hello");
		siblingAccepts();
	}

	@Test
	void whenContextClosesWhileGateIsClosedThenNobodyIsTakenFromTheQueue(CapturedOutput output) throws Exception {
		ConfigurableApplicationContext context = start(worker(servingStrictly()));
		connect().get("/hello");
		closeQuietly(context, output);
		siblingAccepts();
		assertThat(this.listener.takeQueued()).isFalse();
	}

	@Test
	void whenContextClosesWithImmediateShutdownThenQuietly(CapturedOutput output) throws Exception {
		Started started = started(serving(2), "server.shutdown=immediate");
		connect().get("/hello").answer();
		closeQuietly(started.context(), output);
		assertThat(this.listener.takeQueued()).isFalse();
	}

	@Test
	void whenContextClosesWhileBusyThenRequestIsAnsweredWithClose() throws Exception {
		Started started = started(serving(2));
		HttpConnection connection = connect().get("/held");
		await().until(() -> started.worker().requests().busy() == 1);
		CompletableFuture<Void> closed = CompletableFuture.runAsync(started.context()::close);
		await().during(A_WHILE).until(() -> !closed.isDone());
		started.holds().release();
		HttpConnection.Answer answer = connection.answer();
		assertThat(answer.body()).isEqualTo("held");
		assertThat(answer.announcesClose()).isTrue();
		assertThat(closed).succeedsWithin(SOON);
	}

	@Test
	void whenDrainedThenHttp2ConnectionIsToldToGoAwayAndItsStreamsAreServed() throws Exception {
		Started started = started(serving(2), "server.http2.enabled=true");
		Http2Connection connection = new Http2Connection(connect());
		connection.get(1, "/held");
		await().until(() -> started.worker().requests().busy() == 1);
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		assertThat(connection.await(Http2Connection.GOAWAY).stream()).isZero();
		connection.get(3, "/async");
		await().until(() -> started.worker().requests().busy() == 2);
		await().during(Duration.ofSeconds(1)).until(() -> !drain.isDone());
		started.holds().release();
		assertThat(connection.await(Http2Connection.DATA).text()).isEqualTo("held");
		assertThat(connection.await(Http2Connection.DATA).text()).isEqualTo("held");
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
		assertThat(connection.await(Http2Connection.GOAWAY).stream()).isZero();
	}

	@Test
	void whenWorkersAreReplacedUnderLoadThenNoRequestIsLost() throws Exception {
		for (WorkerSettings settings : List.of(patient(serving(2)), patient(servingStrictly()))) {
			Deque<Started> pool = new ArrayDeque<>(List.of(started(settings), started(settings)));
			List<StrictClient> clients = List.of(new StrictClient(this.listener.port(), false, 0),
					new StrictClient(this.listener.port(), false, 5), new StrictClient(this.listener.port(), true, 0),
					new StrictClient(this.listener.port(), true, 20));
			clients.forEach(StrictClient::start);
			for (int i = 0; i < 6; i++) {
				pool.add(started(settings));
				Started leaving = pool.remove();
				List<Integer> before = clients.stream().map(StrictClient::answered).toList();
				await().atMost(PATIENTLY).until(() -> haveProgressed(clients, before));
				assertThat(leaving.worker().drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
				leaving.context().close();
			}
			List<Integer> before = clients.stream().map(StrictClient::answered).toList();
			await().atMost(PATIENTLY).until(() -> haveProgressed(clients, before));
			clients.forEach(StrictClient::finish);
			assertThat(clients).allSatisfy((client) -> assertThat(client.lost()).isEmpty());
		}
	}

	private boolean haveProgressed(List<StrictClient> clients, List<Integer> before) {
		return IntStream.range(0, before.size()).allMatch((i) -> clients.get(i).answered() > before.get(i));
	}

	private void closeQuietly(ConfigurableApplicationContext context, CapturedOutput output) {
		int before = output.getAll().length();
		CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> {
			context.getBean(Holds.class).release();
			context.close();
		});
		assertThat(closed).succeedsWithin(SOON);
		assertThat(output.getAll().substring(before)).doesNotContain("WARN", "ERROR", "SEVERE", "Exception");
	}

}
