package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a {@link Pool} leaves to the one that goes on in its place, in a process that has
 * the same children: all of its state that does not come back by itself within a few
 * ticks. A pool is only handed over while no rollout is under way. Times are monotonic.
 *
 * @param target workers that there should be
 * @param dismissed whether they were sent away until further notice
 * @param spawned processes started so far
 * @param lastTick when time was last seen to pass, by which a jump of the clock is known
 * @param workers the workers whose processes have not been reaped, oldest first
 * @param rollouts generations, and how rollouts ended
 * @param exits the processes that have ended
 * @param crashes what crashes have left behind
 * @param scale how the target came about
 */
public record CarriedPool(int target, boolean dismissed, long spawned, Optional<Instant> lastTick,
		List<CarriedWorker> workers, Rollouts rollouts, Exits exits, Crashes crashes, Scale scale) {

	public CarriedPool {
		workers = List.copyOf(workers);
	}

	/**
	 * Generations, and how rollouts ended.
	 *
	 * @param generation the current generation
	 * @param latest the last number that was given to a generation
	 * @param last how the last rollout ended, or empty if there was none
	 * @param ends rollouts so far, by how they ended
	 * @param blamed the worker whose last output still belongs to the last verdict, or
	 * empty
	 */
	public record Rollouts(int generation, int latest, Optional<RolloutView> last, Map<RolloutView.Stage, Long> ends,
			Optional<WorkerId> blamed) {

		public Rollouts {
			ends = Map.copyOf(ends);
		}

	}

	/**
	 * Processes that have ended.
	 *
	 * @param last the last ones, newest first
	 * @param causes all of them, by kind of cause
	 */
	public record Exits(List<Obituary> last, Map<ExitCause.Kind, Long> causes) {

		public Exits {
			last = List.copyOf(last);
			causes = Map.copyOf(causes);
		}

	}

	/**
	 * What crashes have left behind.
	 *
	 * @param places places in which there were crashes, by slot
	 * @param exits unexpected exits of the whole pool within the window, oldest first
	 * @param givenUp why no place is filled any more, or empty
	 */
	public record Crashes(Map<Integer, Place> places, List<Instant> exits, String givenUp) {

		public Crashes {
			places = Map.copyOf(places);
			exits = List.copyOf(exits);
		}

	}

	/**
	 * A place in which there were crashes.
	 *
	 * @param crashes crashes in a row
	 * @param owed whether it is to be filled again
	 * @param lastSerial number of the last spawn before the last crash
	 * @param notBefore when it is filled again, if it has ever been empty
	 * @param exits unexpected exits within the window, oldest first
	 */
	public record Place(int crashes, boolean owed, long lastSerial, Optional<Instant> notBefore, List<Instant> exits) {

		public Place {
			exits = List.copyOf(exits);
		}

	}

	/**
	 * How the target came about.
	 *
	 * @param floor the floor that a command has set, 0 for none
	 * @param boot how long the last boot took
	 * @param grown when workers were last added because of the load
	 * @param lastDecision what was decided last because of the load, or empty
	 * @param decisions such decisions so far
	 * @param refusal what could not be had last, or empty
	 */
	public record Scale(int floor, Duration boot, Optional<Instant> grown, String lastDecision,
			Map<ScaleReason, Long> decisions, Optional<Refusal> refusal) {

		public Scale {
			decisions = Map.copyOf(decisions);
		}

	}

	/**
	 * That more workers were wanted and could not be had.
	 *
	 * @param reason why
	 * @param repeat when that is said again if it lasts
	 */
	public record Refusal(ScaleReason reason, Instant repeat) {
	}

}
