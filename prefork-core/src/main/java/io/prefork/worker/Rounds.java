package io.prefork.worker;

import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a thread of its own does over and over until it is interrupted. One round that
 * fails, even for want of memory, does not end the thread, which nobody would start
 * again.
 */
final class Rounds implements Runnable {

	private static final Logger logger = LoggerFactory.getLogger(Rounds.class);

	private final Runnable round;

	private final long periodMillis;

	private boolean failing;

	Rounds(Runnable round, long periodMillis) {
		this.round = round;
		this.periodMillis = periodMillis;
	}

	@Override
	public void run() {
		try {
			while (true) {
				runOnce();
				TimeUnit.MILLISECONDS.sleep(this.periodMillis);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void runOnce() {
		try {
			this.round.run();
			this.failing = false;
		}
		catch (Throwable ex) {
			if (!this.failing) {
				warn(ex);
			}
		}
	}

	/**
	 * Once for all failures in a row.
	 */
	private void warn(Throwable failure) {
		try {
			logger.warn("{} failed, and goes on in {} ms", Thread.currentThread().getName(), this.periodMillis,
					failure);
			this.failing = true;
		}
		catch (Throwable ex) {
			// What there is no memory for now may be said after the next round
		}
	}

}
