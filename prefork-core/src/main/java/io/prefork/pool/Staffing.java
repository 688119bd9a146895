package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/**
 * Brings the workers that there are in line with those that there should be. It looks at
 * the state and not at what led to it: lost messages and coinciding commands need no
 * rules of their own.
 */
final class Staffing {

	private static final Duration GATE_INTERVAL = Duration.ofSeconds(1);

	private final PoolPolicy policy;

	private final Roster roster;

	private final Departures departures;

	private final Respawn respawn;

	private final Rollouts rollouts;

	private final Replacements replacements;

	private final Spares spares;

	private final Recycling recycling;

	private final Orders orders;

	private int target;

	private Mode mode = Mode.WAITING;

	private boolean everReady;

	private boolean fromNothing;

	Staffing(PoolPolicy policy, RandomGenerator random, Roster roster, Departures departures, Rollouts rollouts,
			Orders orders) {
		this.policy = policy;
		this.roster = roster;
		this.departures = departures;
		this.rollouts = rollouts;
		this.orders = orders;
		this.replacements = new Replacements(policy, roster, departures, rollouts);
		this.spares = new Spares(policy.staffing().spares(), roster, departures, rollouts, orders);
		this.recycling = new Recycling(policy.recycling(), random, roster, orders);
		this.respawn = new Respawn(policy.backoff(), policy.staffing().respawn(), orders);
		this.target = policy.workers();
	}

	/**
	 * Does what the present state asks for.
	 */
	void staff(Instant now) {
		if (this.mode != Mode.SERVING) {
			return;
		}
		this.respawn.observe(this.roster, now);
		if (this.rollouts.advance()) {
			this.respawn.reset();
		}
		this.replacements.retire(this.target, now);
		this.spares.promote(this.target, places(), now);
		sendWithoutPlace(now);
		this.rollouts.finish(this.target);
		if (this.everReady) {
			this.rollouts.begin(this.fromNothing);
		}
		this.fromNothing = false;
		this.spares.clear(now);
		sendBooting(now);
		spawn(now);
		openGates(now);
	}

	/**
	 * Places for workers that serve, but for a canary.
	 */
	private int places() {
		Rollout rollout = this.rollouts.current();
		int surge = this.replacements.surge(this.target);
		return (rollout != null && rollout.holdsRespawns()) ? surge : this.target + surge;
	}

	/**
	 * Processes that there should be and are not.
	 */
	private int missing() {
		Rollout rollout = this.rollouts.current();
		int canary = (rollout != null && rollout.hasTrial()) ? 1 : 0;
		return places() + canary + this.spares.number() - this.roster.countingOrLost();
	}

	private void sendWithoutPlace(Instant now) {
		List<WorkerRecord> serving = this.roster.those((worker) -> worker.serving() && !this.rollouts.onTrial(worker));
		send(serving, serving.size() - places(), now);
	}

	private void sendBooting(Instant now) {
		send(this.roster.those((worker) -> worker.booting() && !this.rollouts.onTrial(worker)), -missing(), now);
	}

	private void send(List<WorkerRecord> candidates, int surplus, Instant now) {
		candidates.stream()
			.sorted(new LeastLoss((worker) -> this.replacements.cause(worker, this.target).isPresent()))
			.limit(Math.max(0, surplus))
			.toList()
			.forEach((victim) -> this.departures.send(victim, new ExitCause.Voluntary("scale-down"), now));
	}

	private void spawn(Instant now) {
		int missing = missing();
		this.respawn.settle(missing);
		while (missing > 0 && this.roster.booting() < bootsAtOnce() && !this.roster.full()) {
			Rollout rollout = this.rollouts.current();
			if (rollout != null && rollout.wantsCanary()) {
				this.rollouts.send(spawn(rollout.generation(), now));
			}
			else if (!this.respawn.hasGivenUp() && this.respawn.delay(missing, now).isZero()) {
				spawn(this.rollouts.serving(), now);
			}
			else {
				return;
			}
			missing--;
			this.respawn.settle(missing);
		}
	}

	/**
	 * Those that serve are not to be starved by those that boot, unless they are so few
	 * that to be more is what they need.
	 */
	private int bootsAtOnce() {
		boolean served = 2 * this.roster.accepting() >= this.target;
		return served ? Math.min(this.policy.bootsAtOnce(), this.policy.staffing().bootsWhileServing())
				: this.policy.bootsAtOnce();
	}

	private WorkerRecord spawn(int generation, Instant now) {
		WorkerRecord worker = this.roster.add(this.respawn.slot(this.roster, now), generation, this.recycling.draw(),
				now);
		this.orders.add(new Action.Spawn(worker.id(), generation));
		return worker;
	}

	private void openGates(Instant now) {
		for (WorkerRecord worker : this.roster.all()) {
			if (this.rollouts.mayAccept(worker) && worker.askForGate(GATE_INTERVAL, now)) {
				this.orders.add(new Action.OpenGate(worker.id()));
			}
		}
	}

	/**
	 * Marks workers that have reached a limit.
	 */
	void recycle(Instant now) {
		if (this.mode == Mode.SERVING) {
			this.recycling.mark(this.replacements.recyclable(this.target), now);
		}
	}

	/**
	 * Takes note of samples of resident memory.
	 */
	void measured(Map<WorkerId, Long> resident) {
		this.recycling.measured(resident);
	}

	/**
	 * A worker has crashed or failed to boot, and leaves a place to be filled after a
	 * delay.
	 */
	void crashed(WorkerRecord worker, Instant now) {
		if (!this.rollouts.onTrial(worker)) {
			this.respawn.crashed(worker, this.roster.spawned(), now);
		}
	}

