package io.prefork.spring.jetty;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;

import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.WebSocketConnection;
import org.eclipse.jetty.websocket.core.WebSocketCoreSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A WebSocket session, whose library an application need not have: a class of its own,
 * used only where there is one. Jetty's containers list their sessions, each in a way of
 * its own; what they have in common is the session that a connection keeps in a private
 * field. Where that cannot be reached, sessions stay until the graceful timeout.
 */
final class WebSocket {

	private static final Logger logger = LoggerFactory.getLogger(WebSocket.class);

	private static final @Nullable VarHandle SESSION = findField();

	private final WebSocketConnection connection;

	// When in the period over which sessions are closed it is the turn of this one
	private final double turn = ThreadLocalRandom.current().nextDouble();

	// Used by the drain alone
	private long told;

	WebSocket(Connection connection) {
		this.connection = (WebSocketConnection) connection;
	}

	private static @Nullable VarHandle findField() {
		try {
			return MethodHandles.privateLookupIn(WebSocketConnection.class, MethodHandles.lookup())
				.findVarHandle(WebSocketConnection.class, "coreSession", WebSocketCoreSession.class);
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			logger.debug("WebSocket sessions will not be closed when a drain begins", ex);
			return null;
		}
	}

	static boolean isSpokenBy(Connection connection) {
		return connection instanceof WebSocketConnection;
	}

	/**
	 * Tells the client to connect again, when it is this session's turn: 1012, service
	 * restart, of the registry that RFC 6455, section 11.7, began. Jetty then closes the
	 * connection; so does this if the client does not take as much as that. The
	 * application is told on another thread, since it may take its time.
	 */
	void close(Duration period, long since, long now) {
		if (SESSION == null) {
			return;
		}
		if (this.told == 0 && now - since >= period.toNanos() * this.turn) {
			this.told = now;
			WebSocketCoreSession session = (WebSocketCoreSession) SESSION.get(this.connection);
			execute(() -> session.close(CloseStatus.SERVICE_RESTART, "The worker leaves", Callback.NOOP));
		}
		else if (this.told != 0 && now - this.told >= period.toNanos()) {
			this.told = now;
			execute(this.connection::close);
		}
	}

	private void execute(Runnable task) {
		try {
			this.connection.getExecutor().execute(task);
		}
		catch (RejectedExecutionException ex) {
			// The server stops, and closes its connections
		}
	}

}
