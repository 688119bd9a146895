package io.prefork.spring;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.prefork.os.Scheme;
import io.prefork.worker.Drain;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How every server adapter takes connections and serves them, whatever the server. Each
 * adapter's test extends this.
 */
public abstract class ServerAdapterCompatibilityKit extends ServerAdapterTestSupport {

	@Test
	void whenGateIsClosedThenConnectionStaysInTheQueue() throws Exception {
		StubWorker worker = worker(serving(2));
		start(worker);
		HttpConnection connection = connect().get("/hello");
		staysTrue(() -> !connection.hasAnswer() && worker.gate().acceptedConnections() == 0);
		worker.gate().open();
		assertThat(connection.answer().status()).isEqualTo(200);
		assertThat(worker.gate().acceptedConnections()).isEqualTo(1);
	}

	@Test
	void whenStartedThenPortIsThatOfTheListener() {
		Started started = started(serving(1), "server.port=1");
		assertThat(started.context().getEnvironment().getProperty("local.server.port"))
			.isEqualTo(Integer.toString(this.listener.port()));
	}

	@Test
	void whenThereAreSeveralListenersThenAllAreAdoptedAndLeftToSiblings() throws Exception {
		List<TestListener> listeners = List.of(this.listener, use(TestListener.tcp()), unixListener());
		StubWorker worker = new StubWorker(serving(3), listeners.toArray(TestListener[]::new));
		start(worker);
		worker.gate().open();
		for (TestListener listener : listeners) {
			assertThat(connectTo(listener).get("/hello").answer().body()).isEqualTo("hello");
		}
		assertThat(worker.connections()).isEqualTo(3);
		assertThat(worker.drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
		for (TestListener listener : listeners) {
			connectTo(listener).get("/hello");
			await().until(listener::takeQueued);
		}
	}

	@Test
	void whenThereIsOneSlotAndASiblingIsFreeThenConnectionsAreKeptAllTheSame() throws Exception {
		Started started = started(hosts(WorkerType.GTHREAD) ? StubWorker.gthread(1) : StubWorker.reactive(1));
		started.worker().siblingsHaveFreeSlot(true);
		HttpConnection connection = connect();
		for (int i = 0; i < 3; i++) {
			assertThat(connection.get("/hello").answer().announcesClose()).isFalse();
		}
	}

	@Test
	void whenAcceptingThenEachThreadThatDoesHasSaidSoOnce() throws Exception {
		StubWorker worker = started(serving(2)).worker();
		assertThat(connect().get("/hello").answer().body()).isEqualTo("hello");
		assertThat(connect().get("/hello").answer().body()).isEqualTo("hello");
		assertThat(worker.acceptors()).isNotEmpty().noneMatch((thread) -> thread == Thread.currentThread());
	}

	@Test
	void whenAsManyConnectionsAreOpenAsAreAllowedThenTheNextIsLeftToSiblings() throws Exception {
		StubWorker worker = started(new WorkerSettings(serving(4).type(), 4, 0, 2, Optional.empty(),
				Duration.ofMillis(500), Duration.ofSeconds(20)))
			.worker();
		HttpConnection first = connect();
		assertThat(first.get("/hello").answer().announcesClose()).isFalse();
		HttpConnection second = connect();
		assertThat(second.get("/hello").answer().announcesClose()).isFalse();
		HttpConnection third = connect().get("/hello");
		staysTrue(() -> !third.hasAnswer() && worker.connections() == 2);
		siblingAccepts();
		first.close();
		assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
		assertThat(second.get("/hello").answer().status()).isEqualTo(200);
	}

	@Test
	void whenRequestsAreServedThenTheyAreCounted() throws Exception {
		StubWorker worker = started(serving(2)).worker();
		HttpConnection connection = connect();
		assertThat(connection.get("/hello").answer().body()).isEqualTo("hello");
		assertThat(connection.get("/nothing-here").answer().status()).isEqualTo(404);
		assertThat(connect().get("/broken").answer().status()).isEqualTo(503);
		assertThat(connect().get("/thrown").answer().status()).isEqualTo(500);
		await().untilAsserted(() -> assertThat(worker.requests().completed()).isEqualTo(4));
		await().until(() -> worker.requests().errors() == 2);
		assertThat(worker.requests().busy()).isZero();
		assertThat(worker.gate().acceptedConnections()).isEqualTo(3);
		await().until(() -> worker.gate().taken() == 0);
	}

	@Test
	void whenRequestIsInFlightThenItIsListedAndHoldsASlot() throws Exception {
		Started started = started(serving(2));
		StubWorker worker = started.worker();
		HttpConnection connection = connect().get("/held?secret=1");
		await().until(() -> worker.requests().busy() == 1 && worker.gate().taken() == 1);
		assertThat(worker.requests().oldestStart()).isPresent();
		await().untilAsserted(() -> assertThat(worker.requests().running()).singleElement().satisfies((request) -> {
			assertThat(request.method()).isEqualTo("GET");
			assertThat(request.target()).isEqualTo("/held");
			assertThat(request.thread() != null).isEqualTo(hosts(WorkerType.GTHREAD));
		}));
		started.holds().release();
		assertThat(connection.answer().body()).isEqualTo("held");
		await().until(() -> worker.gate().taken() == 0);
	}

	@Test
	void whenSyncIsBusyThenSiblingGetsTheNextConnection() throws Exception {
		assumeHosts(WorkerType.SYNC);
		Started started = started(StubWorker.sync());
		HttpConnection first = connect().get("/held");
		await().until(() -> started.worker().requests().busy() == 1);
		HttpConnection second = connect().get("/hello");
		siblingAcceptsButForOne();
		assertThat(second.hasAnswer()).isFalse();
		started.holds().release();
		assertThat(first.answer().announcesClose()).isTrue();
		assertThat(first.isClosedByServer()).isTrue();
		assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
	}

	@Test
	void whenAllThreadsAreBusyThenSiblingGetsTheNextConnection() throws Exception {
		assumeHosts(WorkerType.GTHREAD);
		Started started = started(StubWorker.gthread(2));
		HttpConnection first = connect().get("/held");
		HttpConnection second = connect().get("/held");
		await().until(() -> started.worker().requests().busy() == 2);
		connect().get("/hello");
		siblingAcceptsButForOne();
		started.holds().release();
		assertThat(first.answer().announcesClose()).isFalse();
		assertThat(second.answer().announcesClose()).isFalse();
	}

	@Test
	void whenConnectionIsSilentThenItGivesItsSlotBack() throws Exception {
		started(servingStrictly());
		HttpConnection silent = connect();
		assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
		assertThat(silent.get("/hello").answer().status()).isEqualTo(200);
	}

	@Test
	void whenConnectionSendsHalfAHeadThenItGivesItsSlotBack() throws Exception {
		started(servingStrictly());
		HttpConnection half = connect().send("GET /hello HTTP/1.1\r\nHo");
		assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
		half.send("st: localhost\r\n\r\n");
		assertThat(half.answer().status()).isEqualTo(200);
	}

	@Test
	void whenKeptAliveConnectionsAreIdleThenTheyHoldNoSlot() throws Exception {
		assumeHosts(WorkerType.GTHREAD);
		StubWorker worker = started(StubWorker.gthread(1)).worker();
		HttpConnection first = connect();
		HttpConnection second = connect();
		assertThat(first.get("/hello").answer().announcesClose()).isFalse();
		assertThat(second.get("/hello").answer().announcesClose()).isFalse();
		assertThat(first.get("/hello").answer().status()).isEqualTo(200);
		await().until(() -> worker.gate().taken() == 0);
	}

	@Test
	void whenKeptAliveConnectionsSaturateAWorkerThenNewConnectionIsServed() throws Exception {
		assumeHosts(WorkerType.GTHREAD);
		started(StubWorker.gthread(1), "server.tomcat.max-keep-alive-requests=-1");
		List<Thread> clients = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			HttpConnection connection = connect();
			assertThat(connection.get("/hello").answer().status()).isEqualTo(200);
			Thread client = new Thread(() -> keepAsking(connection));
			client.start();
			use((AutoCloseable) client::interrupt);
			clients.add(client);
		}
		for (int i = 0; i < 5; i++) {
			assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
		}
		assertThat(clients).allMatch(Thread::isAlive);
	}

