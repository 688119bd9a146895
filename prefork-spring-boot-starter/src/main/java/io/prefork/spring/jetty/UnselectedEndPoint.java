package io.prefork.spring.jetty;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A socket that Jetty's selector does not know before there is something to wait for. A
 * new connection has most likely sent its request by the time that a thread is there to
 * read it; one that is closed after its only answer is never selected.
 */
abstract class UnselectedEndPoint extends SocketChannelEndPoint {

	private final ManagedSelector selector;

	private final ManagedSelector.SelectorUpdate update = this::update;

	// Written by the selector's thread alone
	private volatile @Nullable SelectionKey key;

	private volatile long idleTimeout;

	private volatile boolean watched;

	// The thread that opens the connection, as long as it does
	private volatile @Nullable Thread opener = Thread.currentThread();

	// Used by the opener alone
	private @Nullable Farewell farewell;

	/**
	 * Makes the endpoint of a connection.
	 * @param selector the selector that will wait for the socket
	 */
	@SuppressWarnings("NullAway") // Jetty does without a selector
	UnselectedEndPoint(SocketChannel channel, ManagedSelector selector, Scheduler scheduler) {
		super(channel, null, null, scheduler);
		this.selector = selector;
	}

	@Override
	protected void needsFillInterest() {
		super.needsFillInterest();
		await();
	}

	@Override
	protected void onIncompleteFlush() {
		super.onIncompleteFlush();
		await();
	}

	private void await() {
		watchIdleTimeout();
		this.selector.submit(this.update);
	}

	/**
	 * Has time run for this connection. Before there is something to wait for, that would
	 * only wake up the thread that keeps the time, for each connection twice.
	 */
	private void watchIdleTimeout() {
		if (!this.watched) {
			this.watched = true;
			applyIdleTimeout();
		}
	}

	@Override
	public final void setIdleTimeout(long millis) {
		this.idleTimeout = millis;
		if (this.watched) {
			applyIdleTimeout();
		}
	}

	/**
	 * Without a lock, since Jetty may find that the time is over already and take its
	 * own: of several that are set at a time, the one that is kept here prevails.
	 */
	private void applyIdleTimeout() {
		long millis;
		do {
			millis = this.idleTimeout;
			super.setIdleTimeout(millis);
		}
		while (millis != this.idleTimeout);
	}

	@Override
	public final long getIdleTimeout() {
		return this.idleTimeout;
	}

	@Override
	public @Nullable Callback cancelWrite(Throwable cause) {
		Callback callback = super.cancelWrite(cause);
		if (callback != null) {
			this.selector.submit(this.update);
		}
		return callback;
	}

	private void update(Selector selector) {
		try {
			if (this.key == null) {
				replaceKey(getChannel().register(selector, 0, this));
			}
			updateKey();
		}
		catch (IOException | RuntimeException ex) {
			close(ex);
		}
	}

	@Override
	public final void replaceKey(SelectionKey newKey) {
		this.key = newKey;
		super.replaceKey(newKey);
	}

	/**
	 * Whether the selector has found something to read. To be called by the selector.
	 */
	final boolean isSelectedToRead() {
		SelectionKey key = this.key;
		return key != null && key.isReadable();
	}

	/**
	 * Whether the current thread has opened the connection and serves it since.
	 */
	final boolean isOpenedHere() {
		return this.opener == Thread.currentThread();
	}

	/**
	 * The thread that has opened the connection turns to something else.
	 */
	final void leaveOpener() {
		this.opener = null;
		Farewell farewell = this.farewell;
		if (farewell != null) {
			farewell.run();
		}
		else {
			watchIdleTimeout();
		}
	}

	@Override
	public final void onClose(@Nullable Throwable cause) {
		try {
			super.onClose(cause);
		}
		finally {
			if (this.key != null) {
				// The JDK closes the socket when the selector has let go of it
				this.selector.submit((selector) -> {
				});
			}
			Farewell farewell = new Farewell(cause);
			if (isOpenedHere()) {
				this.farewell = farewell;
			}
			else if (!execute(farewell)) {
				farewell.run();
			}
		}
	}

	/**
	 * Runs something on one of the threads that serve requests.
	 * @return whether it will be run; if not, the server stops
	 */
	abstract boolean execute(Runnable task);

	/**
	 * The connection has been closed.
	 */
	abstract void closed(@Nullable Throwable cause);

	/**
	 * Tells of the end of the connection. A pool of threads that stops closes what it has
	 * not run.
	 */
	private final class Farewell implements Runnable, Closeable {

		private final @Nullable Throwable cause;

		Farewell(@Nullable Throwable cause) {
			this.cause = cause;
		}

		@Override
		public void run() {
			closed(this.cause);
		}

		@Override
		public void close() {
			run();
		}

	}

}
