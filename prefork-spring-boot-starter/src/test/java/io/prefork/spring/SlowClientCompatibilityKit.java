package io.prefork.spring;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.prefork.worker.ClientLimits;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How every server adapter bounds what slow clients hold, whatever the server and the
 * worker class. Each adapter's test extends this.
 */
public abstract class SlowClientCompatibilityKit extends ServerAdapterTestSupport {

	private static final ClientLimits LIMITS = new ClientLimits(Duration.ofSeconds(2), 100, 100, Duration.ofSeconds(1),
			3);

	// A client that does its first handshake loads hundreds of classes
	private static final ClientLimits TLS_LIMITS = new ClientLimits(Duration.ofSeconds(5), 100, 100,
			Duration.ofSeconds(1), 3);

	private static final int CROWD = 50;

	private static final String POST = "POST /long/upload HTTP/1.1\r\nHost: localhost\r\n"
			+ "Content-Type: application/octet-stream\r\nContent-Length: ";

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "CUSTOM")
	void whenClientsSendNoWholeHeadThenTheyAreBrokenOffAndOthersAreServed(WorkerType type) throws Exception {
		StubWorker worker = startedWith(type).worker();
		List<HttpConnection> slow = new ArrayList<>();
		for (int i = 0; i < CROWD; i++) {
			slow.add(connect());
			slow.add(connect().send("GET /hello HTTP/1.1\r\nHo"));
			slow.add(trickle(connect().send("GET /hello HTTP/1.1\r\nX-Long: "), "x"));
		}
		for (int i = 0; i < 5; i++) {
			assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
		}
		assertThat(slow).allMatch(SlowClientCompatibilityKit::isBrokenOff);
		assertThat(worker.slowClients().brokenOff()).isEqualTo(3 * CROWD);
		await().until(() -> worker.gate().taken() == 0 && worker.connections() <= 5);
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "CUSTOM")
	void whenHeadOfKeptAliveConnectionTricklesThenItIsBrokenOff(WorkerType type) throws Exception {
		StubWorker worker = startedWith(type).worker();
		HttpConnection connection = connect();
		if (connection.get("/hello").answer().announcesClose()) {
			return;
		}
		await().during(Duration.ofSeconds(3)).atMost(SOON).until(() -> worker.slowClients().brokenOff() == 0);
		trickle(connection.send("GET /hel"), "l");
		assertThat(isBrokenOff(connection)).isTrue();
		assertThat(worker.slowClients().brokenOff()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "CUSTOM")
	void whenBodyTricklesThenItIsBrokenOffAndItsSlotIsFree(WorkerType type) throws Exception {
		StubWorker worker = startedWith(type).worker();
		HttpConnection silent = connect().send(POST + "100000\r\n\r\nabc");
		HttpConnection other = connect();
		HttpConnection trickling = trickle(other.send(POST + "100000\r\n\r\n"), "x");
		await().until(() -> worker.requests().busy() > 0);
		assertThat(isBrokenOff(silent)).isTrue();
		assertThat(isBrokenOff(trickling)).isTrue();
		await().atMost(SOON).until(() -> worker.requests().busy() == 0 && worker.gate().taken() == 0);
		assertThat(worker.slowClients().brokenOff()).isEqualTo(2);
		assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "CUSTOM")
	void whenAnswerIsNotTakenThenItIsBrokenOffAndItsSlotIsFree(WorkerType type) throws Exception {
		StubWorker worker = startedWith(type).worker();
		HttpConnection connection = connect().get("/long/big");
		await().atMost(SOON).until(connection::hasAnswer);
		await().atMost(PATIENTLY).until(() -> worker.slowClients().brokenOff() == 1);
		await().atMost(SOON)
			.until(() -> worker.requests().busy() == 0 && worker.gate().taken() == 0 && worker.connections() == 0);
		assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
	}

	@Test
	void whenTlsThenHandshakeAndAnswerAreBoundedToo() throws Exception {
		StubWorker worker = started(serving(2).with(TLS_LIMITS), "server.ssl.key-store=" + TestCertificate.keyStore(),
				"server.ssl.key-store-password=" + TestCertificate.PASSWORD)
			.worker();
		HttpConnection silent = connect();
		HttpConnection half = connect().send(new byte[] { 0x16, 0x03, 0x01, 0x02 });
		assertThat(isBrokenOff(silent)).isTrue();
		assertThat(isBrokenOff(half)).isTrue();
		Socket socket = use(
				TestCertificate.trustingContext().getSocketFactory().createSocket("localhost", this.listener.port()));
		HttpConnection connection = new HttpConnection(socket, socket.getInputStream(), socket.getOutputStream());
		assertThat(connection.get("/long/big").head().status()).isEqualTo(200);
		await().atMost(PATIENTLY).until(() -> worker.slowClients().brokenOff() == 3);
		await().atMost(SOON)
			.until(() -> worker.requests().busy() == 0 && worker.gate().taken() == 0 && worker.connections() == 0);
	}

	@Test
	void whenClientIsSlowButFastEnoughThenItIsServed() throws Exception {
		Duration longerThanClientsAreHeldUp = Duration.ofSeconds(2);
		StubWorker worker = started(serving(2).with(new ClientLimits(SOON, 100, 100, longerThanClientsAreHeldUp, 3)))
			.worker();
		HttpConnection connection = connect().send(POST + "24000\r\n\r\n");
		for (int i = 0; i < 12; i++) {
			connection.send("x".repeat(2000));
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(400));
		}
		assertThat(connection.answer().body()).isEqualTo("24000 bytes");
		assertThat(worker.slowClients().brokenOff()).isZero();
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "CUSTOM")
	void whenApplicationIsSlowThenItsClientIsNotBlamed(WorkerType type) throws Exception {
		for (String target : List.of("/held", "/async")) {
			TestListener listener = use(TestListener.tcp());
			assumeHosts(type);
			StubWorker worker = new StubWorker(settings(type).with(LIMITS), listener);
			Holds holds = start(worker, "spring.threads.virtual.enabled=" + (type == WorkerType.ASYNC))
				.getBean(Holds.class);
			worker.gate().open();
			HttpConnection connection = use(HttpConnection.open(listener.port())).get(target);
			await().until(() -> worker.requests().busy() == 1);
			await().during(Duration.ofSeconds(2)).atMost(SOON).until(() -> worker.slowClients().brokenOff() == 0);
			holds.release();
			assertThat(connection.answer().body()).isEqualTo("held");
		}
	}

	@Test
	void whenWorkerHasNoThreadForAHeadThenItsClientIsNotBlamed() throws Exception {
		unlessAtAStandstill(Duration.ofMillis(200), () -> {
			assumeHosts(WorkerType.GTHREAD);
			for (WorkerSettings settings : List.of(StubWorker.gthread(1), StubWorker.sync())) {
				TestListener listener = use(TestListener.tcp());
				StubWorker worker = new StubWorker(settings.with(LIMITS), listener);
				Holds holds = start(worker).getBean(Holds.class);
				worker.gate().open();
				HttpConnection early = use(HttpConnection.open(listener.port()));
				await().until(() -> worker.gate().acceptedConnections() == 1);
				HttpConnection held = use(HttpConnection.open(listener.port())).get("/held");
				await().until(() -> worker.requests().busy() == 1);
				early.get("/hello");
				await().during(Duration.ofSeconds(3)).atMost(SOON).until(() -> worker.slowClients().brokenOff() == 0);
				holds.release();
				assertThat(held.answer().body()).isEqualTo("held");
				assertThat(early.answer().body()).isEqualTo("hello");
			}
		});
	}

	@Test
	void whenWebSocketIsSilentThenItStays() throws Exception {
		unlessAtAStandstill(Duration.ofMillis(200), () -> {
			StubWorker worker = started(serving(2).with(LIMITS)).worker();
			WebSocketClient client = use(WebSocketClient.connect(this.listener.port()));
			assertThat(client.ask("hello")).isEqualTo("hello");
			await().during(Duration.ofSeconds(3)).atMost(SOON).until(() -> worker.slowClients().brokenOff() == 0);
			assertThat(client.ask("again")).isEqualTo("again");
		});
	}

	@Test
	void whenClientHasHadAsManyRequestsAsItMayThenTheLastAnswerCloses() throws Exception {
		// What prefork.* says goes before what the server's own setting says
		started(serving(2).with(LIMITS), "server.tomcat.max-keep-alive-requests=50",
				"server.netty.max-keep-alive-requests=50");
		HttpConnection connection = connect();
		assertThat(connection.get("/hello").answer().announcesClose()).isFalse();
		assertThat(connection.get("/hello").answer().announcesClose()).isFalse();
		assertThat(connection.get("/hello").answer().announcesClose()).isTrue();
		assertThat(connection.isClosedByServer()).isTrue();
	}

	@Test
	void whenClientHasHadAsManyRequestsAsItMayOnHttp2ThenItIsToldToGoAway() throws Exception {
		started(serving(2).with(LIMITS), "server.http2.enabled=true");
		Http2Connection connection = new Http2Connection(connect());
		for (int stream = 1; stream <= 3; stream += 2) {
			connection.get(stream, "/hello");
			assertThat(connection.await(Http2Connection.DATA).text()).isEqualTo("hello");
		}
		connection.get(5, "/hello");
		assertThat(connection.await(Http2Connection.GOAWAY).stream()).isZero();
		connection.get(7, "/hello");
		assertThat(Stream.of(connection.await(Http2Connection.DATA)).map(Http2Connection.Frame::text))
			.containsExactly("hello");
	}

	private Started startedWith(WorkerType type) {
		assumeHosts(type);
		return started(settings(type).with(LIMITS), "spring.threads.virtual.enabled=" + (type == WorkerType.ASYNC));
	}

	private static WorkerSettings settings(WorkerType type) {
		return switch (type) {
			case SYNC -> StubWorker.sync();
			case GTHREAD -> StubWorker.gthread(2);
			case ASYNC, REACTIVE, CUSTOM -> StubWorker.settings(type, 2, Optional.empty());
		};
	}

	/**
	 * Sends a little every now and then, until the server has enough of it.
	 */
	private HttpConnection trickle(HttpConnection connection, String little) {
		CompletableFuture.runAsync(() -> {
			try {
				while (true) {
					LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
					connection.send(little);
				}
			}
			catch (IOException ex) {
				// The server has had enough
			}
		}, (task) -> {
			Thread thread = new Thread(task);
			thread.setDaemon(true);
			thread.start();
		});
		return connection;
	}

	private static boolean isBrokenOff(HttpConnection connection) {
		try {
			return connection.isClosedByServer();
		}
		catch (IOException ex) {
			return String.valueOf(ex.getMessage()).contains("reset");
		}
	}

}