	private void keepAsking(HttpConnection connection) {
		HttpConnection current = connection;
		try {
			while (!Thread.currentThread().isInterrupted()) {
				if (current.get("/slow").answer().announcesClose()) {
					current = HttpConnection.open(this.listener.port());
				}
			}
		}
		catch (IOException ex) {
			// The test is over
		}
	}

	@Test
	void whenKeepAliveIsZeroThenEveryAnswerCloses() throws Exception {
		started(StubWorker.settings(serving(2).type(), 2, Optional.of(Duration.ZERO)));
		assertThat(connect().get("/hello").answer().announcesClose()).isTrue();
	}

	@Test
	void whenAsynchronousThenGthreadIsBusyWithoutHoldingASlot() throws Exception {
		assumeHosts(WorkerType.GTHREAD);
		Started started = started(StubWorker.gthread(1));
		StubWorker worker = started.worker();
		HttpConnection connection = connect().get("/async");
		await().until(() -> worker.requests().busy() == 1 && worker.gate().taken() == 0);
		await().until(() -> worker.requests().running().stream().allMatch((request) -> request.thread() == null));
		assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
		started.holds().release();
		assertThat(connection.answer().body()).isEqualTo("held");
		await().until(() -> worker.requests().busy() == 0 && worker.gate().taken() == 0);
		await().untilAsserted(() -> assertThat(worker.requests().completed()).isEqualTo(2));
	}

