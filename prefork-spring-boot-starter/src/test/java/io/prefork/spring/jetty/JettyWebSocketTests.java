package io.prefork.spring.jetty;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.prefork.spring.HttpConnection;
import io.prefork.spring.ServerAdapterTestSupport;
import io.prefork.spring.StubWorker;
import io.prefork.spring.WebSocketClient;
import io.prefork.worker.Drain;
import io.prefork.worker.WorkerType;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link WebSockets}, of what the compatibility kits do not ask.
 */
class JettyWebSocketTests extends ServerAdapterTestSupport {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return JettyTestApplication.run(worker, properties);
	}

	@Test
	void whenDrainedThenSessionOfJettysOwnContainerIsClosed() throws Exception {
		Started started = started(StubWorker.gthread(2));
		HttpConnection connection = upgrade("/socket");
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		byte[] frame = connection.bytes(4);
		assertThat(frame[0]).as("a close frame").isEqualTo((byte) 0x88);
		assertThat(((frame[2] & 0xff) << 8) | (frame[3] & 0xff)).as("service restart").isEqualTo(1012);
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenClientTakesNothingThenDrainEndsAllTheSame() throws Exception {
		Started started = started(StubWorker.gthread(2));
		HttpConnection connection = upgrade("/flood");
		await().until(connection::hasAnswer);
		assertThat(started.worker().drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	private HttpConnection upgrade(String path) throws Exception {
		HttpConnection connection = connect().send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n"
				+ "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
				+ "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
		assertThat(connection.head().status()).isEqualTo(101);
		return connection;
	}

	@Test
	void whenSessionIsSilentThenItIsKeptLongerThanConnectionsBetweenRequests() {
		started(StubWorker.settings(WorkerType.GTHREAD, 2, Optional.of(Duration.ofMillis(100))));
		WebSocketClient client = use(WebSocketClient.connect(this.listener.port()));
		await().during(Duration.ofMillis(500)).until(() -> !client.closed().isDone());
		assertThat(client.ask("hello")).isEqualTo("hello");
	}

}
