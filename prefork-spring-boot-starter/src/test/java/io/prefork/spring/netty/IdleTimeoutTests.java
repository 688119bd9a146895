package io.prefork.spring.netty;

import java.time.Duration;
import java.util.Optional;

import io.prefork.spring.Http2Connection;
import io.prefork.spring.HttpConnection;
import io.prefork.spring.ServerAdapterTestSupport;
import io.prefork.spring.StubWorker;
import io.prefork.spring.WebSocketClient;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.http.server.HttpServer;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link IdleTimeout} and when it is used.
 */
class IdleTimeoutTests extends ServerAdapterTestSupport {

	private static final Duration SHORT = Duration.ofMillis(200);

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return NettyTestApplication.run(worker, properties);
	}

	@Test
	void whenNothingIsSetThenIdleConnectionsAreClosedAfterAMinute() {
		Duration minute = Duration.ofSeconds(60);
		assertThat(idleTimeout(HttpServer.create(), Optional.empty())).isEqualTo(minute);
		assertThat(idleTimeout(HttpServer.create(), Optional.of(Duration.ZERO))).isEqualTo(minute);
	}

	@Test
	void whenServerHasATimeoutOfItsOwnThenItIsLeftToTheServer() {
		HttpServer server = HttpServer.create().idleTimeout(Duration.ofSeconds(5));
		assertThat(idleTimeout(server, Optional.empty())).isNull();
		assertThat(idleTimeout(server, Optional.of(SHORT))).isEqualTo(SHORT);
	}

	private static Duration idleTimeout(HttpServer server, Optional<Duration> keepAlive) {
		return PreforkNettyWebServerFactoryCustomizer.idleTimeout(server, keeping(keepAlive));
	}

	private static WorkerSettings keeping(Optional<Duration> keepAlive) {
		return StubWorker.settings(WorkerType.REACTIVE, 1, keepAlive);
	}

	@Test
	void whenConnectionsAreSilentThenTheyAreClosedAndMakeRoom() throws Exception {
		StubWorker worker = started(new WorkerSettings(WorkerType.REACTIVE, 1, 0, 2, Optional.of(SHORT), Duration.ZERO,
				Duration.ofSeconds(20)), "server.http2.enabled=true")
			.worker();
		HttpConnection mute = connect();
		HttpConnection silent = connect();
		assertThat(silent.get("/hello").answer().announcesClose()).isFalse();
		assertThat(connect().get("/hello").answer().body()).isEqualTo("hello");
		assertThat(mute.isClosedByServer()).isTrue();
		assertThat(silent.isClosedByServer()).isTrue();
		Http2Connection http2 = new Http2Connection(connect());
		http2.get(1, "/hello");
		assertThat(http2.await(Http2Connection.DATA).text()).isEqualTo("hello");
		http2.await(Http2Connection.GOAWAY);
		await().until(() -> worker.connections() == 0);
	}

	@Test
	void whenRequestsAreInFlightThenTheirConnectionsAreKept() throws Exception {
		Started started = started(keeping(Optional.of(SHORT)), "server.http2.enabled=true");
		HttpConnection held = connect().get("/held");
		HttpConnection events = connect().get("/long/events");
		assertThat(events.head().status()).isEqualTo(200);
		assertThat(events.chunksUntil("\n\n")).isEqualTo("data:first\n\n");
		Http2Connection http2 = new Http2Connection(connect());
		http2.get(1, "/held");
		WebSocketClient webSocket = use(WebSocketClient.connect(this.listener.port()));
		await().during(SHORT.multipliedBy(4)).until(() -> started.worker().connections() == 4);
		started.holds().release();
		assertThat(held.answer().body()).isEqualTo("held");
		assertThat(events.chunksToTheEnd()).isEqualTo("data:held\n\n");
		assertThat(http2.await(Http2Connection.DATA).text()).isEqualTo("held");
		assertThat(webSocket.ask("hello")).isEqualTo("hello");
		await().until(() -> started.worker().connections() == 1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "200ms", "1h" })
	void whenBothTimeoutsAreSetThenKeepAliveCounts(String other) throws Exception {
		boolean longer = other.equals("1h");
		StubWorker worker = started(keeping(Optional.of(longer ? SHORT : Duration.ofHours(1))),
				"server.netty.idle-timeout=" + other)
			.worker();
		HttpConnection connection = connect();
		assertThat(connection.get("/hello").answer().body()).isEqualTo("hello");
		if (longer) {
			assertThat(connection.isClosedByServer()).isTrue();
		}
		else {
			await().during(SHORT.multipliedBy(4)).until(() -> worker.connections() == 1);
		}
	}

}
