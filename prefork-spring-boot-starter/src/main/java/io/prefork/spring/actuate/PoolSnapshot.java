package io.prefork.spring.actuate;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import io.prefork.control.PoolControl;
import io.prefork.control.PoolDocument;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

/**
 * The pool as it was at most one second ago, so that a scrape of many meters, or a burst
 * of health probes, costs the master one message. A failure is kept as long as a
 * document: while the master is silent, one reader a second waits for it and not every
 * meter. For any thread; a call may block as long as {@link PoolControl#pool()} does.
 */
class PoolSnapshot {

	private static final long TIME_TO_LIVE = Duration.ofSeconds(1).toNanos();

	private final ObjectProvider<PoolControl> control;

	private final LongSupplier nanoTime;

	private final ReentrantLock lock = new ReentrantLock();

	private @Nullable Reading reading;

	PoolSnapshot(ObjectProvider<PoolControl> control, LongSupplier nanoTime) {
		this.control = control;
		this.nanoTime = nanoTime;
	}

	/**
	 * Whether this process is part of a pool.
	 * @return whether there is anything to read
	 */
	boolean exists() {
		return this.control.getIfAvailable() != null;
	}

	/**
	 * The pool.
	 * @return the document, the same instance until it is read anew
	 * @throws RuntimeException whatever the control threw, also for the second after
	 */
	PoolDocument get() {
		this.lock.lock();
		try {
			Reading reading = this.reading;
			if (reading == null || this.nanoTime.getAsLong() - reading.at() >= TIME_TO_LIVE) {
				reading = read();
				this.reading = reading;
			}
			return reading.get();
		}
		finally {
			this.lock.unlock();
		}
	}

	private Reading read() {
		try {
			PoolDocument document = this.control.getObject().pool();
			return new Reading(this.nanoTime.getAsLong(), document, null);
		}
		catch (RuntimeException ex) {
			return new Reading(this.nanoTime.getAsLong(), null, ex);
		}
	}

	private record Reading(long at, @Nullable PoolDocument document, @Nullable RuntimeException failure) {

		PoolDocument get() {
			if (this.document != null) {
				return this.document;
			}
			throw (this.failure != null) ? this.failure : new IllegalStateException("Neither document nor failure");
		}

	}

}
