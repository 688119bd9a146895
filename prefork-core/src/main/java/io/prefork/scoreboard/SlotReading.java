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
 * @param heapAfterGc what collections leave in the heap
 */
public record SlotReading(long serial, long heartbeat, int busy, long oldestRequest, boolean free, long requests,
		long accepted, long overflowed, long errors, long slowClients, long heapUsed, long heapMax, Timeouts timeouts,
		HeapAfterGc heapAfterGc) {

	/**
	 * A reading of a worker none of whose requests took too long, and whose heap was not
	 * collected.
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
				heapUsed, heapMax, Timeouts.NONE, HeapAfterGc.NONE);
	}

	/**
	 * Requests that take too long.
	 *
	 * @param lost requests past their timeout, or hanging in a deadlock, whose threads
	 * have not come back: slots that are taken for nothing
	 * @param slots of how many slots that is, or 0 if the worker does not say
	 * @param slow requests that took longer than {@code prefork.slow-request-threshold}
	 * or {@code prefork.request-soft-timeout}, each counted once
	 * @param timedOut requests that were ended at their timeout
	 */
	public record Timeouts(int lost, int slots, long slow, long timedOut) {

		/**
		 * None.
		 */
		public static final Timeouts NONE = new Timeouts(0, 0, 0, 0);

	}

	/**
	 * What collections of the old generation of the heap leave there.
	 *
	 * @param used bytes in use after the last one
	 * @param max bytes that the old generation can have, or 0 if it was never collected
	 * @param collections how many were seen, at most one every some seconds
	 */
	public record HeapAfterGc(long used, long max, long collections) {

		/**
		 * It was never collected.
		 */
		public static final HeapAfterGc NONE = new HeapAfterGc(0, 0, 0);

	}

}
