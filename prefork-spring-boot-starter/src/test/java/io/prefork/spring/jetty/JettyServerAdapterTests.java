package io.prefork.spring.jetty;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.prefork.spring.HttpConnection;
import io.prefork.spring.ServerAdapterCompatibilityKit;
import io.prefork.spring.TestListener;
import io.prefork.spring.StubWorker;
import io.prefork.spring.TestCertificate;
import io.prefork.worker.Drain;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.jetty.JettyWebServer;
import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link JettyServerAdapter} and all that makes it.
 */
class JettyServerAdapterTests extends ServerAdapterCompatibilityKit {

	@TempDir
	Path directory;

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return JettyTestApplication.run(worker, properties);
	}

	@Test
	void whenUnixSocketThenServedLoggedAndDrained() throws Exception {
		TestListener unix = use(TestListener.unix(this.directory.resolve("app.sock")));
		StubWorker worker = new StubWorker(StubWorker.gthread(2), unix);
		Path log = this.directory.resolve("access.log");
		start(worker, "server.jetty.accesslog.enabled=true", "server.jetty.accesslog.filename=" + log);
		worker.gate().open();
		HttpConnection connection = connect(this.directory.resolve("app.sock"));
		assertThat(connection.get("/hello").answer().body()).isEqualTo("hello");
		assertThat(worker.drain().graceful().join()).matches(Drain.Result::isComplete);
		await().untilAsserted(() -> assertThat(log).content().contains("127.0.0.1", "GET /hello HTTP/1.1\" 200"));
		assertThat(this.directory.resolve("app.sock")).exists();
	}

	private HttpConnection connect(Path path) throws IOException {
		SocketChannel channel = use(SocketChannel.open(UnixDomainSocketAddress.of(path)));
		return new HttpConnection(channel, Channels.newInputStream(channel), Channels.newOutputStream(channel));
	}

	@Test
	void whenAllSlotsAreTakenThenRequestOfKeptAliveConnectionWaitsWithoutAThread() throws Exception {
		Started started = started(StubWorker.gthread(1));
		List<HttpConnection> kept = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			kept.add(connect());
			assertThat(kept.get(i).get("/hello").answer().status()).isEqualTo(200);
		}
		HttpConnection held = connect().get("/held");
		await().until(() -> started.worker().requests().busy() == 1);
		for (HttpConnection connection : kept) {
			connection.get("/hello");
		}
		staysTrue(() -> kept.stream().noneMatch(JettyServerAdapterTests::hasAnswer)
				&& started.worker().requests().busy() == 1);
		started.holds().release();
		assertThat(held.answer().status()).isEqualTo(200);
		for (HttpConnection connection : kept) {
			assertThat(connection.answer().status()).isEqualTo(200);
		}
		await().until(() -> started.worker().gate().taken() == 0);
	}

	@Test
	void whenAllThreadsAreBusyThenKeptAliveConnectionIsServedBeyondThem() throws Exception {
		Started started = started(overflowing(1, 1));
		HttpConnection kept = connect();
		HttpConnection other = connect();
		assertThat(kept.get("/hello").answer().announcesClose()).isFalse();
		assertThat(other.get("/hello").answer().announcesClose()).isFalse();
		HttpConnection held = connect().get("/held");
		await().until(() -> started.worker().requests().busy() == 1);
		long overflowed = started.worker().gate().overflowed();
		assertThat(kept.get("/hello").answer().announcesClose()).as("no sibling is free").isFalse();
		// Once when its bytes are noticed, and perhaps again when it is handled
		assertThat(started.worker().gate().overflowed()).isGreaterThan(overflowed);
		other.get("/held");
		await().until(() -> started.worker().requests().busy() == 2);
		kept.get("/hello");
		staysTrue(() -> !kept.hasAnswer() && started.worker().requests().busy() == 2);
		started.holds().release();
		assertThat(held.answer().status()).isEqualTo(200);
		assertThat(other.answer().status()).isEqualTo(200);
		assertThat(kept.answer().status()).isEqualTo(200);
	}

	@Test
	void whenAllThreadsAreBusyAndASiblingIsNotThenClientsAreSentThere() throws Exception {
		Started started = started(overflowing(1, 1));
		HttpConnection kept = connect();
		assertThat(kept.get("/hello").answer().announcesClose()).isFalse();
		HttpConnection held = connect().get("/held");
		await().until(() -> started.worker().requests().busy() == 1);
		started.worker().siblingsHaveFreeSlot(true);
		assertThat(kept.get("/hello").answer().announcesClose()).isTrue();
		started.holds().release();
		assertThat(held.answer().status()).isEqualTo(200);
	}

	@Test
	void whenRequestsMayOverflowThenThereAreThreadsForThem() throws Exception {
		assertThat(requestThreads(started(overflowing(3, 2)))).isEqualTo(5);
	}

	private static WorkerSettings overflowing(int threads, int overflow) {
		return new WorkerSettings(WorkerType.GTHREAD, threads, overflow, 100, Optional.empty(), Duration.ofMillis(500),
				Duration.ofSeconds(20));
	}

	private static boolean hasAnswer(HttpConnection connection) {
		try {
			return connection.hasAnswer();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void whenKeepAliveIsSetThenIdleConnectionIsClosedAndBusyOneIsNot() throws Exception {
		Started started = started(StubWorker.settings(WorkerType.GTHREAD, 2, Optional.of(Duration.ofMillis(200))));
		HttpConnection idle = connect();
		assertThat(idle.get("/hello").answer().announcesClose()).isFalse();
		assertThat(idle.isClosedByServer()).isTrue();
		// At one go, or the connection may be idle for too long in between
		String hello = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
		HttpConnection slow = connect().send(hello + hello.replace("/hello", "/async"));
		assertThat(slow.answer().status()).isEqualTo(200);
		staysTrue(() -> started.worker().requests().busy() == 1 && !slow.hasAnswer());
		started.holds().release();
		assertThat(slow.answer().body()).isEqualTo("held");
	}

	@Test
	void whenAnswerIsOfUnknownLengthThenSyncSendsItInChunks() throws Exception {
		Started started = started(StubWorker.sync());
		started.holds().release();
		HttpConnection.Answer answer = connect().get("/flushed").answer();
		assertThat(answer.body()).isEqualTo("held");
		assertThat(answer.announcesClose()).isTrue();
		assertThat(answer.headers()).containsEntry("transfer-encoding", "chunked");
		assertThat(connect().get("/held-empty").answer().announcesClose()).isTrue();
	}

	@Test
	void whenKeyAliasDoesNotExistThenItFailsToStart() {
		assertThatException()
			.isThrownBy(() -> started(StubWorker.sync(), "server.ssl.key-alias=other",
					"server.ssl.key-store=" + TestCertificate.keyStore(),
					"server.ssl.key-store-password=" + TestCertificate.PASSWORD))
			.havingRootCause()
			.withMessageContaining("does not contain alias 'other'");
	}

	@Test
	void whenThreadsAreBoundedThenJettysOwnComeOnTop() {
		assertThat(requestThreads(started(StubWorker.gthread(3)))).isEqualTo(3);
	}

	private static int requestThreads(Started started) {
		Server server = ((JettyWebServer) ((ServletWebServerApplicationContext) started.context()).getWebServer())
			.getServer();
		QueuedThreadPool pool = (QueuedThreadPool) server.getThreadPool();
		return pool.getMaxThreads() - pool.getThreadPoolBudget().getLeasedThreads();
	}

	@Test
	void whenAnotherServerIsMadeThenItIsLeftAlone() {
		StubWorker worker = new StubWorker(StubWorker.gthread(1), this.listener);
		PreforkJettyWebServerFactoryCustomizer customizer = new PreforkJettyWebServerFactoryCustomizer(
				() -> Optional.of(worker), TestListener::copy);
		JettyServletWebServerFactory main = new JettyServletWebServerFactory();
		JettyServletWebServerFactory management = new JettyServletWebServerFactory();
		customizer.customize(main);
		customizer.customize(management);
		assertThat(main.getServerCustomizers()).hasSize(1);
		assertThat(management.getServerCustomizers()).isEmpty();
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void whenAsyncThenVirtualThreadsServeAndAsynchronousRequestsHoldSlots() throws Exception {
		Started started = started(new WorkerSettings(WorkerType.ASYNC, 1, 0, 2, Optional.empty(),
				Duration.ofMillis(500), Duration.ofSeconds(20)), "spring.threads.virtual.enabled=true");
		assertThat(connect().get("/thread").answer().body()).startsWith("jetty-");
		HttpConnection connection = connect().get("/async");
		await().until(() -> started.worker().requests().busy() == 1 && started.worker().gate().taken() == 1);
		started.holds().release();
		assertThat(connection.answer().body()).isEqualTo("held");
		await().until(() -> started.worker().gate().taken() == 0);
		assertThat(started.worker().drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void whenVirtualThreadsAreEnabledThenSyncAndGthreadKeepTheirOwn() throws Exception {
		started(StubWorker.sync(), "spring.threads.virtual.enabled=true");
		assertThat(connect().get("/thread").answer().body()).startsWith("qtp");
	}

}