	/**
	 * A worker is ended because it hangs.
	 */
	void hung(WorkerRecord worker, Instant now) {
		if (!this.rollouts.onTrial(worker)) {
			this.respawn.hung(worker, now);
		}
	}

	/**
	 * Whether an end says that every worker of its generation would do the same.
	 */
	boolean isFatal(ExitCause cause, OptionalInt code) {
		return this.policy.staffing().respawn().isFatal(cause, code);
	}

	/**
	 * A worker has exited with a fatal status, and no rollout takes the blame: no more of
	 * its kind are started.
	 */
	void giveUp(WorkerRecord worker, int code) {
		if (worker.generation() == this.rollouts.serving()) {
			this.respawn.giveUp(worker + " has exited with status " + code
					+ ", which is fatal: no worker is started until a reload or a rollback");
			this.orders.error(
					this.respawn.trouble() + "; the pool goes on with " + CountText.workers(this.roster.accepting()));
		}
	}

	/**
	 * Whether there is no worker, nor will there be one.
	 */
	boolean isHopeless() {
		return this.mode == Mode.SERVING && this.respawn.hasGivenUp() && this.roster.living() == 0
				&& this.rollouts.current() == null;
	}

	/**
	 * What is wrong with the pool as a whole, readable, or empty.
	 */
	String trouble() {
		return this.respawn.trouble();
	}

	/**
	 * Workers that have been asked for and are not up yet.
	 */
	int starting() {
		return this.target + this.spares.number() - this.roster.count((worker) -> worker.state().isUp());
	}

	/**
	 * What will be done about a missing worker, for a log line.
	 * @return a clause, or empty if there is nothing to be done
	 */
	String outlook(Instant now) {
		int missing = (this.mode == Mode.SERVING) ? missing() : 0;
		if (missing <= 0 || this.respawn.hasGivenUp()) {
			return "";
		}
		this.respawn.settle(missing);
		Duration delay = this.respawn.delay(missing, now);
		return delay.isZero() ? "; respawning" : "; respawning in " + DurationText.of(delay);
	}

	void start() {
		if (this.mode == Mode.WAITING) {
			this.mode = Mode.SERVING;
		}
	}

	/**
	 * Goes on with a pool that has served before.
	 */
	void resume(CarriedPool carried) {
		this.roster.resume(carried, this.recycling::resume);
		this.target = Math.min(carried.target(), this.policy.scale().maximum());
		this.mode = carried.dismissed() ? Mode.DISMISSED : Mode.SERVING;
		this.everReady = true;
		this.respawn.resume(carried.crashes(), this.policy.slots());
	}

	CarriedPool.Crashes crashes() {
		return this.respawn.carry();
	}

	/**
	 * Whether there should be workers.
	 */
	boolean serves() {
		return this.mode == Mode.SERVING;
	}

	/**
	 * Whether the number of workers is what the target says it is, and nothing else.
	 */
	boolean settled() {
		return this.mode == Mode.SERVING && this.everReady && this.rollouts.current() == null;
	}

	/**
	 * Whether workers crash one after the other.
	 */
	boolean crashing() {
		return this.respawn.looping();
	}

	/**
	 * Sends all workers away; the target is remembered.
	 */
	void dismiss(Instant now) {
		this.mode = Mode.DISMISSED;
		for (WorkerRecord worker : this.roster.those(WorkerRecord::counts)) {
			this.departures.send(worker, new ExitCause.Voluntary("dismissed"), now);
		}
	}

	/**
	 * No worker will be spawned any more.
	 */
	void close() {
		this.mode = Mode.CLOSED;
	}

	/**
	 * Sets the target, and takes dismissed workers back.
	 */
	void target(int workers) {
		this.target = workers;
		if (this.mode == Mode.DISMISSED) {
			this.mode = Mode.SERVING;
		}
	}

	/**
	 * Asks for a rollout. If the workers were dismissed, only its canary comes back
	 * before the verdict.
	 */
	void reload(long ticket) {
		this.fromNothing = this.mode == Mode.DISMISSED;
		target(this.target);
		this.rollouts.request(ticket);
	}

	/**
	 * Asks for a rollout of the code of before.
	 */
	void rollback(long ticket) {
		this.fromNothing = this.mode == Mode.DISMISSED;
		target(this.target);
		this.rollouts.rollback(ticket);
	}

	int target() {
		return this.target;
	}

	/**
	 * A worker is ready. The first one proves the first generation.
	 */
	void proven() {
		if (!this.everReady) {
			this.everReady = true;
			this.orders.add(new Action.Used(this.rollouts.generation()));
		}
	}

	boolean everReady() {
		return this.everReady;
	}

	PoolView.State state() {
		return switch (this.mode) {
			case CLOSED -> PoolView.State.STOPPING;
			case DISMISSED -> PoolView.State.DISMISSED;
			case WAITING, SERVING -> serving();
		};
	}

	private PoolView.State serving() {
		if (!this.everReady) {
			return PoolView.State.STARTING;
		}
		if (this.rollouts.current() != null) {
			return PoolView.State.RELOADING;
		}
		boolean whole = this.roster.accepting() >= this.target;
		if (this.respawn.troubled(whole)) {
			return PoolView.State.DEGRADED;
		}
		if (whole && (this.rollouts.verdicts().frozen() || this.respawn.hasGivenUp())) {
			return PoolView.State.FROZEN;
		}
		return whole ? PoolView.State.RUNNING : PoolView.State.SCALING;
	}

	private enum Mode {

		/** Not yet started. */
		WAITING,
		/** As many workers as the target says. */
		SERVING,
		/** No workers until further notice. */
		DISMISSED,
		/** No new workers, ever. */
		CLOSED

	}

}