	@Test
	void whenAsynchronousThenSyncServesNothingElseUntilItEnds() throws Exception {
		assumeHosts(WorkerType.SYNC);
		Started started = started(StubWorker.sync());
		StubWorker worker = started.worker();
		HttpConnection early = connect();
		HttpConnection half = connect().send("GET /hello HTTP/1.1\r\n");
		await().until(() -> worker.gate().acceptedConnections() == 2 && worker.gate().taken() == 0);
		HttpConnection connection = connect().get("/async");
		await().until(() -> worker.requests().running().stream().anyMatch((request) -> request.thread() == null));
		early.get("/hello");
		half.send("Host: localhost\r\n\r\n");
		connect().get("/hello");
		siblingAcceptsButForOne();
		staysTrue(() -> !early.hasAnswer() && !half.hasAnswer() && worker.requests().busy() == 1);
		started.holds().release();
		assertThat(connection.answer().body()).isEqualTo("held");
		assertThat(early.answer().status()).isEqualTo(200);
		assertThat(half.answer().status()).isEqualTo(200);
		await().until(() -> worker.requests().busy() == 0 && worker.gate().taken() == 0);
	}

	@Test
	void whenClientOfAsynchronousRequestGoesAwayThenSlotIsFreeInTheEnd() throws Exception {
		Started started = started(servingStrictly());
		StubWorker worker = started.worker();
		HttpConnection connection = connect().get("/async");
		await().until(() -> worker.requests().busy() == 1);
		connection.close();
		started.holds().release();
		await().until(() -> worker.requests().busy() == 0 && worker.gate().taken() == 0);
		assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
	}

	@Test
	void whenWebSocketIsOpenThenItHoldsNoThread() throws Exception {
		Started started = started(serving(1));
		WebSocketClient client = use(WebSocketClient.connect(this.listener.port()));
		assertThat(client.ask("hello")).isEqualTo("hello");
		assertThat(connect().get("/hello").answer().body()).isEqualTo("hello");
		if (hosts(WorkerType.GTHREAD)) {
			await().until(() -> started.worker().gate().taken() == 0);
		}
		assertThat(client.ask("again")).isEqualTo("again");
		client.close();
		await().until(() -> started.worker().gate().taken() == 0);
	}

