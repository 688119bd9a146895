package io.prefork.spring.netty;

import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.prefork.os.Scheme;
import io.prefork.spring.Holds;
import io.prefork.spring.HttpConnection;
import io.prefork.spring.InvalidSettingException;
import io.prefork.spring.ServerAdapterCompatibilityKit;
import io.prefork.spring.TestListener;
import io.prefork.spring.StubWorker;
import io.prefork.spring.TestCertificate;
import io.prefork.worker.Drain;
import io.prefork.worker.WorkerType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.ApplicationContextException;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link NettyServerAdapter} and all that makes it.
 */
class NettyServerAdapterTests extends ServerAdapterCompatibilityKit {

	@TempDir
	Path directory;

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return NettyTestApplication.run(worker, properties);
	}

	@Override
	protected boolean hosts(WorkerType type) {
		return type == WorkerType.REACTIVE;
	}

	@Test
	void whenWorkerIsFullAndASiblingIsNotThenAnswersSendClientsThere() throws Exception {
		Started started = started(StubWorker.reactive(2));
		HttpConnection first = connect();
		HttpConnection second = connect();
		assertThat(first.get("/hello").answer().announcesClose()).isFalse();
		assertThat(second.get("/hello").answer().announcesClose()).isFalse();
		first.get("/held");
		await().until(() -> started.worker().requests().busy() == 1);
		started.worker().siblingsHaveFreeSlot(true);
		assertThat(second.get("/hello").answer().announcesClose()).isTrue();
		started.worker().siblingsHaveFreeSlot(false);
		started.holds().release();
		assertThat(first.answer().announcesClose()).isFalse();
	}

	@Test
	void whenRequestBlocksItsEventLoopThenWorkerStandsStillUntilItGoesOn() throws Exception {
		Started started = started(serving(2));
		StubWorker worker = started.worker();
		assertThat(connect().get("/hello").answer().body()).isEqualTo("hello");
		await().until(() -> seemsAlive(worker));
		HttpConnection blocking = connect().get("/blocking");
		await().until(() -> worker.requests().busy() == 1);
		await().untilAsserted(() -> assertThat(worker.requests().running()).singleElement().satisfies((request) -> {
			assertThat(request.target()).isEqualTo("/blocking");
			assertThat(request.thread()).isNotNull();
			assertThat(request.thread().getStackTrace())
				.anyMatch((frame) -> frame.getClassName().equals(Holds.class.getName()));
		}));
		await().until(() -> worker.aliveAt() < System.nanoTime() - Duration.ofSeconds(2).toNanos());
		long stoodStill = worker.aliveAt();
		staysTrue(() -> worker.aliveAt() == stoodStill);
		started.holds().release();
		assertThat(blocking.answer().body()).isEqualTo("held");
		await().until(() -> seemsAlive(worker));
		started.context().close();
		await().during(Duration.ofSeconds(2)).until(() -> seemsAlive(worker));
	}

	private static boolean seemsAlive(StubWorker worker) {
		return System.nanoTime() - worker.aliveAt() < Duration.ofSeconds(1).toNanos();
	}

	@Test
	void whenRequestBlocksItsEventLoopThenConnectionsOfOthersAreServed() throws Exception {
		Started started = started(serving(2));
		HttpConnection blocking = connect().get("/blocking");
		await().until(() -> started.worker().requests().busy() == 1);
		for (int i = 0; i < 3; i++) {
			assertThat(connect().get("/hello").answer().body()).isEqualTo("hello");
		}
		started.holds().release();
		assertThat(blocking.answer().body()).isEqualTo("held");
	}

	@ParameterizedTest
	@EnumSource(names = { "HTTP", "HTTPS" })
	void whenAddressesDifferBySchemeThenEachIsServedAsItSays(Scheme first) throws Exception {
		Scheme second = (first == Scheme.HTTP) ? Scheme.HTTPS : Scheme.HTTP;
		TestListener other = use(TestListener.tcp());
		StubWorker worker = new StubWorker(serving(2),
				List.of(this.listener.speaking(first).inherited(), other.speaking(second).inherited()));
		ConfigurableApplicationContext context = start(worker, "server.http2.enabled=true",
				"server.ssl.key-store=" + TestCertificate.keyStore(),
				"server.ssl.key-store-password=" + TestCertificate.PASSWORD);
		worker.gate().open();
		assertThat(context.getEnvironment().getProperty("local.server.port"))
			.isEqualTo(Integer.toString(this.listener.port()));
		HttpClient client = HttpClient.newBuilder().sslContext(TestCertificate.trustingContext()).build();
		for (TestListener listener : List.of(this.listener, other)) {
			String scheme = ((listener == other) ? second : first).prefix();
			HttpResponse<String> response = client.send(
					HttpRequest.newBuilder(URI.create(scheme + "localhost:" + listener.port() + "/hello")).build(),
					BodyHandlers.ofString());
			assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
			assertThat(response.body()).isEqualTo("hello");
		}
		await().untilAsserted(() -> assertThat(worker.requests().completed()).isEqualTo(2));
		assertThat(worker.connections()).isEqualTo(2);
		assertThat(worker.drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
		context.close();
		for (TestListener listener : List.of(this.listener, other)) {
			connectTo(listener);
			await().until(listener::takeQueued);
		}
	}

	@Test
	void whenServerHasTlsThenItIsOnTheFirstAddressAlone() throws Exception {
		TestListener unix = use(TestListener.unix(this.directory.resolve("app.sock")));
		StubWorker worker = new StubWorker(serving(2), this.listener, unix);
		ConfigurableApplicationContext context = start(worker, "server.ssl.key-store=" + TestCertificate.keyStore(),
				"server.ssl.key-store-password=" + TestCertificate.PASSWORD);
		worker.gate().open();
		HttpClient client = HttpClient.newBuilder().sslContext(TestCertificate.trustingContext()).build();
		assertThat(client.send(request("https", "/hello"), BodyHandlers.ofString()).body()).isEqualTo("hello");
		HttpConnection held = connectTo(unix).get("/held");
		await().until(() -> worker.requests().busy() == 1);
		CompletableFuture<Void> closed = CompletableFuture.runAsync(context::close);
		await().during(A_WHILE).until(() -> !closed.isDone());
		context.getBean(Holds.class).release();
		HttpConnection.Answer answer = held.answer();
		assertThat(answer.body()).isEqualTo("held");
		assertThat(answer.announcesClose()).isTrue();
		assertThat(closed).succeedsWithin(SOON);
	}

	@Test
	void whenAddressNeedsTlsThatTheServerDoesNotHaveThenItIsRefused() {
		StubWorker worker = new StubWorker(serving(2), List.of(this.listener.speaking(Scheme.HTTPS).inherited()));
		assertThatExceptionOfType(ApplicationContextException.class).isThrownBy(() -> start(worker))
			.havingRootCause()
			.isInstanceOf(InvalidSettingException.class)
			.withMessageContaining("prefork.bind");
	}

	@Test
	void whenClientGoesAwayThenApplicationIsCancelled() throws Exception {
		Started started = started(serving(2));
		HttpConnection connection = connect().get("/held");
		await().until(() -> started.worker().requests().busy() == 1);
		connection.close();
		await().until(() -> started.context().getBean(ReactiveHoldingController.class).isCancelled());
		await().until(() -> started.worker().requests().busy() == 0 && started.worker().gate().taken() == 0);
		await().until(() -> started.worker().connections() == 0);
	}

	@Test
	void whenRequestsArePipelinedThenEachIsCounted() throws Exception {
		StubWorker worker = started(serving(2)).worker();
		HttpConnection connection = connect().get("/slow").get("/hello").get("/slow");
		assertThat(connection.answer().body()).isEqualTo("slow");
		assertThat(connection.answer().body()).isEqualTo("hello");
		assertThat(connection.answer().body()).isEqualTo("slow");
		await().until(() -> worker.requests().completed() == 3 && worker.gate().taken() == 0);
	}

	@Test
	void whenUnixSocketThenServedAndDrained(CapturedOutput output) throws Exception {
		TestListener unix = use(TestListener.unix(this.directory.resolve("app.sock")));
		StubWorker worker = new StubWorker(serving(2), unix);
		start(worker);
		worker.gate().open();
		assertThat(unixConnection().get("/hello").answer().body()).isEqualTo("hello");
		assertThat(worker.drain().graceful().join()).matches(Drain.Result::isComplete);
		assertThat(this.directory.resolve("app.sock")).exists();
		assertThat(output).contains("Netty started on path ").doesNotContain(" WARN ");
	}

	@Test
	void whenThereAreSeveralListenersThenAllAreServed(CapturedOutput output) throws Exception {
		TestListener second = use(TestListener.tcp());
		TestListener unix = use(TestListener.unix(this.directory.resolve("app.sock")));
		StubWorker worker = new StubWorker(StubWorker.reactive(3), unix, this.listener, second);
		start(worker);
		worker.gate().open();
		assertThat(connect().get("/hello").answer().body()).isEqualTo("hello");
		assertThat(use(HttpConnection.open(second.port())).get("/hello").answer().body()).isEqualTo("hello");
		assertThat(unixConnection().get("/hello").answer().body()).isEqualTo("hello");
		assertThat(worker.connections()).isEqualTo(3);
		assertThat(worker.drain().graceful().join()).matches(Drain.Result::isComplete);
		assertThat(output).contains("Netty started on port " + this.listener.port()).doesNotContain(" WARN ");
	}

	@Test
	void whenServerRefusesAConnectionThenItIsForgotten() throws Exception {
		Started started = started(serving(2), "test.max-connections=1");
		HttpConnection first = connect();
		assertThat(first.get("/hello").answer().body()).isEqualTo("hello");
		HttpConnection second = connect();
		assertThat(second.isClosedByServer()).isTrue();
		await().until(() -> started.worker().connections() == 1 && started.worker().gate().taken() == 0);
		assertThat(first.get("/hello").answer().body()).isEqualTo("hello");
	}

	private HttpConnection unixConnection() throws Exception {
		SocketChannel channel = use(SocketChannel.open(UnixDomainSocketAddress.of(this.directory.resolve("app.sock"))));
		return new HttpConnection(channel, Channels.newInputStream(channel), Channels.newOutputStream(channel));
	}

}
