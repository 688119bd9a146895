package io.prefork.control;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a worker that is gone, as the endpoint shows it.
 *
 * @param slot its slot
 * @param pid its process id
 * @param generation its generation
 * @param reached the furthest state it had reached by itself
 * @param category category of its cause in lower case
 * @param cause kind of its cause, such as {@code oom-kill}
 * @param reason why it is gone, one clause
 * @param died when it ended, by the calendar, or {@code null} if it never lived
 * @param age how long it lived
 * @param requests requests it had answered when last seen
 * @param inFlight requests it held when last seen
 */
public record ObituaryDocument(int slot, long pid, int generation, String reached, String category, String cause,
		String reason, @Nullable Instant died, Duration age, long requests, int inFlight) {

	/**
	 * An obituary in full.
	 *
	 * @param obituary the obituary in brief
	 * @param oldestRequests the oldest of the requests that it held, the oldest first
	 * @param rss resident memory in bytes some seconds before, or {@code null}
	 * @param heapUsed used heap in bytes at its last heartbeat, or {@code null}
	 * @param heapMax largest possible heap in bytes, or {@code null}
	 * @param stack thread dump that was taken before it was ended, or {@code null}
	 * @param crash the JVM's report of a fatal error, the lines that matter, or
	 * {@code null}
	 * @param output the last lines that it printed, or {@code null}
	 */
	public record Full(@JsonUnwrapped ObituaryDocument obituary, List<OldestRequest> oldestRequests, @Nullable Long rss,
			@Nullable Long heapUsed, @Nullable Long heapMax, @Nullable String stack, @Nullable String crash,
			@Nullable String output) {
	}

	/**
	 * A request that was in flight.
	 *
	 * @param request method and target, without the query
	 * @param age how long it had been running
	 */
	public record OldestRequest(String request, Duration age) {
	}

	/**
	 * A list of obituaries.
	 *
	 * @param obituaries the obituaries, newest first
	 */
	public record Listing(List<ObituaryDocument> obituaries) {
	}

}
