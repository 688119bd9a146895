package io.prefork.spring.jetty;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * The socket of a connection. Sees what passes it, below TLS.
 */
final class ObservedEndPoint extends UnselectedEndPoint {

	private final PreforkConnector connector;

	private final JettyConnection connection;

	private final @Nullable Duration keepAlive;

	private final boolean accepting;

	private final AtomicBoolean probing = new AtomicBoolean();

	private volatile @Nullable Probe probe;

	private volatile boolean opening = true;

	// Used by the thread that opens the connection alone
	private boolean readAgain;

	/**
	 * Makes the endpoint of a connection.
	 * @param accepting whether the calling thread, which will {@linkplain #readAtOnce()
	 * read}, is the acceptor
	 */
	ObservedEndPoint(SocketChannel channel, ManagedSelector selector, PreforkConnector connector,
			JettyConnection connection, boolean accepting) {
		super(channel, selector, connector.getScheduler());
		this.connector = connector;
		this.connection = connection;
		this.keepAlive = connector.keepAlive();
		this.accepting = accepting;
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

	@Override
	boolean execute(Runnable task) {
		try {
			this.connector.getExecutor().execute(task);
			return true;
		}
		catch (RejectedExecutionException ex) {
			return false;
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
			if (!execute(() -> probe(idle))) {
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

	@Override
	void closed(@Nullable Throwable cause) {
		this.connector.closed(this, cause);
	}

	/**
	 * Whether the current thread is the acceptor, which must not be left to a
	 * conversation in another protocol.
	 */
	boolean isServedByAcceptor() {
		return this.accepting && isOpenedHere();
	}

	/**
	 * The connection is open: reads, on this thread, what its client has most likely sent
	 * by now.
	 */
	void readAtOnce() {
		this.opening = false;
		try {
			do {
				this.readAgain = false;
				getFillInterest().fillable();
			}
			while (this.readAgain);
		}
		finally {
			leaveOpener();
		}
	}

	@Override
	protected void needsFillInterest() {
		if (isDone()) {
			closeUnlessMoreHasCome();
		}
		else if (!this.opening) {
			super.needsFillInterest();
		}
	}

	private void closeUnlessMoreHasCome() {
		if (isOpenedHere()) {
			this.readAgain = true;
		}
		else if (!execute(() -> getFillInterest().fillable())) {
			close();
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
		if (isSelectedToRead()) {
			this.connection.readable();
		}
		return super.onSelected();
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * A conversation in another protocol may have no end: an acceptor leaves it to other
	 * threads.
	 */
	@Override
	public int fill(ByteBuffer buffer) throws IOException {
		if (isServedByAcceptor() && this.connection.isUpgraded()) {
			return 0;
		}
		this.connection.read();
		int filled = super.fill(buffer);
		if (filled > 0) {
			this.connection.received(filled);
			this.probe = null;
		}
		else if (filled == 0 && (isToClose(this.probe) || isDone())) {
			shutdownInput();
			return -1;
		}
		return filled;
	}

	/**
	 * Whether the answer to the last request has been sent, the end of the connection
	 * too, and the client owes nothing. Jetty would wait for its end of the connection,
	 * in case that more arrives, for which the kernel sends a reset and drops what it has
	 * not sent yet (RFC 9112, section 9.6). After a whole request nothing should arrive,
	 * and a short answer has left the kernel.
	 */
	private boolean isDone() {
		return isOutputShutdown() && this.connection.isAnswered() && !(getConnection() instanceof SslConnection);
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
