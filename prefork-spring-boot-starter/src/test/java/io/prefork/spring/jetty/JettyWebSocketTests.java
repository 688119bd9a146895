package io.prefork.spring.jetty;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.prefork.spring.HttpConnection;
import io.prefork.spring.ServerAdapterTestSupport;
import io.prefork.spring.StubWorker;
import io.prefork.worker.Drain;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link JettyServerAdapter}, of WebSocket sessions.
 */
class JettyWebSocketTests extends ServerAdapterTestSupport {

	private static final int SERVICE_RESTART = 1012;

	private boolean reactive;

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return this.reactive ? ReactiveJettyTestApplication.run(worker, properties)
				: JettyTestApplication.run(worker, properties);
	}

	@ParameterizedTest
	@CsvSource({ "false, /jakarta", "false, /socket", "true, /socket" })
	void whenDrainedThenSessionIsClosedAndClientCanConnectAgain(boolean reactive, String path) throws Exception {
		this.reactive = reactive;
		Started leaving = started(StubWorker.gthread(2));
		Client client = connect(path);
		client.socket.sendText("hello", true).join();
		await().untilAsserted(() -> assertThat(client.received).containsExactly("hello"));
		Started staying = started(StubWorker.gthread(2));
		CompletableFuture<Drain.Result> drain = leaving.worker().drain().graceful();
		assertThat(client.closed).succeedsWithin(SOON).isEqualTo(SERVICE_RESTART);
		Client again = connect(path);
		again.socket.sendText("again", true).join();
		await().untilAsserted(() -> assertThat(again.received).containsExactly("again"));
		assertThat(staying.worker().connections()).isEqualTo(1);
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenClientTakesNothingThenDrainEndsAllTheSame() throws Exception {
		Started started = started(StubWorker.gthread(2));
		HttpConnection connection = connect().send("GET /flood HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
				+ "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
				+ "Sec-WebSocket-Version: 13\r\n\r\n");
		assertThat(connection.answer().status()).isEqualTo(101);
		await().until(connection::hasAnswer);
		assertThat(started.worker().drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenSessionIsSilentThenItIsKeptLongerThanConnectionsBetweenRequests() throws Exception {
		started(StubWorker.settings(WorkerType.GTHREAD, 2, Optional.of(Duration.ofMillis(100))));
		Client client = connect("/jakarta");
		await().during(Duration.ofMillis(500)).until(() -> !client.closed.isDone());
		client.socket.sendText("hello", true).join();
		await().untilAsserted(() -> assertThat(client.received).containsExactly("hello"));
	}

	@Test
	void whenSessionIsOpenThenItHoldsNoSlot() throws Exception {
		WorkerSettings sync = StubWorker.sync();
		Started started = started(sync);
		Client client = connect("/jakarta");
		assertThat(connect().get("/hello").answer().body()).isEqualTo("hello");
		await().until(() -> started.worker().gate().taken() == 0 && started.worker().requests().busy() == 0);
		client.socket.sendText("hello", true).join();
		await().untilAsserted(() -> assertThat(client.received).containsExactly("hello"));
	}

	private Client connect(String path) {
		Client client = new Client();
		client.socket = HttpClient.newHttpClient()
			.newWebSocketBuilder()
			.buildAsync(URI.create("ws://localhost:" + this.listener.port() + path), client)
			.orTimeout(10, TimeUnit.SECONDS)
			.join();
		use(client.socket::abort);
		return client;
	}

	private static final class Client implements WebSocket.Listener {

		private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

		private final CompletableFuture<Integer> closed = new CompletableFuture<>();

		private WebSocket socket;

		@Override
		public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
			this.received.add(data.toString());
			socket.request(1);
			return null;
		}

		@Override
		public CompletionStage<?> onClose(WebSocket socket, int statusCode, String reason) {
			this.closed.complete(statusCode);
			return null;
		}

		@Override
		public void onError(WebSocket socket, Throwable error) {
			this.closed.completeExceptionally(error);
		}

	}

}
