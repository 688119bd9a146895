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
 * @param recycleAt answered requests at which it is recycled, {@link Long#MAX_VALUE} for
 * never
 * @param state its state
 * @param reached the furthest state it had reached by itself
 * @param spawned when it was spawned
 * @param bootClock when what the boot timeout measures began
 * @param readySince since when it has been ready, if ever
 * @param retirement why it is to be replaced, if it is
 * @param leaving its way out, if it is on it
 * @param evidence thread dump, empty if none was taken
 * @param shuttingDown whether its JVM is shutting down, unasked
 */
public record CarriedWorker(WorkerId worker, int pid, int generation, long recycleAt, WorkerState state,
		WorkerState reached, Instant spawned, Instant bootClock, Optional<Instant> readySince,
		Optional<ExitCause> retirement, Optional<Leaving> leaving, String evidence, boolean shuttingDown) {

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
