package io.prefork.spring;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.prefork.worker.Drain;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What every server adapter must do, whatever the server. Each adapter's test extends
 * this.
 */
@ExtendWith(OutputCaptureExtension.class)
public abstract class ServerAdapterCompatibilityKit {

	private static final Duration A_WHILE = Duration.ofMillis(300);

	private static final Duration SOON = Duration.ofSeconds(10);

	protected final SharedListener listener = SharedListener.tcp();

	private final List<AutoCloseable> resources = new ArrayList<>(List.of(this.listener));

	/**
	 * Starts the server with an application that has a {@link HoldingController} and its
	 * {@link Holds}.
	 */
	protected abstract ConfigurableApplicationContext run(StubWorker worker, String... properties);

	@AfterEach
	void closeResources() throws Exception {
		for (int i = this.resources.size() - 1; i >= 0; i--) {
			this.resources.get(i).close();
		}
	}

	@Test
	void whenGateIsClosedThenConnectionStaysInTheQueue() throws Exception {
		StubWorker worker = worker(StubWorker.gthread(2));
		start(worker);
		HttpConnection connection = connect().get("/hello");
		staysTrue(() -> !connection.hasAnswer() && worker.gate().acceptedConnections() == 0);
		worker.gate().open();
		assertThat(connection.answer().status()).isEqualTo(200);
		assertThat(worker.gate().acceptedConnections()).isEqualTo(1);
	}

	@Test
	void whenRequestsAreServedThenTheyAreCounted() throws Exception {
		StubWorker worker = started(StubWorker.gthread(2)).worker();
		HttpConnection connection = connect();
		assertThat(connection.get("/hello").answer().body()).isEqualTo("hello");
		assertThat(connection.get("/nothing-here").answer().status()).isEqualTo(404);
		assertThat(connect().get("/broken").answer().status()).isEqualTo(503);
		assertThat(connect().get("/thrown").answer().status()).isEqualTo(500);
		await().untilAsserted(() -> assertThat(worker.requests().completed()).isEqualTo(4));
		assertThat(worker.requests().errors()).isEqualTo(2);
		assertThat(worker.requests().busy()).isZero();
		assertThat(worker.gate().acceptedConnections()).isEqualTo(3);
		await().until(() -> worker.gate().taken() == 0);
	}

	@Test
	void whenRequestIsInFlightThenItIsListedAndHoldsASlot() throws Exception {
		Started started = started(StubWorker.gthread(2));
		StubWorker worker = started.worker();
		HttpConnection connection = connect().get("/held?secret=1");
		await().until(() -> worker.requests().busy() == 1);
		assertThat(worker.gate().taken()).isEqualTo(1);
		assertThat(worker.requests().oldestStart()).isPresent();
		assertThat(worker.requests().running()).singleElement().satisfies((request) -> {
			assertThat(request.method()).isEqualTo("GET");
			assertThat(request.target()).isEqualTo("/held");
			assertThat(request.thread()).isNotNull();
		});
		started.holds().release();
		assertThat(connection.answer().body()).isEqualTo("held");
		await().until(() -> worker.gate().taken() == 0);
	}

	@Test
	void whenSyncIsBusyThenSiblingGetsTheNextConnection() throws Exception {
		Started started = started(StubWorker.sync());
		HttpConnection first = connect().get("/held");
		await().until(() -> started.worker().requests().busy() == 1);
		HttpConnection second = connect().get("/hello");
		siblingAccepts();
		assertThat(second.hasAnswer()).isFalse();
		started.holds().release();
		assertThat(first.answer().announcesClose()).isTrue();
		assertThat(first.isClosedByServer()).isTrue();
		assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
	}

	@Test
	void whenAllThreadsAreBusyThenSiblingGetsTheNextConnection() throws Exception {
		Started started = started(StubWorker.gthread(2));
		HttpConnection first = connect().get("/held");
		HttpConnection second = connect().get("/held");
		await().until(() -> started.worker().requests().busy() == 2);
		connect().get("/hello");
		siblingAccepts();
		started.holds().release();
		assertThat(first.answer().announcesClose()).isFalse();
		assertThat(second.answer().announcesClose()).isFalse();
	}

	@Test
	void whenConnectionIsSilentThenItGivesItsSlotBack() throws Exception {
		started(StubWorker.sync());
		HttpConnection silent = connect();
		assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
		assertThat(silent.get("/hello").answer().status()).isEqualTo(200);
	}

	@Test
	void whenConnectionSendsHalfAHeadThenItGivesItsSlotBack() throws Exception {
		started(StubWorker.sync());
		HttpConnection half = connect().send("GET /hello HTTP/1.1\r\nHo");
		assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
		half.send("st: localhost\r\n\r\n");
		assertThat(half.answer().status()).isEqualTo(200);
	}

