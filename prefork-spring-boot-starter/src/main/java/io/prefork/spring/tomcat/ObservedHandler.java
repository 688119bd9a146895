package io.prefork.spring.tomcat;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

import org.apache.coyote.Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Sees how far the work for a connection has come, and connections close.
 */
final class ObservedHandler implements Handler<NioChannel> {

	private final Handler<NioChannel> delegate;

	private final PreforkEndpoint endpoint;

	ObservedHandler(Handler<NioChannel> delegate, PreforkEndpoint endpoint) {
		this.delegate = delegate;
		this.endpoint = endpoint;
	}

	@Override
	public SocketState process(SocketWrapperBase<NioChannel> socket, SocketEvent event) {
		TomcatConnection connection = this.endpoint.connectionOf(socket);
		if (event == SocketEvent.TIMEOUT && connection != null && connection.wasFoundQuiet()
				&& (!connection.isStillQuiet() || hasBytes((NioSocketWrapper) socket))) {
			return SocketState.ASYNC_IO;
		}
		SocketState state = this.delegate.process(socket, event);
		if (connection != null) {
			if (connection.processed(isUpgraded(socket), state == SocketState.LONG)) {
				this.endpoint.observation().upgraded(connection);
			}
		}
		return state;
	}

	/**
	 * Whether bytes have come that wait for a thread, or are being read by one: Tomcat
	 * looks out for the next ones afterwards.
	 */
	private static boolean hasBytes(NioSocketWrapper socket) {
		// None if the connection is closed at this moment
		SocketChannel channel = socket.getSocket().getIOChannel();
		SelectionKey key = (channel != null) ? channel.keyFor(socket.getPoller().getSelector()) : null;
		return key != null && key.isValid() && (key.interestOps() & SelectionKey.OP_READ) == 0;
	}

	static boolean isUpgraded(SocketWrapperBase<NioChannel> socket) {
		return socket.getCurrentProcessor() instanceof Processor processor && processor.isUpgrade();
	}

	@Override
	public Object getGlobal() {
		return this.delegate.getGlobal();
	}

	@Override
	public void release(SocketWrapperBase<NioChannel> socket) {
		TomcatConnection connection = this.endpoint.forget(socket);
		try {
			this.delegate.release(socket);
		}
		finally {
			if (connection != null) {
				connection.closed();
				this.endpoint.observation().closed(connection);
				this.endpoint.continueAfter(connection);
			}
		}
	}

	@Override
	public void pause() {
		this.delegate.pause();
	}

	@Override
	public void recycle() {
		this.delegate.recycle();
	}

}
