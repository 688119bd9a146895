package io.prefork.spring.jetty;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.eclipse.jetty.io.Connection;

import org.springframework.util.ClassUtils;

/**
 * The WebSocket sessions of a worker, by whichever of Jetty's containers and in whichever
 * version of HTTP they came about. Safe for use by any thread.
 */
final class WebSockets {

	private static final boolean PRESENT = ClassUtils.isPresent("org.eclipse.jetty.websocket.core.WebSocketConnection",
			WebSockets.class.getClassLoader());

	private final Set<WebSocket> open = ConcurrentHashMap.newKeySet();

	/**
	 * Takes note of a connection that a request is about to be upgraded to, if it speaks
	 * WebSocket.
	 */
	void add(Connection connection) {
		if (!PRESENT || !WebSocket.isSpokenBy(connection)) {
			return;
		}
		WebSocket socket = new WebSocket(connection);
		this.open.add(socket);
		connection.addEventListener(new Connection.Listener() {

			@Override
			public void onClosed(Connection closed) {
				WebSockets.this.open.remove(socket);
			}

		});
	}

	/**
	 * Closes the sessions whose time has come. Called over and over while the worker
	 * drains; does not wait.
	 * @param period the time over which the sessions are spread out, so that clients do
	 * not come back all at once; as long, a client may take to close in its turn
	 * @param since when the period began, as of {@link System#nanoTime()}
	 */
	void close(Duration period, long since) {
		long now = System.nanoTime();
		this.open.forEach((socket) -> socket.close(period, since, now));
	}

}
