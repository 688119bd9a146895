package io.prefork.spring;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.prefork.worker.Drain;
import io.prefork.worker.RequestLimits;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What becomes of requests that take too long, whatever the server. Each adapter has a
 * test that extends this.
 */
public abstract class RequestTimeoutCompatibilityKit extends ServerAdapterTestSupport {

	/**
	 * Long enough for what is to be in time on a busy machine.
	 */
	private static final Duration TIMEOUT = Duration.ofSeconds(2);

	private static final RequestLimits LIMITS = new RequestLimits(Duration.ZERO, Duration.ZERO, false, TIMEOUT, 0.5);

	/**
	 * Whether a stream of HTTP/2 is answered whose request has a thread, and not reset.
	 */
	protected boolean answersStreamsOfThreads() {
		return true;
	}

	/**
	 * Starts a server that holds requests to a timeout.
	 */
	protected final Started limited(WorkerSettings settings, String... properties) {
		Started started = started(settings, properties);
		started.worker().holdRequestsTo(LIMITS);
		return started;
	}

	@Test
	void whenRequestHangsThenItsClientIsAnsweredAndItsSlotStaysTakenUntilItReturns() throws Exception {
		Started started = limited(serving(2));
		StubWorker worker = started.worker();
		HttpConnection held = connect().get("/held");
		assertUnavailable(held);
		await().until(() -> worker.requests().timedOut() == 1);
		assertThat(connect().get("/hello").answer().body()).isEqualTo("hello");
		if (hosts(WorkerType.GTHREAD)) {
			await().until(() -> worker.gate().taken() == 1);
			staysTrue(() -> worker.requests().lost() == 1 && worker.gate().taken() == 1);
			held.close();
			staysTrue(() -> worker.requests().lost() == 1 && worker.gate().taken() == 1);
			started.holds().release();
		}
		await().until(() -> worker.requests().busy() == 0 && worker.gate().taken() == 0);
		assertThat(worker.requests().lost()).isZero();
		assertThat(connect().get("/held").answer().status()).isEqualTo(hosts(WorkerType.GTHREAD) ? 200 : 503);
	}

	@Test
	void whenClientHasGoneThenTheThreadIsLostAllTheSame() throws Exception {
		assumeHosts(WorkerType.GTHREAD);
		Started started = limited(serving(2));
		connect().get("/held").close();
		await().until(() -> started.worker().requests().lost() == 1);
		assertThat(started.worker().gate().taken()).isEqualTo(1);
		started.holds().release();
		await().until(() -> started.worker().requests().busy() == 0 && started.worker().gate().taken() == 0);
	}

	@Test
	void whenAsynchronousRequestHangsThenItEnds() throws Exception {
		StubWorker worker = limited(serving(1)).worker();
		HttpConnection.Answer answer = connect().get("/async").answer();
		assertThat(answer.status()).isEqualTo(503);
		await().until(() -> worker.requests().busy() == 0 && worker.gate().taken() == 0);
		await().until(() -> worker.requests().timedOut() == 1);
		assertThat(connect().get("/hello").answer().body()).isEqualTo("hello");
	}

	@Test
	void whenRequestEndsAtItsTimeoutThenItHasOneAnswer() throws Exception {
		limited(serving(40));
		List<HttpConnection> connections = new ArrayList<>();
		for (int i = 0; i < 40; i++) {
			connections.add(connect().get("/late?ms=" + (TIMEOUT.toMillis() - 100 + 10 * i)));
		}
		int answered = 0;
		for (HttpConnection connection : connections) {
			try {
				HttpConnection.Answer answer = connection.answer();
				if (answer.status() == 503) {
					assertThat(answer.body()).isEmpty();
					assertThat(connection.isClosedByServer()).isTrue();
				}
				else {
					assertThat(answer.body()).isEqualTo("late");
					connection.get("/hello");
					assertHelloOrClosed(connection);
				}
				answered++;
			}
			catch (EOFException | SocketException ex) {
				// Broken off while its answer was being written
			}
		}
		assertThat(answered).isGreaterThanOrEqualTo(connections.size() - 5);
	}

	private static void assertHelloOrClosed(HttpConnection connection) throws IOException {
		try {
			assertThat(connection.answer().body()).isEqualTo("hello");
		}
		catch (EOFException | SocketException ex) {
			// An answer that was written just before its connection was broken off
		}
	}

	@Test
	void whenDeadlineIsExtendedThenTheApplicationAnswers() throws Exception {
		Started started = limited(serving(2));
		HttpConnection extended = connect().get("/long/extended");
		assertUnavailable(connect().get("/held"));
		staysTrue(() -> !extended.hasAnswer());
		started.holds().release();
		assertThat(extended.answer().body()).isEqualTo("held");
	}

