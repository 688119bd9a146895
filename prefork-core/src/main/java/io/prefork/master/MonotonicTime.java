package io.prefork.master;

import java.time.Duration;
import java.time.Instant;

/**
 * Monotonic time as instants: {@code System.nanoTime()}, counted from the epoch. It has
 * nothing to do with the calendar, does not jump when the wall clock is set, and on Linux
 * can be compared across processes (CLOCK_MONOTONIC).
 */
final class MonotonicTime {

	private MonotonicTime() {
	}

	static Instant now() {
		return of(System.nanoTime());
	}

	static Instant of(long nanoTime) {
		return Instant.EPOCH.plusNanos(nanoTime);
	}

	static Duration since(long nanoTime) {
		return Duration.ofNanos(Math.max(0, System.nanoTime() - nanoTime));
	}

	static Duration since(Instant instant) {
		Duration elapsed = Duration.between(instant, now());
		return elapsed.isNegative() ? Duration.ZERO : elapsed;
	}

}
