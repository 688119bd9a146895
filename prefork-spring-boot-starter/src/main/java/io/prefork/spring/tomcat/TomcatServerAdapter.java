package io.prefork.spring.tomcat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

import io.prefork.worker.ServerAdapter;
import org.apache.coyote.Processor;
import org.apache.coyote.UpgradeToken;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * A connector of Tomcat's, as a leaving worker sees it. An idle connection of HTTP/2 is
 * closed as at Tomcat's own timeout, after a last GOAWAY. A WebSocket is closed with code
 * 1001, as Tomcat does when it stops, each in its turn within the quiet period. An
 * asynchronous request that has no answer yet, or a stream of server-sent events, may end
 * by itself until just before the graceful timeout, and runs into its own timeout then.
 * Other answers and other upgraded connections stay until the graceful timeout.
 */
final class TomcatServerAdapter implements ServerAdapter {

	/**
	 * Tomcat looks for asynchronous requests that have timed out every second.
	 */
	private static final Duration LAST_MOMENTS = Duration.ofSeconds(2);

	/**
	 * Time for a client to answer the close of its WebSocket.
	 */
	private static final Duration LEAST_ROUND_TRIP = Duration.ofSeconds(1);

	private final PreforkEndpoint endpoint;

	private final Duration gracefulTimeout;

	TomcatServerAdapter(PreforkEndpoint endpoint, Duration gracefulTimeout) {
		this.endpoint = endpoint;
		this.gracefulTimeout = gracefulTimeout;
	}

	@Override
	public void stopAccepting() {
		this.endpoint.stopAccepting();
	}

	@Override
	public void announceClose() {
		this.endpoint.announceClose();
	}

	@Override
	public int connections() {
		return this.endpoint.connections();
	}

	@Override
	public void closeIdle(Duration quiet) {
		// HTTP/2 connections that came about, or were being read, when close was
		// announced
		this.endpoint.sayGoAway();
		boolean lastMoments = isClosingFor(lastMoments());
		for (SocketWrapperBase<NioChannel> socket : this.endpoint.getConnections()) {
			TomcatConnection connection = this.endpoint.connectionOf(socket);
			if (connection == null) {
				continue;
			}
			if (lastMoments) {
				connection.expire();
			}
			if (((NioSocketWrapper) socket).getSendfileData() != null) {
				connection.isActive();
			}
			long lastActive = connection.lastActive();
			if (isWebSocket(socket)) {
				closeWebSocket(socket, connection, quiet);
			}
			else if (connection.isQuiet(quiet, this.endpoint.closingSince())) {
				closeIfIdle((NioSocketWrapper) socket, connection, lastActive);
			}
		}
	}

	private Duration lastMoments() {
		Duration half = this.gracefulTimeout.dividedBy(2);
		return this.gracefulTimeout.minus((half.compareTo(LAST_MOMENTS) < 0) ? half : LAST_MOMENTS);
	}

	private boolean isClosingFor(Duration time) {
		return System.nanoTime() - this.endpoint.closingSince() >= time.toNanos();
	}

	/**
	 * A task of Tomcat's sends the close frame, since the client may not be reading. One
	 * that waits for a message to be worked off would wait with a thread: that is put
	 * off, but not for ever.
	 */
	private void closeWebSocket(SocketWrapperBase<NioChannel> socket, TomcatConnection connection, Duration quiet) {
		Duration roundTrip = quiet.compareTo(LEAST_ROUND_TRIP) > 0 ? quiet : LEAST_ROUND_TRIP;
		if (connection.wasToldToClose(roundTrip) && !connection.isBusy()) {
			this.endpoint.processSocket(socket, SocketEvent.DISCONNECT, true);
		}
		else if (isClosingFor(connection.turn(quiet)) && (!connection.isBusy() || isClosingFor(quiet))
				&& connection.tellToClose()) {
			this.endpoint.processSocket(socket, SocketEvent.STOP, true);
		}
	}

	private boolean isWebSocket(SocketWrapperBase<NioChannel> socket) {
		return socket.getCurrentProcessor() instanceof Processor processor && processor.isUpgrade()
				&& processor.getUpgradeToken() != null
				&& "websocket".equalsIgnoreCase(processor.getUpgradeToken().protocol());
	}

	private void closeIfIdle(NioSocketWrapper socket, TomcatConnection connection, long lastActive) {
		ReentrantLock lock = socket.getLock();
		if (!lock.tryLock()) {
			return;
		}
		try {
			if (socket.isClosed() || connection.isBusy() || socket.getSendfileData() != null) {
				return;
			}
			Processor processor = (Processor) socket.getCurrentProcessor();
			if (processor == null || !processor.isUpgrade()) {
				closeUnlessReadable(socket);
			}
			else if (isHttp2(processor)) {
				connection.foundQuiet(lastActive);
				this.endpoint.processSocket(socket, SocketEvent.TIMEOUT, true);
			}
		}
		finally {
			lock.unlock();
		}
	}

	/**
	 * A request may have arrived that the poller has not noticed yet. What is read here
	 * goes to the buffer that the request will be read from.
	 */
	private void closeUnlessReadable(NioSocketWrapper socket) {
		try {
			if (socket.getSocket().isHandshakeComplete() && socket.isReadyForRead()
					&& this.endpoint.processSocket(socket, SocketEvent.OPEN_READ, true)) {
				return;
			}
		}
		catch (IOException ex) {
			// The client has closed
		}
		socket.close();
	}

	private boolean isHttp2(Processor processor) {
		UpgradeToken token = processor.getUpgradeToken();
		return token != null && token.protocol() != null && token.protocol().startsWith("h2");
	}

}
