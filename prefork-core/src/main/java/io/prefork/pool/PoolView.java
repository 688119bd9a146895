package io.prefork.pool;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The pool at one moment, for those who show it.
 *
 * @param state the state of the whole
 * @param target workers that there should be
 * @param generation the current generation
 * @param workers the workers whose processes have not been reaped, by slot
 * @param spawned processes started so far
 * @param exits processes ended so far, by category
 * @param obituaries the last 50 exits, newest first
 * @param scale how the target comes about
 */
public record PoolView(State state, int target, int generation, List<WorkerView> workers, long spawned,
		Map<ExitCause.Category, Long> exits, List<Obituary> obituaries, ScaleView scale) {

	/**
	 * State of the whole pool.
	 */
	public enum State {

		/** No worker of the first generation has become ready yet. */
		STARTING,
		/** As many workers accept as there should be. */
		RUNNING,
		/** Fewer workers accept than there should be; more are on their way. */
		SCALING,
		/** A new generation is being rolled out. */
		RELOADING,
		/** Workers die faster than they are healthy; respawns are being delayed. */
		DEGRADED,
		/** The workers were dismissed; the master waits for a command. */
		DISMISSED,
		/** The server is stopping. */
		STOPPING

	}

	/**
	 * One worker.
	 *
	 * @param worker the worker
	 * @param pid its process id, 0 before it is known
	 * @param generation its generation
	 * @param state its state
	 * @param spawned monotonic time of its spawn
	 */
	public record WorkerView(WorkerId worker, int pid, int generation, WorkerState state, Instant spawned) {
	}

}
