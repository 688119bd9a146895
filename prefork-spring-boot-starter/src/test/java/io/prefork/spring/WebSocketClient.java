package io.prefork.spring;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * A WebSocket client that remembers how its connection was closed.
 */
public final class WebSocketClient implements AutoCloseable {

	private final Recording recording = new Recording();

	private final WebSocket socket;

	private WebSocketClient(int port) {
		this.socket = HttpClient.newHttpClient()
			.newWebSocketBuilder()
			.buildAsync(URI.create("ws://localhost:" + port + LongLivedExchanges.WEB_SOCKET), this.recording)
			.orTimeout(10, TimeUnit.SECONDS)
			.join();
	}

	public static WebSocketClient connect(int port) {
		return new WebSocketClient(port);
	}

	/**
	 * Sends a text and waits for one.
	 */
	public String ask(String text) {
		CompletableFuture<String> answer = new CompletableFuture<>();
		this.recording.text = answer;
		this.socket.sendText(text, true);
		return answer.orTimeout(10, TimeUnit.SECONDS).join();
	}

	/**
	 * The code with which the server closes, or how the connection broke.
	 */
	public CompletableFuture<Integer> closed() {
		return this.recording.closed;
	}

	@Override
	public void close() {
		this.socket.abort();
	}

	private static final class Recording implements WebSocket.Listener {

		private final CompletableFuture<Integer> closed = new CompletableFuture<>();

		private volatile CompletableFuture<String> text = new CompletableFuture<>();

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
