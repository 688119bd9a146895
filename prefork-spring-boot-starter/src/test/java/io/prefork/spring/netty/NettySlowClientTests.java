package io.prefork.spring.netty;

import java.net.Socket;
import java.time.Duration;

import io.prefork.spring.Holds;
import io.prefork.spring.HttpConnection;
import io.prefork.spring.SlowClientCompatibilityKit;
import io.prefork.spring.StubWorker;
import io.prefork.spring.TestCertificate;
import io.prefork.worker.ClientLimits;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ClientObserver}.
 */
class NettySlowClientTests extends SlowClientCompatibilityKit {

	private static final WorkerSettings STRICT = StubWorker.reactive(100)
		.with(new ClientLimits(Duration.ofSeconds(1), 1000, 1000, Duration.ofSeconds(1), 0));

	/**
	 * For clients that may be held up for a moment themselves.
	 */
	private static final WorkerSettings LESS_STRICT = StubWorker.reactive(100)
		.with(new ClientLimits(SOON, 1000, 1000, Duration.ofSeconds(2), 0));

	private static final Duration LONGER_THAN_ALLOWED = Duration.ofSeconds(3);

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return NettyTestApplication.run(worker, properties);
	}

	@Override
	protected boolean hosts(WorkerType type) {
		return type == WorkerType.REACTIVE;
	}

	@Test
	void whenApplicationDoesNotAskForTheBodyThenItsClientIsNotBlamed() throws Exception {
		Started started = started(STRICT);
		HttpConnection connection = connect()
			.send("POST /late-upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nabc");
		await().until(() -> started.worker().requests().busy() == 1);
		await().during(LONGER_THAN_ALLOWED).atMost(SOON).until(() -> started.worker().slowClients().brokenOff() == 0);
		connection.send("def");
		started.holds().release();
		assertThat(connection.answer().body()).isEqualTo("6 bytes");
	}

	@Test
	void whenApplicationDoesNotFlushThenItsClientIsNotBlamed() throws Exception {
		Started started = started(STRICT);
		HttpConnection connection = connect().get("/long/events");
		assertThat(connection.head().status()).isEqualTo(200);
		assertThat(connection.chunksUntil("\n\n")).isEqualTo("data:first\n\n");
		await().during(LONGER_THAN_ALLOWED).atMost(SOON).until(() -> started.worker().slowClients().brokenOff() == 0);
		started.holds().release();
		assertThat(connection.chunksToTheEnd()).isEqualTo("data:held\n\n");
	}

	@Test
	void whenBodyGoesOnAfterItsAnswerThenItIsNotTakenForAHead() throws Exception {
		Started started = started(StubWorker.reactive(100)
			.with(new ClientLimits(Duration.ofSeconds(2), 10, 1000, Duration.ofSeconds(2), 0)));
		HttpConnection connection = connect()
			.send("POST /refused HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6000\r\n\r\n");
		assertThat(connection.answer().status()).isEqualTo(401);
		for (int i = 0; i < 30; i++) {
			connection.send("x".repeat(200));
			await().pollDelay(Duration.ofMillis(100)).until(() -> true);
		}
		assertThat(connection.get("/hello").answer().body()).isEqualTo("hello");
		assertThat(started.worker().slowClients().brokenOff()).isZero();
	}

	@Test
	void whenBodyTricklesAfterItsAnswerThenItIsBrokenOff() throws Exception {
		Started started = started(STRICT);
		HttpConnection connection = connect()
			.send("POST /refused HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6000\r\n\r\n");
		assertThat(connection.answer().status()).isEqualTo(401);
		connection.send("x");
		await().atMost(SOON).until(() -> started.worker().slowClients().brokenOff() == 1);
	}

	@Test
	void whenLargeAnswerIsTakenAtSomeSpeedThenItIsServed() throws Exception {
		Started started = started(LESS_STRICT);
		HttpConnection connection = connect().get("/long/big");
		int length = Integer.parseInt(connection.head().headers().get("content-length"));
		int step = length / 64;
		for (int i = 0; i < 64; i++) {
			connection.bytes(step);
			await().pollDelay(Duration.ofMillis(50)).until(() -> true);
		}
		assertThat(started.worker().slowClients().brokenOff()).isZero();
		assertThat(connection.get("/hello").answer().body()).isEqualTo("hello");
	}

	@Test
	void whenTlsThenAnswerIsWatchedAllTheSame(CapturedOutput output) throws Exception {
		WorkerSettings settings = StubWorker.reactive(100)
			.with(new ClientLimits(SOON, 1000, 1000, Duration.ofSeconds(1), 0));
		Started started = started(settings, "server.ssl.key-store=" + TestCertificate.keyStore(),
				"server.ssl.key-store-password=" + TestCertificate.PASSWORD);
		HttpConnection idle = connectByTls();
		assertThat(idle.get("/hello").answer().body()).isEqualTo("hello");
		connectByTls().get("/long/big");
		await().atMost(PATIENTLY).until(() -> started.worker().slowClients().brokenOff() == 1);
		await().atMost(SOON)
			.until(() -> started.worker().connections() == 1 && started.worker().requests().busy() == 0);
		assertThat(idle.get("/hello").answer().body()).isEqualTo("hello");
		assertThat(output).doesNotContain(" WARN ");
	}

	@Test
	void whenTlsThenBytesAreSeenBeforeTheyMakeARecord() throws Exception {
		Started started = started(STRICT, "server.ssl.key-store=" + TestCertificate.keyStore(),
				"server.ssl.key-store-password=" + TestCertificate.PASSWORD);
		Socket socket = use(new Socket("localhost", this.listener.port()));
		SSLSocket tls = (SSLSocket) TestCertificate.trustingContext()
			.getSocketFactory()
			.createSocket(socket, "localhost", this.listener.port(), false);
		HttpConnection connection = new HttpConnection(tls, tls.getInputStream(), tls.getOutputStream());
		assertThat(connection.get("/hello").answer().body()).isEqualTo("hello");
		// The head of a record of application data (RFC 8446, section 5.1)
		socket.getOutputStream().write(new byte[] { 23, 3, 3, 1, 0 });
		await().atMost(SOON).until(() -> started.worker().slowClients().brokenOff() == 1);
		await().atMost(SOON).until(() -> started.worker().connections() == 0);
	}

	@Test
	void whenEventLoopWasHeldUpThenClientsAreNotBlamed() throws Exception {
		Started started = started(LESS_STRICT, "test.event-loops=1");
		HttpConnection connection = connect()
			.send("POST /long/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nabc");
		await().until(() -> started.worker().requests().busy() == 1);
		HttpConnection blocking = connect().get("/blocking");
		await().until(() -> started.worker().requests().busy() == 2);
		connection.send("def");
		await().pollDelay(LONGER_THAN_ALLOWED.plusSeconds(2)).until(() -> true);
		started.context().getBean(Holds.class).release();
		assertThat(blocking.answer().body()).isEqualTo("held");
		assertThat(connection.answer().body()).isEqualTo("6 bytes");
	}

	private HttpConnection connectByTls() throws Exception {
		SSLSocket socket = (SSLSocket) TestCertificate.trustingContext()
			.getSocketFactory()
			.createSocket("localhost", this.listener.port());
		return use(new HttpConnection(socket, socket.getInputStream(), socket.getOutputStream()));
	}

}
