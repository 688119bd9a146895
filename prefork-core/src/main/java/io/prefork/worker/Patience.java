package io.prefork.worker;

import java.time.Duration;

/**
 * How long a connection may take from {@code accept} to its first whole request head and
 * hold a slot meanwhile. Each one that is given up halves it, unless what it has sent
 * waits for a thread, and each that makes it gives an eighth back, so that hundreds of
 * silent connections do not hold a slot for {@link #MOST} each, one after the other.
 * <p>
 * One that was given up and would not have been with the whole patience gives back the
 * half besides: else clients whose handshakes take longer than what is left of it would
 * keep it down for good. Those that take longer than the whole do keep it down, since
 * waiting for them gains nothing.
 * <p>
 * Approximate: two threads that change it at a time may undo one change.
 */
final class Patience {

	static final Duration MOST = Duration.ofMillis(100);

	/**
	 * What is left of it while connections are silent.
	 */
	static final Duration LEAST = Duration.ofMillis(1);

	private final long most;

	private final long least;

	private volatile long current;

	Patience(Duration most) {
		this.most = most.toNanos();
		this.least = Math.min(this.most, LEAST.toNanos());
		this.current = this.most;
	}

	/**
	 * Nanoseconds for which a connection is still waited for.
	 * @param since when it was accepted, as of {@link System#nanoTime()}
	 */
	long left(long since) {
		return since + this.current - System.nanoTime();
	}

	/**
	 * A connection is given up.
	 */
	void halve() {
		this.current = Math.max(this.least, this.current / 2);
	}

	/**
	 * A connection has made its request in time.
	 */
	void grow() {
		grow(1);
	}

	/**
	 * A connection that was given up has made its request after all.
	 * @param since when it was accepted
	 */
	void regret(long since) {
		if (System.nanoTime() - since <= this.most) {
			grow(2);
		}
	}

	private void grow(int times) {
		long before = this.current;
		if (before < this.most) {
			long more = times * before;
			this.current = Math.min(this.most, more + more / 8);
		}
	}

	Duration current() {
		return Duration.ofNanos(this.current);
	}

}
