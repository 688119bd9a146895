package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What is known of a worker from outside: its scoreboard slot and {@code /proc}.
 *
 * @param heartbeat monotonic time of its last heartbeat
 * @param cpu processor time that the process has used so far, to tell slow from hung
 * @param busy requests in flight
 * @param oldestRequest monotonic time at which the oldest request in flight began, or
 * empty when idle
 * @param requests requests answered since it started
 * @param errors those of them that were answered with a server error
 * @param lost request slots that are held by requests past their timeout, whose threads
 * have not come back
 * @param slots of how many request slots that is, or 0 if the worker does not say
 * @param heap what the old generation of its heap held after the last collection
 */
public record Vitals(Instant heartbeat, Duration cpu, int busy, Optional<Instant> oldestRequest, long requests,
		long errors, int lost, int slots, HeapAfterGc heap) {

	/**
	 * Vitals of a worker that has lost no slot and whose heap was not collected.
	 * @param heartbeat monotonic time of its last heartbeat
	 * @param cpu processor time that the process has used so far
	 * @param busy requests in flight
	 * @param oldestRequest monotonic time at which the oldest request in flight began
	 * @param requests requests answered since it started
	 * @param errors those of them that were answered with a server error
	 */
	public Vitals(Instant heartbeat, Duration cpu, int busy, Optional<Instant> oldestRequest, long requests,
			long errors) {
		this(heartbeat, cpu, busy, oldestRequest, requests, errors, 0, 0, HeapAfterGc.NONE);
	}
}
