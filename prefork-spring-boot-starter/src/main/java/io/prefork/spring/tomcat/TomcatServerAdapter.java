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
 * closed as at Tomcat's own timeout, after a last GOAWAY. Other upgraded connections,
 * such as WebSocket, have no idle state that could be seen here: they stay until the
 * graceful timeout.
 */
final class TomcatServerAdapter implements ServerAdapter {

	private final PreforkEndpoint endpoint;

	TomcatServerAdapter(PreforkEndpoint endpoint) {
		this.endpoint = endpoint;
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
		for (SocketWrapperBase<NioChannel> socket : this.endpoint.getConnections()) {
			TomcatConnection connection = this.endpoint.connectionOf(socket);
			if (connection != null && connection.isQuiet(quiet, this.endpoint.closingSince())) {
				closeIfIdle((NioSocketWrapper) socket, connection);
			}
		}
	}

	private void closeIfIdle(NioSocketWrapper socket, TomcatConnection connection) {
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
