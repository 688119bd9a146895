package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Unexpected exits within a window that ends now.
 */
final class ExitWindow {

	private final int intensity;

	private final Duration length;

	private final Deque<Instant> exits = new ArrayDeque<>();

	/**
	 * An empty window.
	 * @param intensity exits that are not too many
	 * @param length how long an exit is remembered
	 */
	ExitWindow(int intensity, Duration length) {
		this.intensity = intensity;
		this.length = length;
	}

	/**
	 * Goes on with exits of before.
	 */
	void resume(List<Instant> exits) {
		this.exits.addAll(exits);
	}

	/**
	 * Exits that are remembered, oldest first.
	 */
	List<Instant> exits() {
		return List.copyOf(this.exits);
	}

	void add(Instant now) {
		this.exits.add(now);
	}

	void forgetUntil(Instant now) {
		Instant start = now.minus(this.length);
		while (!this.exits.isEmpty() && !this.exits.getFirst().isAfter(start)) {
			this.exits.remove();
		}
	}

	void clear() {
		this.exits.clear();
	}

	int count() {
		return this.exits.size();
	}

	/**
	 * How many exits are too many, 0 if none is.
	 */
	int excess() {
		return Math.max(0, this.exits.size() - this.intensity);
	}

}
