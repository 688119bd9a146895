package sample.prefork.process;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A WebSocket (RFC 6455) to the sample, which sends each message back.
 */
final class SocketClient implements WebSocket.Listener {

	private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();

	private final CompletableFuture<Integer> closed = new CompletableFuture<>();

	private WebSocket socket;

	private SocketClient() {
	}

	static SocketClient open(int port) throws Exception {
		SocketClient client = new SocketClient();
		client.socket = HttpClient.newHttpClient()
			.newWebSocketBuilder()
			.buildAsync(URI.create("ws://127.0.0.1:" + port + "/socket"), client)
			.get(10, TimeUnit.SECONDS);
		return client;
	}

	void assertEchoes(String message) throws Exception {
		this.socket.sendText(message, true).get(10, TimeUnit.SECONDS);
		assertThat(this.messages.poll(10, TimeUnit.SECONDS)).isEqualTo(message);
	}

	/**
	 * Waits until the server closes it.
	 * @return the status of the close frame; a connection that is just cut is an error
	 */
	int awaitClosed() throws Exception {
		return this.closed.get(PoolProcess.BOOT.toSeconds(), TimeUnit.SECONDS);
	}

	void close() throws Exception {
		this.socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
		assertThat(awaitClosed()).isEqualTo(WebSocket.NORMAL_CLOSURE);
	}

	@Override
	public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
		this.messages.add(data.toString());
		socket.request(1);
		return null;
	}

	@Override
	public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
		this.closed.complete(status);
		return null;
	}

	@Override
	public void onError(WebSocket socket, Throwable error) {
		this.closed.completeExceptionally(error);
	}

}
