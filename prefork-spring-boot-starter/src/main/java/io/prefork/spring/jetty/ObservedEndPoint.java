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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * The socket of a connection. Sees what passes it, below TLS.
 */
final class ObservedEndPoint extends SocketChannelEndPoint {

	private final PreforkConnector connector;

	private final JettyConnection connection;

	private final @Nullable Duration keepAlive;

	// Used by the selector alone
	private SelectionKey key;

	private final AtomicBoolean probing = new AtomicBoolean();

	private volatile @Nullable Probe probe;

	private volatile boolean opening = true;

	/**
	 * Makes the endpoint of a connection.
	 * @param keepAlive how long the connection is kept while it is idle, if that differs
	 * from what the connector says
	 */
	ObservedEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, PreforkConnector connector,
			JettyConnection connection, @Nullable Duration keepAlive) {
		super(channel, selector, key, connector.getScheduler());
		this.key = key;
		this.connector = connector;
		this.connection = connection;
		this.keepAlive = keepAlive;
		setIdleTimeout(connector.getIdleTimeout());
	}

	/**
	 * The socket under an endpoint.
	 * @return the socket, or {@code null} if it is that of a connector of the
	 * application's own
	 */
	static @Nullable ObservedEndPoint of(EndPoint endPoint) {
		EndPoint socket = endPoint;
		while (socket instanceof EndPoint.Wrapper wrapper) {
			socket = wrapper.unwrap();
		}
		return (socket instanceof ObservedEndPoint observed) ? observed : null;
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
			setIdleTimeout(this.connector.getIdleTimeout());
		}
	}

	/**
	 * A request has ended, or what it was upgraded to.
	 */
	void ended() {
		if (this.connection.ended() && this.keepAlive != null) {
			setIdleTimeout(this.keepAlive.toMillis());
		}
	}

	/**
	 * Runs something on one of the threads that serve requests.
	 */
	void execute(Runnable task) {
		try {
			this.connector.getExecutor().execute(task);
		}
		catch (RejectedExecutionException ex) {
			// The server stops, and closes its connections
		}
	}

	/**
	 * Closes at once.
	 * @param telling whether the application may be told, which can take its time: that
	 * is done by a thread that nobody waits for, since all others may be blocked here
	 */
	void breakOff(boolean telling) {
		if (telling) {
			ThreadPool.executeImmediately(this.connector.getExecutor(),
					() -> close(new EofException("The client is too slow")));
		}
		else {
			close();
		}
	}

	/**
	 * Has the connection read once more, and tells it that the client is gone if there is
	 * nothing to read. A request that has arrived unnoticed is thus served and not lost.
	 * @param idle whether the connection is idle, asked again when there is nothing to
	 * read: what has begun meanwhile is not cut off
	 */
	void closeUnlessReadable(BooleanSupplier idle) {
		if (getFillInterest().isInterested() && this.probing.compareAndSet(false, true)) {
			try {
				this.connector.getExecutor().execute(() -> probe(idle));
			}
			catch (RejectedExecutionException ex) {
				this.probing.set(false);
			}
		}
	}

	private void probe(BooleanSupplier idle) {
		this.probe = new Probe(Thread.currentThread(), idle);
		try {
			getFillInterest().fillable();
		}
		finally {
			this.probe = null;
			this.probing.set(false);
		}
	}

	/**
	 * The connection is open: reads, on this thread, what its client has most likely sent
	 * by now. Jetty would ask the selector first, which costs two changes of threads that
	 * a process with all connections has for several at once, and one with a share of
	 * them for each.
	 */
	void readAtOnce() {
		this.opening = false;
		getFillInterest().fillable();
	}

	@Override
	protected void needsFillInterest() {
		if (!this.opening) {
			super.needsFillInterest();
		}
	}

	@Override
	public void fillInterested(Callback callback) {
		this.connection.waitToRead();
		super.fillInterested(callback);
	}

	@Override
	public boolean tryFillInterested(Callback callback) {
		this.connection.waitToRead();
		return super.tryFillInterested(callback);
	}

	@Override
	public @Nullable Runnable onSelected() {
		if (this.key.isReadable()) {
			this.connection.readable();
		}
		return super.onSelected();
	}

	@Override
	public void replaceKey(SelectionKey newKey) {
		this.key = newKey;
		super.replaceKey(newKey);
	}

	@Override
	public int fill(ByteBuffer buffer) throws IOException {
		this.connection.read();
		int filled = super.fill(buffer);
		if (filled > 0) {
			this.connection.received(filled);
			this.probe = null;
		}
		else if (filled == 0 && isToClose(this.probe)) {
			shutdownInput();
			return -1;
		}
		return filled;
	}

	private static boolean isToClose(@Nullable Probe probe) {
		return probe != null && probe.thread() == Thread.currentThread() && probe.idle().getAsBoolean();
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * The JDK closes a channel that is written to by a thread which was interrupted: a
	 * request that was interrupted for taking too long may still answer.
	 */
	@Override
	public boolean flush(ByteBuffer... buffers) throws IOException {
		long before = BufferUtil.remaining(buffers);
		boolean interrupted = Thread.interrupted();
		try {
			boolean whole = super.flush(buffers);
			this.connection.sent(before - BufferUtil.remaining(buffers), !whole);
			return whole;
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
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

	private record Probe(Thread thread, BooleanSupplier idle) {
	}

}
