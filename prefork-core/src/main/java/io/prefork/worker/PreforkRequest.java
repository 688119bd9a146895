package io.prefork.worker;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The request that the current thread works on, for an application that has something to
 * say about it. What is said about a request that is none of a worker's, as in a test or
 * in an ordinary application, is ignored, so that code needs no other path there.
 * <p>
 * A request is bound to the thread that the server has given it. Code that goes on
 * elsewhere takes {@link #current()} along. Safe for use by any thread.
 */
public final class PreforkRequest {

	/**
	 * Longer ones could not be added up.
	 */
	private static final Duration LONGEST = Duration.ofDays(365);

	private static final PreforkRequest NONE = new PreforkRequest(null);

	private final RequestTracker.@Nullable Tracked tracked;

	private PreforkRequest(RequestTracker.@Nullable Tracked tracked) {
		this.tracked = tracked;
	}

	/**
	 * The request that the current thread works on.
	 * @return the request, or one that ignores everything if there is none
	 */
	public static PreforkRequest current() {
		RequestTracker.Tracked tracked = RequestTracker.current();
		return (tracked != null) ? new PreforkRequest(tracked) : NONE;
	}

	/**
	 * Gives the request that the current thread works on more time: the same as
	 * {@code current().extend(by)}.
	 * @param by how much, above zero and at most 365 days
	 * @throws IllegalArgumentException if it is not within these bounds
	 */
	public static void extendDeadline(Duration by) {
		current().extend(by);
	}

	/**
	 * Gives the request more time: puts off {@code prefork.request-soft-timeout} and
	 * {@code prefork.request-timeout}, each time it is called. Does nothing once the
	 * request has ended or timed out.
	 * @param by how much, above zero and at most 365 days
	 * @throws IllegalArgumentException if it is not within these bounds
	 */
	public void extend(Duration by) {
		if (by.isNegative() || by.isZero() || by.compareTo(LONGEST) > 0) {
			throw new IllegalArgumentException(
					"A deadline can be extended by a duration above zero, at most 365 days, and not by " + by);
		}
		if (this.tracked != null) {
			this.tracked.extend(by);
		}
	}

}
