package io.prefork.pool;

import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The pool at one moment, for those who show it.
 *
 * @param state the state of the whole
 * @param target workers that there should be
 * @param generation the current generation
 * @param workers the workers whose processes have not been reaped, by slot
 * @param spawned processes started so far
 * @param causes processes ended so far, by kind of cause
 * @param obituaries the last 50 exits, newest first
 * @param rollout the rollout under way, or how the last one ended, or empty if there was
 * none
 * @param rollouts rollouts so far, by how they ended
 * @param scale how the target comes about
 * @param trouble what is wrong with the pool as a whole, readable, or empty
 */
public record PoolView(State state, int target, int generation, List<WorkerView> workers, long spawned,
		Map<ExitCause.Kind, Long> causes, List<Obituary> obituaries, Optional<RolloutView> rollout,
		Map<RolloutView.Stage, Long> rollouts, ScaleView scale, String trouble) {

	/**
	 * Processes ended so far, by category.
	 * @return a number for each category
	 */
	public Map<ExitCause.Category, Long> exits() {
		Map<ExitCause.Category, Long> exits = new EnumMap<>(ExitCause.Category.class);
		for (ExitCause.Kind kind : ExitCause.Kind.values()) {
			exits.merge(kind.category(), this.causes.getOrDefault(kind, 0L), Long::sum);
		}
		return exits;
	}

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
		/**
		 * Nobody is missing, but the last rollout failed: what serves is not what was
		 * asked for, until another one succeeds. Or a worker has exited with a fatal
		 * status, and those that serve go on as long as they live.
		 */
		FROZEN,
		/**
		 * Workers die faster than they are healthy; respawns are being delayed, or have
		 * been given up.
		 */
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
