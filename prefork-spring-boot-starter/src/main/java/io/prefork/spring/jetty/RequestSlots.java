package io.prefork.spring.jetty;

import java.util.ArrayDeque;
import java.util.Deque;

import org.jspecify.annotations.Nullable;

/**
 * Bounds the requests that are served at a time. One that finds no slot waits without a
 * thread: Jetty's threads also do its own work, so that their number bounds nothing. Safe
 * for use by any thread.
 */
final class RequestSlots {

	private final int slots;

	private final Deque<Runnable> waiting = new ArrayDeque<>();

	private int taken;

	RequestSlots(int slots) {
		this.slots = slots;
	}

	/**
	 * Takes a slot if one is free.
	 * @param later what to run as soon as one is free and has been taken, on the thread
	 * that gives it back: must not block
	 * @return whether a slot was taken; if not, {@code later} will be run
	 */
	synchronized boolean take(Runnable later) {
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
	 * Gives a slot back, or on to the request that has waited longest.
	 */
	void giveBack() {
		Runnable next = next();
		if (next != null) {
			next.run();
		}
	}

	private synchronized @Nullable Runnable next() {
		Runnable next = (this.taken <= this.slots) ? this.waiting.poll() : null;
		if (next == null) {
			this.taken--;
		}
		return next;
	}

}
