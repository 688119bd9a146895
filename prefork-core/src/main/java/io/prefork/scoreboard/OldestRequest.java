package io.prefork.scoreboard;

/**
 * A request in flight, as a slot of the scoreboard tells of it.
 *
 * @param start when it began, as of {@code System.nanoTime()}
 * @param request its method and target, without the query; at most
 * {@value OldestRequests#LONGEST} bytes in UTF-8 are kept
 */
public record OldestRequest(long start, String request) {
}
