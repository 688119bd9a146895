package io.prefork.worker;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.prefork.worker.WorkerSpec.InheritedListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening socket that this worker shares with others, as a server adapter uses it:
 * one acceptor waits at the {@link AcceptGate} and then in a blocking {@code accept},
 * which the kernel deals out first come first served. Closing this worker's copy of the
 * socket frees the acceptor, and leaves the clients that wait to the other workers.
 */
public final class SharedListener {

	private static final Logger logger = LoggerFactory.getLogger(SharedListener.class);

	/**
	 * Handing over takes microseconds, unless the machine is short of processor time: the
	 * limit is for what is broken.
	 */
	private static final Duration HANDOVER = Duration.ofSeconds(10);

	private final Worker worker;

	private final InheritedListener listener;

	private final ListenerChannelSource channels;

	// Held from accept until the connection is the server's
	private final Semaphore handover = new Semaphore(1);

	private volatile @Nullable ServerSocketChannel channel;

	private volatile @Nullable Thread acceptor;

	private volatile boolean stopped;

	/**
	 * Makes a listener that is not open yet.
	 * @param worker the worker that shares it
	 * @param listener what the worker was given
	 * @param channels makes a channel of it
	 */
	public SharedListener(Worker worker, InheritedListener listener, ListenerChannelSource channels) {
		this.worker = worker;
		this.listener = listener;
		this.channels = channels;
	}

	/**
	 * What the worker was given.
	 * @return the specification of the listener
	 */
	public InheritedListener inherited() {
		return this.listener;
	}

	/**
	 * Opens the socket, unless it is open.
	 * @return the socket's channel, in blocking mode
	 * @throws IOException if there is no such socket
	 * @throws IllegalStateException if the listener was stopped: the socket cannot be had
	 * a second time
	 */
	public ServerSocketChannel open() throws IOException {
		if (this.stopped) {
			throw new IllegalStateException("A worker's server cannot be started again once it has stopped");
		}
		ServerSocketChannel channel = this.channel;
		if (channel == null) {
			channel = this.channels.open(this.listener);
			this.channel = channel;
		}
		return channel;
	}

	/**
	 * The socket.
	 * @return its channel, or {@code null} if it was never opened
	 */
	public @Nullable ServerSocketChannel channel() {
		return this.channel;
	}

	/**
	 * Waits at the gate, and for a client. Called by one thread, the acceptor, again and
	 * again. An interrupt is nothing of ours, but may come late for a request that this
	 * thread has served: at the gate it is ignored, in {@code accept} it closes the
	 * socket, and the worker leaves.
	 * @return the client's connection, to be handed over to the server at once, or
	 * {@code null} if there will never be one again
	 * @throws IOException if {@code accept} fails, for want of descriptors, say
	 */
	public @Nullable Arrival accept() throws IOException {
		ServerSocketChannel channel = this.channel;
		if (channel == null || !awaitGate()) {
			return null;
		}
		this.handover.acquireUninterruptibly();
		this.acceptor = Thread.currentThread();
		Arrival arrival = null;
		try {
			ListenerChannelSource.listen(channel, this.listener);
			Thread.interrupted();
			arrival = arrived(channel.accept());
			return arrival;
		}
		catch (ClosedChannelException ex) {
			if (!this.stopped) {
				leave();
			}
			return null;
		}
		finally {
			if (arrival == null) {
				this.handover.release();
			}
		}
	}

	private boolean awaitGate() {
		while (true) {
			try {
				return this.worker.gate().await();
			}
			catch (InterruptedException ex) {
				// Not meant for an acceptor
			}
		}
	}

	private Arrival arrived(SocketChannel socket) {
		try {
			return new Arrival(socket, this.worker.gate().accepted());
		}
		catch (RuntimeException | Error ex) {
			close(socket);
			throw ex;
		}
	}

	private static void close(SocketChannel socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			logger.debug("A connection that was just accepted could not be closed", ex);
		}
	}

	/**
	 * The socket was closed under the acceptor, by an interrupt that the application
	 * meant for a request, say.
	 */
	private void leave() {
		Thread.interrupted();
		this.worker.gate().shut();
		this.worker.leave("its listening socket was closed");
	}

	/**
	 * Takes no connection any more, from any listener of the worker. On return, those
	 * that {@code accept} had returned are the server's, unless the acceptor itself calls
	 * this, or the calling thread is interrupted.
	 */
	public void stop() {
		this.stopped = true;
		this.worker.gate().shut();
		try {
			ServerSocketChannel channel = this.channel;
			if (channel != null) {
				channel.close();
			}
			if (Thread.currentThread() != this.acceptor
					&& this.handover.tryAcquire(HANDOVER.toMillis(), TimeUnit.MILLISECONDS)) {
				this.handover.release();
			}
		}
		catch (IOException ex) {
			logger.warn("Failed to close the listening socket", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * A connection that was just accepted, on its way to the server. Used by the acceptor
	 * alone.
	 */
	public final class Arrival {

		private final SocketChannel socket;

		private final AcceptGate.Claim claim;

		private boolean handedOver;

		private Arrival(SocketChannel socket, AcceptGate.Claim claim) {
			this.socket = socket;
			this.claim = claim;
		}

		/**
		 * The connection.
		 * @return its channel, in blocking mode
		 */
		public SocketChannel socket() {
			return this.socket;
		}

		/**
		 * The slot that the connection holds until its first request begins.
		 * @return the claim, to be closed with the connection
		 */
		public AcceptGate.Claim claim() {
			return this.claim;
		}

		/**
		 * The connection is the server's, or closed. Does nothing the second time.
		 */
		public void handedOver() {
			if (!this.handedOver) {
				this.handedOver = true;
				SharedListener.this.handover.release();
			}
		}

		/**
		 * Closes the connection, which the server could not take.
		 */
		public void drop() {
			try {
				SharedListener.close(this.socket);
				this.claim.close();
			}
			finally {
				handedOver();
			}
		}

	}

}