	@Test
	void whenKeptAliveConnectionsAreIdleThenTheyHoldNoSlot() throws Exception {
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
		started(StubWorker.gthread(1));
		List<Thread> clients = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			HttpConnection connection = connect();
			assertThat(connection.get("/hello").answer().status()).isEqualTo(200);
			Thread client = new Thread(() -> keepAsking(connection));
			client.start();
			this.resources.add(client::interrupt);
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
				if (current.get("/hello").answer().announcesClose()) {
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
		started(StubWorker.settings(WorkerType.GTHREAD, 2, Optional.of(Duration.ZERO)));
		assertThat(connect().get("/hello").answer().announcesClose()).isTrue();
	}

	@Test
	void whenAsynchronousThenGthreadIsBusyWithoutHoldingASlot() throws Exception {
		Started started = started(StubWorker.gthread(1));
		StubWorker worker = started.worker();
		HttpConnection connection = connect().get("/async");
		await().until(() -> worker.requests().busy() == 1 && worker.gate().taken() == 0);
		assertThat(worker.requests().running()).singleElement().matches((request) -> request.thread() == null);
		assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
		started.holds().release();
		assertThat(connection.answer().body()).isEqualTo("held");
		await().until(() -> worker.requests().busy() == 0 && worker.gate().taken() == 0);
		assertThat(worker.requests().completed()).isEqualTo(2);
	}

	@Test
	void whenAsynchronousThenSyncServesNothingElseUntilItEnds() throws Exception {
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
		siblingAccepts();
		staysTrue(() -> !early.hasAnswer() && !half.hasAnswer() && worker.requests().busy() == 1);
		started.holds().release();
		assertThat(connection.answer().body()).isEqualTo("held");
		assertThat(early.answer().status()).isEqualTo(200);
		assertThat(half.answer().status()).isEqualTo(200);
		await().until(() -> worker.requests().busy() == 0 && worker.gate().taken() == 0);
	}

	@Test
	void whenClientOfAsynchronousRequestGoesAwayThenSlotIsFreeInTheEnd() throws Exception {
		Started started = started(StubWorker.sync());
		StubWorker worker = started.worker();
		HttpConnection connection = connect().get("/async");
		await().until(() -> worker.requests().busy() == 1);
		connection.close();
		started.holds().release();
		await().until(() -> worker.requests().busy() == 0 && worker.gate().taken() == 0);
		assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
	}

	@Test
	void whenDrainedWhileIdleThenCompletesAndSiblingGoesOnAccepting() throws Exception {
		Started started = started(StubWorker.gthread(2));
		assertThat(started.worker().drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
		connect().get("/hello");
		siblingAccepts();
	}

	@Test
	void whenDrainedWhileBusyThenAnswerClosesAlthoughRequestBeganBefore() throws Exception {
		for (String target : List.of("/held", "/held-chunked", "/async")) {
			SharedListener listener = use(SharedListener.tcp());
			StubWorker worker = new StubWorker(StubWorker.gthread(2), listener);
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
		Started started = started(StubWorker.gthread(2));
		HttpConnection connection = connect();
		assertThat(connection.get("/hello").answer().announcesClose()).isFalse();
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		await().until(() -> started.worker().connections() == 1 && !drain.isDone());
		HttpConnection.Answer answer = connection.get("/hello").answer();
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.announcesClose()).isTrue();
		assertThat(connection.isClosedByServer()).isTrue();
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenDrainedThenConnectionJustAcceptedIsServed() throws Exception {
		Started started = started(StubWorker.gthread(2));
		HttpConnection connection = connect();
		await().until(() -> started.worker().gate().acceptedConnections() == 1);
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		await().during(Duration.ofMillis(100)).until(() -> !drain.isDone());
		HttpConnection.Answer answer = connection.get("/hello").answer();
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.announcesClose()).isTrue();
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenDrainedThenSilentConnectionsAreClosedAfterTheQuietPeriod() throws Exception {
		Started started = started(StubWorker.gthread(2));
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
		Started started = started(StubWorker.gthread(4));
		List<CompletableFuture<Boolean>> clients = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			HttpConnection connection = connect();
			assertThat(connection.get("/hello").answer().status()).isEqualTo(200);
			clients.add(CompletableFuture.supplyAsync(() -> askUntilClosed(connection)));
		}
		await().until(() -> started.worker().requests().completed() > 200);
		assertThat(started.worker().drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
		assertThat(clients).allSatisfy((client) -> assertThat(client).succeedsWithin(SOON).isEqualTo(true));
	}

	private boolean askUntilClosed(HttpConnection connection) {
		try {
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
	void whenContextClosesAfterDrainThenQuietly(CapturedOutput output) throws Exception {
		Started started = started(StubWorker.gthread(2));
		connect().get("/hello").answer();
		started.worker().drain().graceful().join();
		closeQuietly(started.context(), output);
		assertThat(this.listener.takeQueued()).isFalse();
	}

	@Test
	void whenContextClosesWithoutDrainThenNobodyIsTakenFromTheQueue(CapturedOutput output) throws Exception {
		Started started = started(StubWorker.gthread(2));
		connect().get("/hello").answer();
		closeQuietly(started.context(), output);
		assertThat(this.listener.takeQueued()).isFalse();
		connect().get("/hello");
		siblingAccepts();
	}

	@Test
	void whenContextClosesWhileGateIsClosedThenNobodyIsTakenFromTheQueue(CapturedOutput output) throws Exception {
		ConfigurableApplicationContext context = start(worker(StubWorker.sync()));
		connect().get("/hello");
		closeQuietly(context, output);
		siblingAccepts();
		assertThat(this.listener.takeQueued()).isFalse();
	}

	@Test
	void whenContextClosesWithImmediateShutdownThenQuietly(CapturedOutput output) throws Exception {
		Started started = started(StubWorker.gthread(2), "server.shutdown=immediate");
		connect().get("/hello").answer();
		closeQuietly(started.context(), output);
		assertThat(this.listener.takeQueued()).isFalse();
	}

	@Test
	void whenContextClosesWhileBusyThenRequestIsAnsweredWithClose() throws Exception {
		Started started = started(StubWorker.gthread(2));
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
	void whenHttp2ThenRequestsAreServedAndCounted() throws Exception {
		Started started = started(StubWorker.gthread(2), "server.http2.enabled=true");
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
		await().until(() -> started.worker().requests().busy() == 2 && started.worker().gate().taken() == 1);
		assertThat(started.worker().gate().acceptedConnections()).isEqualTo(1);
		started.holds().release();
		assertThat(held).succeedsWithin(SOON).matches((response) -> response.body().equals("held"));
		assertThat(async).succeedsWithin(SOON).matches((response) -> response.body().equals("held"));
		assertThat(started.worker().requests().completed()).isEqualTo(5);
		await().until(() -> started.worker().gate().taken() == 0);
		assertThat(started.worker().drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenDrainedThenHttp2ConnectionIsToldToGoAwayAndItsStreamsAreServed() throws Exception {
		Started started = started(StubWorker.gthread(2), "server.http2.enabled=true");
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
	void whenTlsByBundleThenServedOverHttp2AndDrained() throws Exception {
		Started started = started(StubWorker.sync(), "server.http2.enabled=true", "server.ssl.bundle=test",
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
		assertThat(olderResponse.headers().firstValue("connection")).hasValue("close");
		assertThat(started.worker().drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
		await().until(() -> started.worker().gate().taken() == 0);
	}

	private HttpRequest request(String scheme, String path) {
		return HttpRequest.newBuilder(URI.create(scheme + "://localhost:" + this.listener.port() + path))
			.timeout(Duration.ofSeconds(20))
			.build();
	}

	/**
	 * Starts a server and opens the gate.
	 */
	protected final Started started(WorkerSettings settings, String... properties) {
		StubWorker worker = worker(settings);
		ConfigurableApplicationContext context = start(worker, properties);
		worker.gate().open();
		return new Started(worker, context);
	}

	private StubWorker worker(WorkerSettings settings) {
		return new StubWorker(settings, this.listener);
	}

	protected final ConfigurableApplicationContext start(StubWorker worker, String... properties) {
		ConfigurableApplicationContext context = run(worker, properties);
		this.resources.add(() -> {
			if (context.isActive()) {
				context.getBean(Holds.class).release();
				context.close();
			}
		});
		return context;
	}

	protected final HttpConnection connect() throws IOException {
		return use(HttpConnection.open(this.listener.port()));
	}

	protected final <T extends AutoCloseable> T use(T resource) {
		this.resources.add(resource);
		return resource;
	}

	/**
	 * A sibling accepts the connection that nobody has accepted.
	 */
	private void siblingAccepts() throws IOException {
		ServerSocketChannel sibling = use(this.listener.copy());
		CompletableFuture<SocketChannel> accepted = CompletableFuture.supplyAsync(() -> {
			try {
				return sibling.accept();
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		});
		assertThat(accepted).succeedsWithin(SOON).satisfies((channel) -> {
			assertThat(((InetSocketAddress) channel.getRemoteAddress()).getAddress().isLoopbackAddress()).isTrue();
			use(channel);
		});
	}

	private void closeQuietly(ConfigurableApplicationContext context, CapturedOutput output) {
		int before = output.getAll().length();
		long start = System.nanoTime();
		CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> {
			context.getBean(Holds.class).release();
			context.close();
		});
		assertThat(closed).succeedsWithin(SOON);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
		assertThat(output.getAll().substring(before)).doesNotContain("WARN", "ERROR", "SEVERE", "Exception");
	}

	private void staysTrue(java.util.concurrent.Callable<Boolean> condition) {
		await().during(A_WHILE).atMost(SOON).until(condition);
	}

	/**
	 * A worker whose server has started.
	 *
	 * @param worker the worker
	 * @param context the application
	 */
	protected record Started(StubWorker worker, ConfigurableApplicationContext context) {

		public Holds holds() {
			return this.context.getBean(Holds.class);
		}

	}

}
