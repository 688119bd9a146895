package io.prefork.spring.jetty;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import javax.net.ssl.SSLSocket;

import io.prefork.spring.HttpConnection;
import io.prefork.spring.ServerAdapterTestSupport;
import io.prefork.spring.StubWorker;
import io.prefork.spring.TestCertificate;
import io.prefork.worker.ClientLimits;
import io.prefork.worker.WorkerSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ObservedEndPoint}, of clients that keep a worker waiting.
 */
class JettySlowClientTests extends ServerAdapterTestSupport {

	private static final ClientLimits LIMITS = new ClientLimits(Duration.ofMillis(500), 1000, 1000,
			Duration.ofMillis(500), 0);

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return JettyTestApplication.run(worker, properties);
	}

	static Stream<WorkerSettings> types() {
		return Stream.of(StubWorker.sync(), StubWorker.gthread(1)).map((settings) -> settings.with(LIMITS));
	}

	@ParameterizedTest
	@MethodSource("types")
	void whenHeadIsNotFinishedThenConnectionIsBrokenOff(WorkerSettings settings) throws Exception {
		Started started = started(settings);
		HttpConnection silent = connect();
		HttpConnection half = connect().send("GET /hello HTTP/1.1\r\nHo");
		assertThat(silent.isClosedByServer()).isTrue();
		assertThat(half.isClosedByServer()).isTrue();
		await().until(() -> started.worker().connections() == 0);
		assertThat(started.worker().slowClients().brokenOff()).isEqualTo(2);
		assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
	}

	@ParameterizedTest
	@MethodSource("types")
	void whenBodyTricklesThenConnectionIsBrokenOffAndSlotIsFree(WorkerSettings settings) throws Exception {
		Started started = started(settings);
		HttpConnection slow = connect()
			.send("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nabc");
		await().until(() -> started.worker().requests().busy() == 1);
		Thread trickle = new Thread(() -> trickle(slow));
		trickle.start();
		await().untilAsserted(() -> assertThat(started.worker().slowClients().brokenOff()).isEqualTo(1));
		await().until(() -> started.worker().requests().busy() == 0 && started.worker().gate().taken() == 0
				&& started.worker().connections() == 0);
		trickle.join();
		assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
	}

	private static void trickle(HttpConnection connection) {
		try {
			while (true) {
				connection.send("x");
				LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
			}
		}
		catch (IOException ex) {
			// The server has closed
		}
	}

	@ParameterizedTest
	@MethodSource("types")
	void whenAnswerIsNotTakenThenConnectionIsBrokenOffAndSlotIsFree(WorkerSettings settings) throws Exception {
		Started started = started(settings);
		connect().get("/download");
		await().untilAsserted(() -> assertThat(started.worker().slowClients().brokenOff()).isEqualTo(1));
		await().until(() -> started.worker().requests().busy() == 0 && started.worker().gate().taken() == 0
				&& started.worker().connections() == 0);
		assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
	}

	@Test
	void whenClientIsFastThenItIsServed() throws Exception {
		Started started = started(StubWorker.gthread(1).with(LIMITS));
		HttpConnection connection = connect();
		for (int i = 0; i < 3; i++) {
			connection.send("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n");
			connection.send(new byte[100_000]);
			assertThat(connection.answer().body()).isEqualTo("100000 bytes");
			assertThat(connection.get("/download").answer().body()).hasSize(64 * 1024 * 1024);
		}
		HttpConnection held = connect().get("/held");
		await().until(() -> started.worker().requests().busy() == 1);
		await().during(Duration.ofSeconds(2)).until(() -> !held.hasAnswer());
		started.holds().release();
		assertThat(held.answer().body()).isEqualTo("held");
		assertThat(connection.get("/hello").answer().body()).isEqualTo("hello");
		assertThat(started.worker().slowClients().brokenOff()).isZero();
	}

	@Test
	void whenTlsThenTheSame() throws Exception {
		Started started = started(StubWorker.gthread(1).with(LIMITS),
				"server.ssl.key-store=" + TestCertificate.keyStore(),
				"server.ssl.key-store-password=" + TestCertificate.PASSWORD);
		HttpConnection connection = connectByTls();
		assertThat(connection.get("/hello").answer().body()).isEqualTo("hello");
		await().during(Duration.ofSeconds(1)).until(() -> started.worker().slowClients().brokenOff() == 0);
		assertThat(connection.get("/hello").answer().body()).isEqualTo("hello");
		connection.send("GET /hel");
		await().untilAsserted(() -> assertThat(started.worker().slowClients().brokenOff()).isEqualTo(1));
		connectByTls().get("/download");
		await().untilAsserted(() -> assertThat(started.worker().slowClients().brokenOff()).isEqualTo(2));
		await().until(() -> started.worker().connections() == 0 && started.worker().requests().busy() == 0);
	}

	private HttpConnection connectByTls() throws Exception {
		SSLSocket socket = (SSLSocket) TestCertificate.trustingContext()
			.getSocketFactory()
			.createSocket("localhost", this.listener.port());
		return use(new HttpConnection(socket, socket.getInputStream(), socket.getOutputStream()));
	}

	@Test
	void whenConnectionHasHadItsRequestsThenTheLastAnswerSaysSo() throws Exception {
		started(StubWorker.gthread(1).with(new ClientLimits(Duration.ZERO, 0, 0, Duration.ZERO, 3)));
		HttpConnection connection = connect();
		assertThat(connection.get("/hello").answer().announcesClose()).isFalse();
		assertThat(connection.get("/hello").answer().announcesClose()).isFalse();
		assertThat(connection.get("/hello").answer().announcesClose()).isTrue();
		assertThat(connection.isClosedByServer()).isTrue();
	}

}
