package io.prefork.spring.jetty;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Executor;

import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * The socket of a connection.
 */
final class ObservedEndPoint extends SocketChannelEndPoint {

	private final JettyConnection connection;

	private final long idleTimeout;

	private final @Nullable Duration keepAlive;

	private volatile @Nullable Thread prober;

	ObservedEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler,
			JettyConnection connection, long idleTimeout, @Nullable Duration keepAlive) {
		super(channel, selector, key, scheduler);
		this.connection = connection;
		this.idleTimeout = idleTimeout;
		this.keepAlive = keepAlive;
		setIdleTimeout(idleTimeout);
	}

	/**
	 * The socket that a request came from.
	 * @return the socket, or {@code null} if it came from a connector of the
	 * application's own
	 */
	static @Nullable ObservedEndPoint of(Request request) {
		EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
		while (endPoint instanceof EndPoint.Wrapper wrapper) {
			endPoint = wrapper.unwrap();
		}
		return (endPoint instanceof ObservedEndPoint observed) ? observed : null;
	}

	JettyConnection connection() {
		return this.connection;
	}

	/**
	 * A request begins. Jetty knows one idle timeout, in requests as well as between
	 * them.
	 */
	void began() {
		if (this.connection.began() && this.keepAlive != null) {
			setIdleTimeout(this.idleTimeout);
		}
	}

	/**
	 * A request has ended.
	 */
	void ended() {
		if (this.connection.ended() && this.keepAlive != null) {
			setIdleTimeout(this.keepAlive.toMillis());
		}
	}

	/**
	 * Has the connection read once more, and tells it that the client is gone if there is
	 * nothing to read. A request that has arrived unnoticed is thus served and not lost.
	 */
	void closeUnlessReadable(Executor executor) {
		if (this.prober == null && getFillInterest().isInterested()) {
			executor.execute(this::probe);
		}
	}

	private void probe() {
		this.prober = Thread.currentThread();
		try {
			getFillInterest().fillable();
		}
		finally {
			this.prober = null;
		}
	}

	@Override
	public int fill(ByteBuffer buffer) throws IOException {
		int filled = super.fill(buffer);
		if (filled > 0) {
			this.connection.received();
			this.prober = null;
		}
		else if (filled == 0 && this.prober == Thread.currentThread()) {
			shutdownInput();
			return -1;
		}
		return filled;
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * The peer of a unix-domain socket is on this machine. Applications expect an
	 * internet address.
	 */
	@Override
	public SocketAddress getRemoteSocketAddress() {
		SocketAddress address = super.getRemoteSocketAddress();
		return (address instanceof UnixDomainSocketAddress) ? new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)
				: address;
	}

}
