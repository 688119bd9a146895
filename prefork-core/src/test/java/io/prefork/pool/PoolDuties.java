package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a pool owes at any time, so that nothing is wanting for longer than it must be.
 * <ol>
 * <li>A place that is empty is filled at once, unless as many boot as may, every slot is
 * taken, a worker has failed and its place waits, no longer than the longest delay, or an
 * exit was fatal.</li>
 * <li>A worker that is up is asked each second to open its gate, or how it is; but not if
 * its generation has failed.</li>
 * <li>A worker that accepts and is well is left alone: it is told to drain, and neither
 * signalled nor taken evidence of, but by a stop. One that is silent is given its
 * timeout, and three times that if it works.</li>
 * <li>A rollout ends.</li>
 * <li>An end is announced once, whoever it was.</li>
 * </ol>
 */
final class PoolDuties {

	private static final Duration ASKED_WITHIN = Duration.ofMillis(1250);

	/**
	 * Ten minutes are the code's; the rest is for a canary and thirteen others, each of
	 * which may take two boot timeouts and a drain.
	 */
	private static final Duration LONGEST_ROLLOUT = Duration.ofMinutes(20);

	private final PoolPolicy policy;

	private final Map<WorkerId, Instant> asked = new HashMap<>();

	private PoolView before;

	private PoolView present;

	private Instant lastFailure = Instant.MIN;

	private boolean started;

	private boolean stopOrdered;

	private boolean fromNothing;

	private boolean gone;

	private int rollout;

	private Instant rolloutBegan = Instant.MIN;

	private Duration longestRollout = Duration.ZERO;

	PoolDuties(PoolPolicy policy, PoolView initial) {
		this.policy = policy;
		this.before = initial;
		this.present = initial;
	}

	void before(Event event, Instant now) {
		this.before = this.present;
		this.started |= event instanceof Event.Start;
		this.stopOrdered |= event instanceof Event.Stop;
		this.fromNothing |= this.before.state() == PoolView.State.DISMISSED
				&& (event instanceof Event.Reload || event instanceof Event.Rollback);
		this.gone = event instanceof Event.Exited || event instanceof Event.SpawnFailed;
		if (event instanceof Event.OfWorker ofWorker && fails(ofWorker)) {
			this.lastFailure = now;
		}
	}

	private boolean fails(Event.OfWorker event) {
		WorkerState state = PoolInvariants.state(this.before, event.worker());
		if (event instanceof Event.Leaving || event instanceof Event.BootFailed) {
			return state.compareTo(WorkerState.READY) < 0;
		}
		boolean ended = this.gone || event instanceof Event.Died;
		return ended && (state.counts() || state == WorkerState.EXITED);
	}

	/**
	 * Takes note of the pool as it is after the event, before its actions are checked.
	 */
	void present(PoolView view) {
		this.present = view;
	}

	void check(Action action, Map<WorkerId, SimulatedProcess> processes, Instant now) {
		if (action instanceof Action.OpenGate gate) {
			this.asked.put(gate.worker(), now);
		}
		else if (action instanceof Action.CheckHealth check) {
			this.asked.put(check.worker(), now);
		}
		else if (action instanceof Action.TakeEvidence evidence) {
			if (PoolInvariants.state(this.before, evidence.worker()).compareTo(WorkerState.ACCEPTING) < 0) {
				this.lastFailure = now;
			}
			leaveAlone(processes.get(evidence.worker()), action);
			bePatient(processes.get(evidence.worker()), evidence, now);
		}
		else if (action instanceof Action.Signal signal) {
			leaveAlone(processes.get(signal.worker()), action);
		}
	}

	private void leaveAlone(SimulatedProcess process, Action action) {
		boolean well = process.accepting && !process.hung && process.lost == 0;
		require(!well || this.stopOrdered, "a worker that is well is left alone, but: " + action);
	}

