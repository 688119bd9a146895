package io.prefork.pool;

import java.util.HashSet;
import java.util.Set;

/**
 * Code of generations that a canary gets along with and nobody else: it locks a file, or
 * brings a database to its limit. What has served once goes on to do so.
 */
final class SimulatedCode {

	private final Set<Integer> broken = new HashSet<>();

	private final Set<Integer> tried = new HashSet<>();

	void breaks(int generation) {
		this.broken.add(generation);
	}

	void used(int generation) {
		this.broken.remove(generation);
	}

	/**
	 * Whether the next worker of a generation can boot.
	 */
	boolean boots(int generation) {
		return this.tried.add(generation) || !this.broken.contains(generation);
	}

}
