package io.prefork.spring.tomcat;

import java.io.IOException;
import java.nio.channels.SocketChannel;

import org.apache.tomcat.util.collections.SynchronizedStack;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketBufferHandler;
import org.apache.tomcat.util.net.SocketEvent;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint that can serve a request on the thread that accepted its connection.
 */
abstract class UnpolledEndpoint extends NioEndpoint {

	/**
	 * Prepares a connection, as Tomcat does it, and reads what has come already.
	 * @param socket the connection, just accepted
	 * @return the connection if there is something to serve, else {@code null}: Tomcat's
	 * poller waits for it, or it is closed
	 */
	final @Nullable UnpolledSocket read(SocketChannel socket) {
		UnpolledSocket wrapper = null;
		Throwable failure = null;
		try {
			NioChannel channel = unused();
			UnpolledSocket created = new UnpolledSocket(channel, this);
			channel.reset(socket, created);
			this.connections.put(socket, created);
			wrapper = created;
			socket.configureBlocking(false);
			if (getUnixDomainSocketPath() == null) {
				getSocketProperties().setProperties(socket.socket());
			}
			wrapper.setReadTimeout(getConnectionTimeout());
			wrapper.setWriteTimeout(getConnectionTimeout());
			wrapper.setKeepAliveLeft(getMaxKeepAliveRequests());
			if (wrapper.isReadyForRead()) {
				return wrapper;
			}
			wrapper.registerReadInterest();
			return null;
		}
		catch (IOException ex) {
			getLog().debug("A new connection is closed already", ex);
		}
		catch (RuntimeException | Error ex) {
			failure = ex;
		}
		if (wrapper == null) {
			destroySocket(socket);
		}
		else {
			wrapper.close();
		}
		if (failure != null) {
			report(failure);
		}
		return null;
	}

	private NioChannel unused() {
		SynchronizedStack<NioChannel> unused = getNioChannels();
		NioChannel channel = (unused != null) ? unused.pop() : null;
		return (channel != null) ? channel
				: createChannel(new SocketBufferHandler(getSocketProperties().getAppReadBufSize(),
						getSocketProperties().getAppWriteBufSize(), getSocketProperties().getDirectBuffer()));
	}

	/**
	 * Reports what ends a thread of the pool, which makes another. This one goes on.
	 */
	static void report(Throwable failure) {
		try {
			Thread thread = Thread.currentThread();
			thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
		}
		catch (RuntimeException | Error ex) {
			// Not even memory to say so
		}
	}

	/**
	 * Serves a connection that has something to serve.
	 * @param here whether on this thread, which survives whatever the application does,
	 * or on one of the pool's
	 */
	final void serve(UnpolledSocket socket, boolean here) {
		try {
			if (!processSocket(socket, SocketEvent.OPEN_READ, !here)) {
				socket.close();
			}
		}
		catch (Error ex) {
			socket.close();
			report(ex);
		}
		finally {
			// An interrupt that was meant for the request would close the listener
			Thread.interrupted();
		}
	}

}
