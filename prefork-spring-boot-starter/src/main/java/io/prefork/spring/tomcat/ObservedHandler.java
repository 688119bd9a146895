package io.prefork.spring.tomcat;

import org.apache.coyote.Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler;
import org.apache.tomcat.util.net.NioChannel;
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
		SocketState state = this.delegate.process(socket, event);
		if (connection != null) {
			connection.processed(isUpgraded(socket), state == SocketState.LONG);
		}
		return state;
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
		this.delegate.release(socket);
		if (connection != null) {
			connection.closed();
			this.endpoint.continueAfter(connection);
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