	@Test
	void whenServerSendsEventsThenEachArrivesAtOnceAndNoThreadIsHeld() throws Exception {
		Started started = started(serving(1));
		HttpConnection connection = connect().get("/long/events");
		assertThat(connection.head().headers().get("content-type")).startsWith("text/event-stream");
		assertThat(connection.chunksUntil("\n\n")).isEqualTo("data:first\n\n");
		assertThat(started.worker().requests().busy()).isEqualTo(1);
		assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
		started.holds().release();
		assertThat(connection.chunksToTheEnd()).isEqualTo("data:held\n\n");
		await().until(() -> started.worker().requests().busy() == 0 && started.worker().gate().taken() == 0);
	}

	@Test
	void whenHttp2ThenRequestsAreServedAndCounted() throws Exception {
		Started started = started(serving(2), "server.http2.enabled=true");
		HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
		for (int i = 0; i < 3; i++) {
			HttpResponse<String> response = client.send(request("http", "/hello"), BodyHandlers.ofString());
			assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
			assertThat(response.body()).isEqualTo("hello");
		}
		CompletableFuture<HttpResponse<String>> held = client.sendAsync(request("http", "/held"),
				BodyHandlers.ofString());
		await().until(() -> started.worker().requests().busy() == 1 && started.worker().gate().taken() == 1);
		CompletableFuture<HttpResponse<String>> async = client.sendAsync(request("http", "/async"),
				BodyHandlers.ofString());
		int taken = hosts(WorkerType.GTHREAD) ? 1 : 2;
		await().until(() -> started.worker().requests().busy() == 2 && started.worker().gate().taken() == taken);
		assertThat(started.worker().gate().acceptedConnections()).isEqualTo(1);
		started.holds().release();
		assertThat(held).succeedsWithin(SOON).matches((response) -> response.body().equals("held"));
		assertThat(async).succeedsWithin(SOON).matches((response) -> response.body().equals("held"));
		await().until(() -> started.worker().requests().completed() == 5);
		await().until(() -> started.worker().gate().taken() == 0);
		assertThat(started.worker().drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenAddressesSayWhatIsSpokenThenHttpAndHttpsAreServedSideBySide() throws Exception {
		TestListener plain = use(TestListener.tcp(Scheme.HTTP));
		List<TestListener> secure = List.of(use(TestListener.tcp(Scheme.HTTPS)), use(TestListener.tcp(Scheme.HTTPS)));
		StubWorker worker = new StubWorker(serving(4), plain, secure.get(0), secure.get(1));
		start(worker, "server.http2.enabled=true", "server.ssl.key-store=" + TestCertificate.keyStore(),
				"server.ssl.key-store-password=" + TestCertificate.PASSWORD);
		worker.gate().open();
		assertThat(connectTo(plain).get("/hello").answer().body()).isEqualTo("hello");
		HttpClient client = HttpClient.newBuilder().sslContext(TestCertificate.trustingContext()).build();
		for (TestListener listener : secure) {
			HttpRequest request = HttpRequest.newBuilder(URI.create("https://localhost:" + listener.port() + "/hello"))
				.timeout(PATIENTLY)
				.build();
			HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
			assertThat(response.body()).isEqualTo("hello");
			assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
		}
		assertThat(worker.connections()).isEqualTo(3);
		assertThat(worker.drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenTlsByBundleThenServedOverHttp2AndDrained() throws Exception {
		Started started = started(servingStrictly(), "server.http2.enabled=true", "server.ssl.bundle=test",
				"spring.ssl.bundle.jks.test.keystore.location=" + TestCertificate.keyStore(),
				"spring.ssl.bundle.jks.test.keystore.password=" + TestCertificate.PASSWORD);
		HttpClient client = HttpClient.newBuilder().sslContext(TestCertificate.trustingContext()).build();
		HttpResponse<String> response = client.send(request("https", "/hello"), BodyHandlers.ofString());
		assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
		assertThat(response.body()).isEqualTo("hello");
		HttpClient older = HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.sslContext(TestCertificate.trustingContext())
			.build();
		HttpResponse<String> olderResponse = older.send(request("https", "/hello"), BodyHandlers.ofString());
		assertThat(olderResponse.headers().firstValue("connection").isPresent()).isEqualTo(hosts(WorkerType.SYNC));
		assertThat(started.worker().drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
		await().until(() -> started.worker().gate().taken() == 0);
	}

}
