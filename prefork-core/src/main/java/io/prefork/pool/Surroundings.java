package io.prefork.pool;

import java.util.OptionalLong;

/**
 * What the master sees besides its workers.
 *
 * @param queued connections in all accept queues, as far as the kernel tells
 * @param freeMemory bytes that more workers could have, or empty if unknown
 * @param workerMemory resident memory of the largest worker, in bytes, at least 1, or
 * empty if unknown
 */
public record Surroundings(int queued, OptionalLong freeMemory, OptionalLong workerMemory) {

	/**
	 * Nothing is known.
	 */
	public static final Surroundings UNKNOWN = new Surroundings(0, OptionalLong.empty(), OptionalLong.empty());

	/**
	 * How many workers can be added.
	 * @param starting workers that have been asked for and have not taken their memory
	 * yet
	 * @return their number, not negative
	 */
	int room(int starting) {
		if (this.freeMemory.isEmpty() || this.workerMemory.isEmpty()) {
			return Integer.MAX_VALUE;
		}
		long fitting = this.freeMemory.getAsLong() / this.workerMemory.getAsLong() - starting;
		return (int) Math.max(0, Math.min(Integer.MAX_VALUE, fitting));
	}

}
