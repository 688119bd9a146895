package io.prefork.scoreboard;

/**
 * What a slot of the scoreboard says. Times are {@code System.nanoTime()}, which on Linux
 * is CLOCK_MONOTONIC and so can be compared across processes of one machine.
 *
 * @param serial serial of the worker that wrote it; a reading that does not carry the
 * serial of the worker asked about is an old one
 * @param heartbeat time of the last heartbeat
 * @param busy requests in flight
 * @param oldestRequest time at which the oldest request in flight began, or 0 when idle
 * @param free whether it accepts and has had a request slot free for a second
 * @param requests requests answered
 * @param accepted connections accepted
 * @param overflowed requests of kept-alive connections that were begun although all slots
 * were taken
 * @param errors requests answered with a server error
 * @param slowClients connections broken off because their clients were too slow
 * @param heapUsed used heap, bytes
 * @param heapMax largest possible heap, bytes, or -1 if undefined
 * @param timeouts requests that take too long
 */
public record SlotReading(long serial, long heartbeat, int busy, long oldestRequest, boolean free, long requests,
		long accepted, long overflowed, long errors, long slowClients, long heapUsed, long heapMax, Timeouts timeouts) {

	/**
	 * A reading of a worker none of whose requests took too long.
	 * @param serial serial of the worker that wrote it
	 * @param heartbeat time of the last heartbeat
	 * @param busy requests in flight
	 * @param oldestRequest time at which the oldest request in flight began
	 * @param free whether it accepts and has had a request slot free for a second
	 * @param requests requests answered
	 * @param accepted connections accepted
	 * @param overflowed requests that were begun although all slots were taken
	 * @param errors requests answered with a server error
	 * @param slowClients connections broken off because their clients were too slow
	 * @param heapUsed used heap, bytes
	 * @param heapMax largest possible heap, bytes
	 */
	public SlotReading(long serial, long heartbeat, int busy, long oldestRequest, boolean free, long requests,
			long accepted, long overflowed, long errors, long slowClients, long heapUsed, long heapMax) {
		this(serial, heartbeat, busy, oldestRequest, free, requests, accepted, overflowed, errors, slowClients,
				heapUsed, heapMax, Timeouts.NONE);
	}

	/**
	 * Requests that take too long.
	 *
	 * @param lost requests past their timeout whose threads have not come back: slots
	 * that are taken for nothing
	 * @param slow requests that took longer than {@code prefork.slow-request-threshold}
	 * or {@code prefork.request-soft-timeout}, each counted once
	 * @param timedOut requests that were ended at their timeout
	 */
	public record Timeouts(int lost, long slow, long timedOut) {

		/**
		 * None.
		 */
		public static final Timeouts NONE = new Timeouts(0, 0, 0);

	}

}
