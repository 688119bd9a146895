package io.prefork.spring.netty;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.prefork.spring.HttpConnection;
import io.prefork.spring.ServerAdapterDrainCompatibilityKit;
import io.prefork.spring.StubWorker;
import io.prefork.worker.Drain;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link NettyServerAdapter}, of its way to leave.
 */
class NettyDrainTests extends ServerAdapterDrainCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return NettyTestApplication.run(worker, properties);
	}

	@Override
	protected boolean hosts(WorkerType type) {
		return type == WorkerType.REACTIVE;
	}

	@Test
	void whenDrainedThenAnswerWithoutBodyCloses() throws Exception {
		Started started = started(serving(2));
		HttpConnection connection = connect().get("/held-empty");
		await().until(() -> started.worker().requests().busy() == 1);
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		await().until(() -> !started.worker().gate().isOpen());
		started.holds().release();
		assertThat(connection.answer().announcesClose()).isTrue();
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenDrainedThenUploadInFlightFinishes() throws Exception {
		Started started = started(serving(2));
		HttpConnection connection = connect().send("POST /upload HTTP/1.1\r\nHost: localhost\r\n"
				+ "Content-Type: application/octet-stream\r\nContent-Length: 6\r\n\r\nabc");
		await().until(() -> started.worker().requests().busy() == 1);
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		await().during(Duration.ofSeconds(1)).until(() -> !drain.isDone());
		HttpConnection.Answer answer = connection.send("def").answer();
		assertThat(answer.body()).isEqualTo("6 bytes");
		assertThat(answer.announcesClose()).isTrue();
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenGracefulTimeoutIsNearThenEventStreamEndsWhole() throws Exception {
		Started started = started(new WorkerSettings(WorkerType.REACTIVE, 1, 0, 100, Optional.empty(),
				Duration.ofMillis(100), Duration.ofSeconds(2)));
		HttpConnection connection = connect().get("/events");
		await().until(connection::hasAnswer);
		Drain.Result result = started.worker().drain().graceful().join();
		assertThat(result).matches(Drain.Result::isComplete);
		assertThat(result.took()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
		assertThat(connection.answer().body()).isEqualTo("data:first\n\n");
		assertThat(connection.isClosedByServer()).isTrue();
		await().until(() -> started.context().getBean(ReactiveHoldingController.class).isCancelled());
	}

	@Test
	void whenDrainedThenWebSocketIsToldToConnectAgain() throws Exception {
		Started started = started(serving(2));
		RecordingListener listener = new RecordingListener();
		WebSocket socket = HttpClient.newHttpClient()
			.newWebSocketBuilder()
			.buildAsync(URI.create("ws://localhost:" + this.listener.port() + "/socket"), listener)
			.join();
		socket.sendText("hello", true).join();
		assertThat(listener.text).succeedsWithin(SOON).isEqualTo("hello");
		assertThat(started.worker().requests().busy()).isEqualTo(1);
		assertThat(started.worker().drain().graceful()).succeedsWithin(SOON).matches(Drain.Result::isComplete);
		assertThat(listener.closed).succeedsWithin(SOON).isEqualTo(1012);
	}

	private static final class RecordingListener implements WebSocket.Listener {

		private final CompletableFuture<String> text = new CompletableFuture<>();

		private final CompletableFuture<Integer> closed = new CompletableFuture<>();

		@Override
		public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
			this.text.complete(data.toString());
			return WebSocket.Listener.super.onText(socket, data, last);
		}

		@Override
		public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
			this.closed.complete(status);
			return WebSocket.Listener.super.onClose(socket, status, reason);
		}

		@Override
		public void onError(WebSocket socket, Throwable error) {
			this.closed.completeExceptionally(error);
		}

	}

}
