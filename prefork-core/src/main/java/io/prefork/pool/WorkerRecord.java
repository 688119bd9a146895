package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * A worker as the pool sees it. {@link #become} is the only way to another state.
 */
final class WorkerRecord {

	private final WorkerId id;

	private final int generation;

	private final Wear wear;

	private final Instant spawned;

	private final Pulse pulse = new Pulse();

	private int pid;

	private WorkerState state = WorkerState.SPAWNED;

	private WorkerState reached = WorkerState.SPAWNED;

	/**
	 * When what the boot timeout measures began, put off when the clock jumps.
	 */
	private Instant bootClock;

	private @Nullable Instant readySince;

	private @Nullable Instant gateAsked;

	private @Nullable ExitCause retirement;

	private @Nullable Departure departure;

	private String evidence = "";

	private boolean shuttingDown;

	private boolean shelved;

	/**
	 * A worker that is about to be spawned.
	 * @param id its identity
	 * @param generation its generation
	 * @param wear what it is recycled by
	 * @param now the time of its spawn
	 */
	WorkerRecord(WorkerId id, int generation, Wear wear, Instant now) {
		this.id = id;
		this.generation = generation;
		this.wear = wear;
		this.spawned = now;
		this.bootClock = now;
	}

	/**
	 * A worker that lived before this pool did.
	 */
	static WorkerRecord resume(CarriedWorker carried, Wear wear) {
		WorkerRecord worker = new WorkerRecord(carried.worker(), carried.generation(), wear, carried.spawned());
		worker.pid = carried.pid();
		worker.state = carried.state();
		worker.reached = carried.reached();
		worker.bootClock = carried.bootClock();
		worker.readySince = carried.readySince().orElse(null);
		worker.retirement = carried.retirement().orElse(null);
		worker.departure = carried.leaving().map(Departure::resume).orElse(null);
		worker.evidence = carried.evidence();
		worker.shuttingDown = carried.shuttingDown();
		worker.shelved = carried.shelved();
		carried.vitals().ifPresent(worker.pulse::resume);
		return worker;
	}

	CarriedWorker carry() {
		return new CarriedWorker(this.id, this.pid, this.generation, this.wear.carry(), this.state, this.reached,
				this.spawned, this.bootClock, Optional.ofNullable(this.readySince),
				Optional.ofNullable(this.retirement), Optional.ofNullable(this.departure).map(Departure::carry),
				this.evidence, this.shuttingDown, this.shelved, this.pulse.vitals());
	}

	/**
	 * Moves to a state that lies ahead.
	 * @return {@code false}, and nothing is changed, if it does not lie ahead: the
	 * message that tells of it is late or was doubled
	 */
	boolean become(WorkerState next, Instant now) {
		if (!this.state.mayBecome(next)) {
			return false;
		}
		if (next.isUp()) {
			// A spare has stood no test yet: it counts from when it is to accept.
			this.readySince = (this.readySince != null && next != WorkerState.READY) ? this.readySince : now;
			this.bootClock = now;
		}
		if (next.counts()) {
			this.reached = next;
		}
		this.state = next;
		return true;
	}

	/**
	 * Puts the worker on its way out; it no longer counts.
	 */
	void depart(Departure departure, Instant now) {
		if (departure.graceful() && ready()) {
			this.reached = WorkerState.DRAINING;
		}
		this.departure = departure;
		become(WorkerState.DRAINING, now);
	}

	/**
	 * Marks the worker to be sent away as soon as the pool can do without it.
	 * @param cause the cause under which it will be gone
	 */
	void retire(ExitCause cause) {
		this.retirement = cause;
	}

	/**
	 * Notes of a worker on its way out that its successor is there.
	 */
	void leavesReplaced() {
		if (this.departure != null) {
			this.departure.replaced();
		}
	}

	boolean replaced() {
		return this.departure != null && this.departure.isReplaced();
	}

	void started(int pid) {
		this.pid = pid;
	}

	void keepEvidence(String text) {
		if (this.evidence.isEmpty()) {
			this.evidence = text;
		}
	}

	/**
	 * Notes that its JVM is shutting down in an orderly way, unasked.
	 */
	void shutsDown() {
		this.shuttingDown = true;
	}

	boolean shuttingDown() {
		return this.shuttingDown;
	}

	/**
	 * Whether to ask it (again) to open its gate; if so, it counts as asked.
	 */
	boolean askForGate(Duration interval, Instant now) {
		if (this.state != WorkerState.READY
				|| (this.gateAsked != null && now.isBefore(this.gateAsked.plus(interval)))) {
			return false;
		}
		this.gateAsked = now;
		return true;
	}

	/**
	 * Gives every running deadline more time, the clock having jumped.
	 */
	void postpone(Duration gap, Instant now) {
		this.bootClock = this.bootClock.plus(gap);
		this.pulse.excuse(now);
		if (this.departure != null) {
			this.departure.postpone(gap);
		}
	}

	WorkerId id() {
		return this.id;
	}

	int generation() {
		return this.generation;
	}

	Wear wear() {
		return this.wear;
	}

	int pid() {
		return this.pid;
	}

	WorkerState state() {
		return this.state;
	}

	WorkerState reached() {
		return this.reached;
	}

	boolean counts() {
		return this.state.counts();
	}

	boolean accepting() {
		return this.state == WorkerState.ACCEPTING;
	}

	boolean isSpare() {
		return this.state == WorkerState.SPARE;
	}

	/**
	 * Whether it has a place: it accepts, or is to.
	 */
	boolean serving() {
		return this.state == WorkerState.READY || this.state == WorkerState.ACCEPTING;
	}

	/**
	 * Whether its process has ended, and what of is being looked into.
	 */
	boolean isLost() {
		return this.state == WorkerState.EXITED && this.departure == null;
	}

	/**
	 * Keeps it as a spare.
	 * @return {@code true} the first time
	 */
	boolean shelve() {
		boolean first = !this.shelved;
		this.shelved = true;
		return first;
	}

	boolean isShelved() {
		return this.shelved;
	}

	/**
	 * Whether it takes part in the race for processors that a booting JVM is.
	 */
	boolean booting() {
		return this.state.compareTo(WorkerState.SPARE) < 0;
	}

	/**
	 * Whether it has ever been ready.
	 */
	boolean ready() {
		return this.readySince != null;
	}

	/**
	 * Whether it has a place, and has had it for so long.
	 */
	boolean healthyFor(Duration time, Instant now) {
		return this.readySince != null && serving() && !now.isBefore(this.readySince.plus(time));
	}

	/**
	 * How long ago it became ready, zero if it has not.
	 */
	Duration readyFor(Instant now) {
		return (this.readySince != null) ? Duration.between(this.readySince, now) : Duration.ZERO;
	}

	Instant spawned() {
		return this.spawned;
	}

	Duration age(Instant now) {
		return Duration.between(this.spawned, now);
	}

	Duration bootingFor(Instant now) {
		return Duration.between(this.bootClock, now);
	}

	Pulse pulse() {
		return this.pulse;
	}

	@Nullable ExitCause retirement() {
		return this.retirement;
	}

	@Nullable Departure departure() {
		return this.departure;
	}

	String evidence() {
		return this.evidence;
	}

	PoolView.WorkerView view() {
		return new PoolView.WorkerView(this.id, this.pid, this.generation, this.state, this.spawned);
	}

	/**
	 * Its name in log lines: the process id is what its reader can act upon.
	 */
	@Override
	public String toString() {
		return (this.pid != 0) ? "worker " + this.id.slot() + " (pid " + this.pid + ")" : this.id.toString();
	}

}
