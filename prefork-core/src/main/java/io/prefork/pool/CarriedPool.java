package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a {@link Pool} leaves to the one that goes on in its place, in a process that has
 * the same children: all of its state that does not come back by itself within a few
 * ticks. A pool is only handed over while no rollout is under way.
 *
 * @param generation the current generation
 * @param latest the last number that was given to a generation
 * @param target workers that there should be
 * @param dismissed whether they were sent away until further notice
 * @param spawned processes started so far
 * @param workers the workers whose processes have not been reaped, oldest first
 * @param obituaries the last exits, newest first
 * @param causes processes ended so far, by kind of cause
 * @param rollout how the last rollout ended, or empty if there was none
 * @param rollouts rollouts so far, by how they ended
 * @param crashes the run of crashes
 * @param scale how the target came about
 */
public record CarriedPool(int generation, int latest, int target, boolean dismissed, long spawned,
		List<CarriedWorker> workers, List<Obituary> obituaries, Map<ExitCause.Kind, Long> causes,
		Optional<RolloutView> rollout, Map<RolloutView.Stage, Long> rollouts, Crashes crashes, Scale scale) {

	public CarriedPool {
		workers = List.copyOf(workers);
		obituaries = List.copyOf(obituaries);
		causes = Map.copyOf(causes);
		rollouts = Map.copyOf(rollouts);
	}

	/**
	 * A run of crashes, and what it delays.
	 *
	 * @param count crashes in a row
	 * @param owed places that wait
	 * @param lastSerial number of the last spawn before the last crash
	 * @param notBefore when the next place is filled
	 */
	public record Crashes(int count, int owed, long lastSerial, Optional<Instant> notBefore) {
	}

	/**
	 * How the target came about.
	 *
	 * @param floor the floor that a command has set, 0 for none
	 * @param boot how long the last boot took
	 * @param grown when workers were last added because of the load
	 * @param lastDecision what was decided last because of the load, or empty
	 * @param decisions such decisions so far
	 */
	public record Scale(int floor, Duration boot, Optional<Instant> grown, String lastDecision,
			Map<ScaleReason, Long> decisions) {

		public Scale {
			decisions = Map.copyOf(decisions);
		}

	}

}
