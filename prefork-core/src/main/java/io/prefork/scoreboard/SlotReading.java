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
 */
public record SlotReading(long serial, long heartbeat, int busy, long oldestRequest, boolean free, long requests,
		long accepted, long overflowed, long errors, long slowClients, long heapUsed, long heapMax) {
}
