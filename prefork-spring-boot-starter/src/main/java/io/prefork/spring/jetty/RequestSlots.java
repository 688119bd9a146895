package io.prefork.spring.jetty;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Bounds the requests that are served at a time. One that finds no slot waits without a
 * thread: Jetty's threads also do its own work, so that their number bounds nothing. Safe
 * for use by any thread.
 */
final class RequestSlots {

	private final int slots;

	private final Deque<BooleanSupplier> waiting = new ArrayDeque<>();

	private int taken;

	RequestSlots(int slots) {
		this.slots = slots;
	}

	/**
	 * Takes a slot if one is free.
	 * @param later what to run as soon as one is free and has been taken, on the thread
	 * that gives it back: must not block or throw, and says whether the slot is used
	 * @return whether a slot was taken; if not, {@code later} will be run
	 */
	synchronized boolean take(BooleanSupplier later) {
		if (this.taken < this.slots) {
			this.taken++;
			return true;
		}
		this.waiting.add(later);
		return false;
	}

	/**
	 * Takes a slot even if none is free, for a request that has had one before.
	 */
	synchronized void takeAgain() {
		this.taken++;
	}

	/**
	 * Gives a slot back, or on to the request that has waited longest and uses it.
	 */
	void giveBack() {
		BooleanSupplier next = next();
		while (next != null && !next.getAsBoolean()) {
			next = next();
		}
	}

	private synchronized @Nullable BooleanSupplier next() {
		BooleanSupplier next = (this.taken <= this.slots) ? this.waiting.poll() : null;
		if (next == null) {
			this.taken--;
		}
		return next;
	}

}
