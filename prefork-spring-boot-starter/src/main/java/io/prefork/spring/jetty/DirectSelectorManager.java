package io.prefork.spring.jetty;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;

import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.util.IO;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens each connection on the thread that serves its first request, without Jetty's
 * selector: that would wake up two threads for each connection that comes and two for
 * each that goes, which a process with all connections does for several at once, and one
 * with a share of them for each.
 */
final class DirectSelectorManager extends SelectorManager {

	private static final Logger logger = LoggerFactory.getLogger(DirectSelectorManager.class);

	private final PreforkConnector connector;

	DirectSelectorManager(PreforkConnector connector, Executor executor, Scheduler scheduler, int selectors) {
		super(executor, scheduler, selectors);
		this.connector = connector;
	}

	/**
	 * Takes a connection that was just accepted. Closes it if that fails.
	 * @param here whether the calling thread serves its first request, if that has come
	 */
	void take(SocketChannel socket, JettyConnection connection, boolean here) {
		Opening opening;
		try {
			opening = new Opening(socket, connection, here);
			onAccepting(socket);
			socket.configureBlocking(false);
			this.connector.configure(socket);
			if (!here) {
				getExecutor().execute(opening);
			}
		}
		catch (IOException | RuntimeException | Error ex) {
			fail(socket, ex);
			return;
		}
		if (here) {
			try {
				opening.run();
			}
			finally {
				// An interrupt that was meant for the request would close the listener
				Thread.interrupted();
			}
		}
	}

	private ObservedEndPoint open(SocketChannel socket, JettyConnection connection, boolean accepting)
			throws IOException {
		ObservedEndPoint endPoint = new ObservedEndPoint(socket, chooseSelector(), this.connector, connection,
				accepting);
		try {
			connection.opened(endPoint);
			Connection protocol = newConnection(socket, endPoint, null);
			endPoint.setConnection(protocol);
			endPoint.onOpen();
			endPointOpened(endPoint);
			connectionOpened(protocol, null);
			return endPoint;
		}
		catch (Throwable ex) {
			endPoint.close(ex);
			endPoint.leaveOpener();
			throw ex;
		}
	}

	private void fail(SocketChannel socket, Throwable cause) {
		logger.debug("A new connection could not be opened", cause);
		IO.close(socket);
		this.connector.forget(socket);
		onAcceptFailed(socket, cause);
	}

	/**
	 * Tells of the end of a connection, as Jetty does it.
	 */
	void closed(EndPoint endPoint, @Nullable Throwable cause) {
		Connection protocol = endPoint.getConnection();
		if (protocol != null) {
			connectionClosed(protocol, cause);
		}
		endPointClosed(endPoint);
	}

	@Override
	protected EndPoint newEndPoint(SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
		throw new UnsupportedOperationException("Connections are opened without the selector");
	}

	@Override
	public Connection newConnection(SelectableChannel channel, EndPoint endPoint, @Nullable Object attachment) {
		return this.connector.getDefaultConnectionFactory().newConnection(this.connector, endPoint);
	}

	@Override
	protected void endPointOpened(EndPoint endPoint) {
		super.endPointOpened(endPoint);
		this.connector.onEndPointOpened(endPoint);
	}

	@Override
	protected void endPointClosed(EndPoint endPoint) {
		this.connector.onEndPointClosed(endPoint);
		super.endPointClosed(endPoint);
	}

	/**
	 * What a thread does first for a connection. Closed, if no thread ever does, by the
	 * pool that stops.
	 */
	private final class Opening implements Runnable, Closeable {

		private final SocketChannel socket;

		private final JettyConnection connection;

		private final boolean accepting;

		Opening(SocketChannel socket, JettyConnection connection, boolean accepting) {
			this.socket = socket;
			this.connection = connection;
			this.accepting = accepting;
		}

		@Override
		public void run() {
			ObservedEndPoint endPoint;
			try {
				onAccepted(this.socket);
				endPoint = open(this.socket, this.connection, this.accepting);
			}
			catch (Throwable ex) {
				fail(this.socket, ex);
				return;
			}
			endPoint.readAtOnce();
		}

		@Override
		public void close() {
			fail(this.socket, new ClosedChannelException());
		}

	}

}
