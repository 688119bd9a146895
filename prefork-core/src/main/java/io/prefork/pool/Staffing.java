package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Brings the workers that there are in line with those that there should be. It looks at
 * the state and not at what led to it: lost messages and coinciding commands need no
 * rules of their own.
 */
final class Staffing {

	private static final Duration GATE_INTERVAL = Duration.ofSeconds(1);

	private final PoolPolicy policy;

	private final RandomGenerator random;

	private final Roster roster;

	private final Departures departures;

	private final Respawn respawn;

	private final Rollouts rollouts;

	private final Replacements replacements;

	private final Orders orders;

	private int target;

	private Mode mode = Mode.WAITING;

	private boolean everReady;

	private boolean fromNothing;

	Staffing(PoolPolicy policy, RandomGenerator random, Roster roster, Departures departures, Rollouts rollouts,
			Orders orders) {
		this.policy = policy;
		this.random = random;
		this.roster = roster;
		this.departures = departures;
		this.rollouts = rollouts;
		this.orders = orders;
		this.replacements = new Replacements(policy, roster, departures, rollouts);
		this.respawn = new Respawn(policy.backoff());
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
		sendSurplus(now);
		this.rollouts.finish(this.target);
		if (this.everReady) {
			this.rollouts.begin(this.fromNothing);
		}
		this.fromNothing = false;
		spawn(now);
		openGates(now);
	}

	private int needed() {
		Rollout rollout = this.rollouts.current();
		int surge = this.replacements.surge(this.target);
		return (rollout != null && rollout.holdsRespawns()) ? surge : this.target + surge;
	}

	private void sendSurplus(Instant now) {
		int surplus = this.roster.counting() - needed();
		if (surplus <= 0) {
			return;
		}
		Rollout rollout = this.rollouts.current();
		List<WorkerRecord> victims = this.roster
			.those((worker) -> worker.counts() && (rollout == null || !rollout.dependsOn(worker)))
			.stream()
			.sorted(new LeastLoss((worker) -> this.replacements.cause(worker).isPresent()))
			.limit(surplus)
			.toList();
		for (WorkerRecord victim : victims) {
			this.departures.send(victim, new ExitCause.Voluntary("scale-down"), now);
		}
	}

	private void spawn(Instant now) {
		int missing = needed() - this.roster.counting();
		this.respawn.settle(missing);
		while (missing > 0 && this.roster.booting() < this.policy.bootsAtOnce() && !this.roster.full()) {
			Rollout rollout = this.rollouts.current();
			if (rollout != null && rollout.wantsCanary()) {
				this.rollouts.send(spawn(rollout.generation(), now));
			}
			else if (this.respawn.delay(missing, now).isZero()) {
				spawn(this.rollouts.serving(), now);
			}
			else {
				return;
			}
			missing--;
			this.respawn.settle(missing);
		}
	}

	private WorkerRecord spawn(int generation, Instant now) {
		WorkerRecord worker = this.roster.add(generation, recycleAt(), now);
		this.orders.add(new Action.Spawn(worker.id(), generation));
		return worker;
	}

	private long recycleAt() {
		if (this.policy.maxRequests() == 0) {
			return Long.MAX_VALUE;
		}
		return this.policy.maxRequests() + this.random.nextLong(this.policy.maxRequestsJitter() + 1);
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
	void recycle() {
		if (this.mode == Mode.SERVING) {
			this.replacements.recycle(this.target);
		}
	}

	/**
	 * A worker has crashed or failed to boot, and leaves a place to be filled after a
	 * delay.
	 */
	void crashed(WorkerRecord worker, Instant now) {
		Rollout rollout = this.rollouts.current();
		if (rollout == null || !rollout.dependsOn(worker)) {
			this.respawn.crashed(this.roster.spawned(), now);
		}
	}

	/**
	 * What will be done about a missing worker, for a log line.
	 * @return a clause, or empty if there is nothing to be done
	 */
	String outlook(Instant now) {
		int missing = (this.mode == Mode.SERVING) ? needed() - this.roster.counting() : 0;
		if (missing <= 0) {
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
		this.target = Math.min(carried.target(), this.policy.scale().maximum());
		this.mode = carried.dismissed() ? Mode.DISMISSED : Mode.SERVING;
		this.everReady = true;
		this.respawn.resume(carried.crashes());
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
		if (!whole && this.respawn.troubled()) {
			return PoolView.State.DEGRADED;
		}
		if (this.rollouts.verdicts().frozen()) {
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