	private void bePatient(SimulatedProcess process, Action.TakeEvidence evidence, Instant now) {
		if (evidence.reason().startsWith("no heartbeat") && process.beat != null) {
			Duration least = this.policy.timeout().multipliedBy(process.working ? 3 : 1);
			require(Duration.between(process.beat, now).compareTo(least) > 0,
					"one that is silent is given time, but: " + evidence);
		}
	}

	/**
	 * Checks the pool after an event.
	 * @param now the time by the pool's clock
	 * @param lived the time without jumps of the clock
	 */
	void after(List<Action> actions, Instant now, Instant lived) {
		PoolView view = this.present;
		boolean serves = this.started && view.state() != PoolView.State.DISMISSED
				&& view.state() != PoolView.State.STOPPING;
		this.fromNothing &= view.rollout().filter((rollout) -> isTrial(rollout.stage())).isPresent();
		if (serves) {
			fillsPlaces(view, now);
			asksWhoIsUp(view, now);
		}
		endsRollout(view, lived);
		long announced = actions.stream().filter(Action.Announce.class::isInstance).count();
		require(announced == (this.gone ? 1 : 0), "each end is announced once");
	}

	private void fillsPlaces(PoolView view, Instant now) {
		int boot = PoolInvariants.count(view, WorkerState.SPAWNED) + PoolInvariants.count(view, WorkerState.BOOTING);
		int accepting = PoolInvariants.count(view, WorkerState.ACCEPTING);
		int bootsAtOnce = (2 * accepting >= view.target())
				? Math.min(this.policy.bootsAtOnce(), this.policy.staffing().bootsWhileServing())
				: this.policy.bootsAtOnce();
		// One whose end is being looked into keeps its place until that is known
		int counting = PoolInvariants.count(view,
				(worker) -> (worker.state().counts() || worker.state() == WorkerState.EXITED)
						&& !PoolInvariants.isOnTrial(worker, view));
		boolean waits = !now.isAfter(later(this.lastFailure, this.policy.backoff().maximum()));
		require(counting >= view.target() || boot >= bootsAtOnce || view.workers().size() >= this.policy.slots()
				|| waits || this.fromNothing || view.trouble().contains("which is fatal"), "an empty place is filled");
	}

	private void asksWhoIsUp(PoolView view, Instant now) {
		for (PoolView.WorkerView worker : view.workers()) {
			boolean failed = worker.generation() > view.generation() && view.rollout()
				.filter((rollout) -> !rollout.stage().isEnd() && rollout.generation() == worker.generation())
				.isEmpty();
			if (worker.state() == WorkerState.READY && !failed) {
				Instant last = this.asked.computeIfAbsent(worker.worker(), (key) -> now);
				require(!now.isAfter(last.plus(ASKED_WITHIN)), "a worker that is up is asked to open its gate");
			}
			else {
				this.asked.remove(worker.worker());
			}
		}
	}

	private void endsRollout(PoolView view, Instant lived) {
		RolloutView current = view.rollout().filter((rollout) -> !rollout.stage().isEnd()).orElse(null);
		if (current == null) {
			this.rollout = 0;
			return;
		}
		if (current.generation() != this.rollout) {
			this.rollout = current.generation();
			this.rolloutBegan = lived;
		}
		Duration age = Duration.between(this.rolloutBegan, lived);
		this.longestRollout = (age.compareTo(this.longestRollout) > 0) ? age : this.longestRollout;
		require(age.compareTo(LONGEST_ROLLOUT) < 0, "a rollout ends");
	}

	private static boolean isTrial(RolloutView.Stage stage) {
		return stage.compareTo(RolloutView.Stage.ROLLING) < 0;
	}

	private static Instant later(Instant instant, Duration by) {
		return instant.equals(Instant.MIN) ? instant : instant.plus(by);
	}

	private void require(boolean holds, String rule) {
		if (!holds) {
			throw PoolInvariants.broken(rule, this.before, this.present);
		}
	}

	Duration longestRollout() {
		return this.longestRollout;
	}

}