	@Test
	void whenEventsAreSentForLongerThanTheTimeoutThenTheyGoOn() throws Exception {
		Started started = limited(serving(2));
		HttpConnection events = connect().get("/long/events");
		events.head();
		assertThat(events.chunksUntil("\n\n")).isEqualTo("data:first\n\n");
		assertUnavailable(connect().get("/held"));
		started.holds().release();
		assertThat(events.chunksToTheEnd()).isEqualTo("data:held\n\n");
		// Counted a moment after the client is answered
		await().until(() -> started.worker().requests().timedOut() == 1);
	}

	@Test
	void whenWebSocketIsOpenForLongerThanTheTimeoutThenItGoesOn() throws Exception {
		limited(serving(2));
		WebSocketClient client = use(WebSocketClient.connect(this.listener.port()));
		assertThat(client.ask("hello")).isEqualTo("hello");
		assertUnavailable(connect().get("/held"));
		assertThat(client.ask("again")).isEqualTo("again");
	}

	@Test
	void whenStreamHangsThenTheOthersOfItsConnectionGoOn() throws Exception {
		Started started = limited(serving(2), "server.http2.enabled=true");
		HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
		assertThat(client.send(request("http", "/hello"), BodyHandlers.ofString()).body()).isEqualTo("hello");
		CompletableFuture<HttpResponse<String>> held = client.sendAsync(request("http", "/held"),
				BodyHandlers.ofString());
		CompletableFuture<HttpResponse<String>> async = client.sendAsync(request("http", "/async"),
				BodyHandlers.ofString());
		assertThat(async).succeedsWithin(SOON).matches((response) -> response.statusCode() == 503);
		if (answersStreamsOfThreads()) {
			assertThat(held).succeedsWithin(SOON).matches((response) -> response.statusCode() == 503);
		}
		else {
			assertThat(held).failsWithin(SOON);
		}
		assertThat(client.send(request("http", "/hello"), BodyHandlers.ofString()).body()).isEqualTo("hello");
		assertThat(started.worker().gate().acceptedConnections()).isEqualTo(1);
		started.holds().release();
		await().until(() -> started.worker().requests().busy() == 0 && started.worker().gate().taken() == 0);
		assertThat(client.send(request("http", "/hello"), BodyHandlers.ofString()).body()).isEqualTo("hello");
	}

	@Test
	void whenRequestHangsUnderTlsThenItsClientIsAnswered() throws Exception {
		Started started = limited(serving(2), "server.ssl.key-store=" + TestCertificate.keyStore(),
				"server.ssl.key-store-password=" + TestCertificate.PASSWORD);
		HttpClient client = HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.sslContext(TestCertificate.trustingContext())
			.build();
		assertThat(client.send(request("https", "/held"), BodyHandlers.ofString()).statusCode()).isEqualTo(503);
		started.holds().release();
		assertThat(client.send(request("https", "/hello"), BodyHandlers.ofString()).body()).isEqualTo("hello");
	}

	@Test
	void whenThreadIsLostThenTheWorkerDrainsWithoutIt() throws Exception {
		Started started = limited(serving(2));
		HttpConnection kept = connect();
		assertThat(kept.get("/hello").answer().announcesClose()).isFalse();
		assertUnavailable(connect().get("/held"));
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		assertThat(kept.isClosedByServer()).isTrue();
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenRequestIsInterruptedThenItsAnswerArrives() throws Exception {
		assumeHosts(WorkerType.GTHREAD);
		Started started = started(serving(2));
		started.worker()
			.holdRequestsTo(new RequestLimits(Duration.ZERO, Duration.ofMillis(500), true, Duration.ZERO, 0.5));
		HttpConnection connection = connect();
		HttpConnection.Answer answer = connection.get("/interruptible").answer();
		assertThat(answer.status()).isEqualTo(504);
		assertThat(answer.body()).isEqualTo("interrupted");
		assertThat(connection.get("/hello").answer().body()).isEqualTo("hello");
	}

	@Test
	void whenTheOnlyRequestOfSyncHangsThenItIsLost() throws Exception {
		assumeHosts(WorkerType.SYNC);
		StubWorker worker = limited(StubWorker.sync()).worker();
		assertUnavailable(connect().get("/held"));
		connect().get("/hello");
		siblingAccepts();
		await().until(() -> worker.requests().lost() == 1);
	}

	private static void assertUnavailable(HttpConnection connection) throws IOException {
		HttpConnection.Answer answer = connection.answer();
		assertThat(answer.status()).isEqualTo(503);
		assertThat(answer.announcesClose()).isTrue();
		assertThat(connection.isClosedByServer()).isTrue();
	}

}
