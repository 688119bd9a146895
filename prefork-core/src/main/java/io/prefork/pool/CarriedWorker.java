package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One worker of a {@link CarriedPool}. Times are monotonic.
 *
 * @param worker its identity
 * @param pid its process id
 * @param generation its generation
 * @param worn how much it has served and how large it has grown
 * @param state its state
 * @param reached the furthest state it had reached by itself
 * @param spawned when it was spawned
 * @param bootClock when what the boot timeout measures began
 * @param readySince since when it has been ready, if ever
 * @param retirement why it is to be replaced, if it is
 * @param leaving its way out, if it is on it
 * @param evidence thread dump, empty if none was taken
 * @param shuttingDown whether its JVM is shutting down, unasked
 * @param shelved whether it has been kept as a spare
 * @param vitals what was seen of it last, if anything was
 */
public record CarriedWorker(WorkerId worker, int pid, int generation, Worn worn, WorkerState state, WorkerState reached,
		Instant spawned, Instant bootClock, Optional<Instant> readySince, Optional<ExitCause> retirement,
		Optional<Leaving> leaving, String evidence, boolean shuttingDown, boolean shelved, Optional<Vitals> vitals) {

	/**
	 * How much a worker has served and how large it has grown, and the limits that were
	 * drawn for it.
	 *
	 * @param maxRequests answered requests after which it is replaced,
	 * {@link Long#MAX_VALUE} for never
	 * @param maxAge time of being ready after which it is replaced, zero for never
	 * @param resident resident memory in the last sample, in bytes
	 * @param large samples in a row in which that was too large
	 * @param heap its heap after the last collection
	 * @param full collections in a row after which that was too full
	 * @param fullSince since the first of them, or of the last one, if there was any
	 * @param fullFor time that they span
	 */
	public record Worn(long maxRequests, Duration maxAge, long resident, int large, HeapAfterGc heap, int full,
			Optional<Instant> fullSince, Duration fullFor) {
	}

	/**
	 * The way of a worker out of the pool.
	 *
	 * @param cause the cause under which it will be gone
	 * @param forced whether it is ended because of what it did
	 * @param announced whether it leaves by its own word
	 * @param graceful whether it was given time
	 * @param replaced whether its successor is there
	 * @param step the name of the present step, or empty before the first
	 * @param deadline when the next step begins, empty for at once
	 * @param ahead the steps to come
	 */
	public record Leaving(ExitCause cause, boolean forced, boolean announced, boolean graceful, boolean replaced,
			Optional<String> step, Optional<Instant> deadline, List<Ahead> ahead) {

		public Leaving {
			ahead = List.copyOf(ahead);
		}

	}

	/**
	 * A step to come.
	 *
	 * @param step its name
	 * @param patience how long it may take before the next one begins
	 */
	public record Ahead(String step, Duration patience) {
	}

}
