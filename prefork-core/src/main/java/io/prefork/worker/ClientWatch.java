package io.prefork.worker;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What one connection's client owes at this moment. Told by the server adapter, from
 * whichever thread serves the connection: one at a time for reading, one at a time for
 * writing. Methods cost one clock reading at most.
 *
 * @see SlowClients#watch(Runnable)
 */
public final class ClientWatch {

	private final ClientLimits limits;

	private final Runnable close;

	private final Consumer<ClientWatch> onClose;

	private final Direction request;

	private final Direction response;

	private volatile long headSince;

	private volatile long headHeld;

	ClientWatch(ClientLimits limits, Runnable close, Consumer<ClientWatch> onClose) {
		this.limits = limits;
		this.close = close;
		this.onClose = onClose;
		this.request = new Direction(limits.minRequestRate(), limits.grace().toNanos());
		this.response = new Direction(limits.minResponseRate(), limits.grace().toNanos());
	}

	/**
	 * A request head is due: the connection is new, or the first byte of a head has come.
	 * Does nothing if one is due already.
	 */
	public void awaitHead() {
		if (this.headSince == 0) {
			this.headSince = now();
		}
	}

	/**
	 * The head is whole, or none is due any more.
	 */
	public void headRead() {
		if (this.headSince != 0) {
			this.headSince = 0;
		}
	}

	/**
	 * Bytes of a head have come that the worker does not read yet, because it has no
	 * thread for them: the time until {@link #goOnWithHead()} is not the client's. Does
	 * nothing if no head is due.
	 */
	public void holdHead() {
		if (this.headSince != 0 && this.headHeld == 0) {
			this.headHeld = now();
		}
	}

	/**
	 * The worker reads what has come of a head.
	 */
	public void goOnWithHead() {
		long held = this.headHeld;
		if (held != 0) {
			long since = this.headSince;
			if (since != 0) {
				this.headSince = since + now() - held;
			}
			this.headHeld = 0;
		}
	}

	/**
	 * The worker waits for bytes of a body. Does nothing if it waits already.
	 */
	public void waitToRead() {
		this.request.await(now());
	}

	/**
	 * Bytes of a body have come, and the worker does not wait any more.
	 * @param bytes how many, 0 if it stopped waiting for another reason
	 */
	public void read(long bytes) {
		this.request.moved(bytes, now());
	}

	/**
	 * The worker waits for the client to take bytes of an answer. Does nothing if it
	 * waits already.
	 */
	public void waitToWrite() {
		this.response.await(now());
	}

	/**
	 * Bytes of an answer were taken, and the worker does not wait any more.
	 * @param bytes how many, 0 if it stopped waiting for another reason
	 */
	public void wrote(long bytes) {
		this.response.moved(bytes, now());
	}

	/**
	 * A request is over, its answer written: nothing is due, and the next one is judged
	 * by itself.
	 */
	public void requestDone() {
		this.request.reset();
		this.response.reset();
	}

	/**
	 * The connection is closed, and watched no more.
	 */
	public void close() {
		this.onClose.accept(this);
	}

	/**
	 * Whether the client keeps the worker waiting for longer than it may.
	 * @param now the time
	 * @return what it failed to do, or empty if it is not overdue
	 */
	Optional<String> overdue(long now) {
		boolean held = this.headHeld != 0;
		long headSince = this.headSince;
		long headTimeout = this.limits.headTimeout().toNanos();
		if (headTimeout > 0 && headSince != 0 && !held && now - headSince > headTimeout) {
			return Optional.of("no whole request head within " + this.limits.headTimeout());
		}
		if (this.request.isTooSlow(now)) {
			return Optional
				.of("less than " + this.limits.minRequestRate() + " bytes of a request's body sent per second");
		}
		if (this.response.isTooSlow(now)) {
			return Optional.of("less than " + this.limits.minResponseRate() + " bytes of an answer taken per second");
		}
		return Optional.empty();
	}

	void breakOff() {
		close();
		this.close.run();
	}

	/**
	 * The clock, which is never 0, since that stands for nothing being due.
	 */
	private static long now() {
		long now = System.nanoTime();
		return (now != 0) ? now : 1;
	}

	/**
	 * Bytes that move one way. Written by one thread at a time. Nothing but the beginning
	 * of a waiting time is written while the worker waits, so that whoever finds the same
	 * beginning before and after reading the sums has sums that belong to it.
	 */
	private static final class Direction {

		private final long rate;

		private final long grace;

		/**
		 * Buffers of sockets take megabytes at once: what they take pays for two
		 * stretches at most.
		 */
		private final long credit;

		private volatile long since;

		private volatile long waited;

		private volatile long bytes;

		private volatile boolean failed;

		Direction(long rate, long grace) {
			this.rate = rate;
			this.grace = grace;
			this.credit = (long) (2.0 * rate * grace / TimeUnit.SECONDS.toNanos(1));
		}

		void await(long now) {
			if (this.rate > 0 && this.since == 0) {
				this.since = now;
			}
		}

		void moved(long bytes, long now) {
			long since = this.since;
			if (since == 0) {
				add(0, bytes);
			}
			else {
				this.since = 0;
				add(now - since, bytes);
			}
		}

		private void add(long waited, long bytes) {
			long sum = this.waited + waited;
			if (sum > this.grace) {
				this.failed |= isBelowRate(this.bytes + bytes, sum);
				this.waited = 0;
				this.bytes = 0;
			}
			else if (this.rate > 0) {
				this.waited = sum;
				this.bytes = Math.min(this.bytes + bytes, this.credit);
			}
		}

		void reset() {
			if (this.since != 0) {
				this.since = 0;
			}
			if (this.bytes != 0 || this.waited != 0) {
				this.waited = 0;
				this.bytes = 0;
			}
		}

		boolean isTooSlow(long now) {
			long since = this.since;
			if (since == 0 || this.failed) {
				return this.failed;
			}
			long sum = this.waited + now - since;
			boolean tooSlow = sum > this.grace && isBelowRate(this.bytes, sum);
			return tooSlow && this.since == since;
		}

		private boolean isBelowRate(long bytes, long waited) {
			return bytes < this.rate * ((double) waited / TimeUnit.SECONDS.toNanos(1));
		}

	}

}
