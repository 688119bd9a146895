package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * How long a surplus must last before a worker goes: some windows, and a window for each
 * further one. A worker that went and was needed again within that time shows that it was
 * too short; it is doubled, and halved again when that has not happened for long. (uWSGI:
 * {@code cheaper-busyness-multiplier} and {@code -penalty}.)
 */
final class Patience {

	static final int LEAST = 6;

	static final int MOST = 48;

	private static final int FORGIVEN_AFTER = 4;

	private final Duration window;

	private int windows = LEAST;

	private @Nullable Instant since;

	private boolean further;

	private @Nullable Instant lastStop;

	private @Nullable Instant lastPenalty;

	Patience(Duration window) {
		this.window = window;
	}

	/**
	 * Takes note of whether there is a surplus.
	 * @return whether there has been one for long enough
	 */
	boolean exhausted(boolean surplus, Instant now) {
		if (!surplus) {
			this.since = null;
			this.further = false;
			return false;
		}
		if (this.since == null) {
			this.since = now;
		}
		return !now.isBefore(this.since.plus(this.further ? this.window : length()));
	}

	/**
	 * A worker was stopped.
	 */
	void stopped(Instant now) {
		if (this.lastPenalty != null && !now.isBefore(this.lastPenalty.plus(length().multipliedBy(FORGIVEN_AFTER)))) {
			this.windows = Math.max(LEAST, this.windows / 2);
			this.lastPenalty = (this.windows > LEAST) ? now : null;
		}
		this.lastStop = now;
		this.since = now;
		this.further = true;
	}

	/**
	 * Workers were added.
	 */
	void grown(Instant now) {
		if (this.lastStop != null && now.isBefore(this.lastStop.plus(length()))) {
			this.windows = Math.min(MOST, 2 * this.windows);
			this.lastPenalty = now;
		}
		this.lastStop = null;
		this.since = null;
		this.further = false;
	}

	/**
	 * Lets time that nobody lived count for nothing.
	 */
	void restart() {
		this.since = null;
		this.further = false;
	}

	/**
	 * How long a surplus must last before the first worker goes.
	 */
	Duration length() {
		return this.window.multipliedBy(this.windows);
	}

}
