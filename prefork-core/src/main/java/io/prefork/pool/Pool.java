package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/**
 * The decision core: takes events in and says what is to be done. It is deterministic:
 * the same events at the same times, and the same random numbers, lead to the same
 * actions. Not safe for use by several threads.
 * <p>
 * Messages of workers may be lost, doubled, late or out of order; what does not lead
 * forward is ignored. {@link Event.Spawned}, {@link Event.SpawnFailed} and
 * {@link Event.Exited} come from the master itself and must be told exactly once.
 * Deadlines are looked at on {@link Event.Tick}.
 */
public final class Pool {

	/**
	 * Exit status of a master whose first workers could not boot, or whose last worker is
	 * gone after a fatal exit status.
	 */
	private static final int BOOT = 3;

	/**
	 * Exit status of a master whose application could not start.
	 */
	private static final int APPLICATION = 4;

	private final Orders orders = new Orders();

	private final Obituaries obituaries = new Obituaries();

	private final Roster roster;

	private final Departures departures;

	private final Rollouts rollouts;

	private final Staffing staffing;

	private final Elasticity elasticity;

	private final Supervision supervision;

	private final Shutdown shutdown;

	private final StuckWorkers stuck;

	private final Commands commands;

	private final ExitReport exits = new ExitReport(this.orders);

	private final Heritage heritage;

	private Instant latest = Instant.MIN;

	private boolean served;

	private boolean over;

	/**
	 * Creates a pool without workers, which waits for {@link Event.Start}.
	 * @param policy its rules
	 * @param random where the jitter of limits comes from
	 */
	public Pool(PoolPolicy policy, RandomGenerator random) {
		this.roster = new Roster(policy.slots());
		this.departures = new Departures(policy.gracefulTimeout(), this.roster, this.orders);
		this.rollouts = new Rollouts(policy.rollout(), this.roster, this.orders);
		this.staffing = new Staffing(policy, random, this.roster, this.departures, this.rollouts, this.orders);
		this.elasticity = new Elasticity(policy.scale(), this.roster, this.staffing, this.orders);
		this.supervision = new Supervision(policy);
		this.shutdown = new Shutdown(policy.gracefulTimeout(), this.roster, this.departures, this.orders);
		this.stuck = new StuckWorkers(this.supervision, this.rollouts, this.departures, this.shutdown);
		this.commands = new Commands(this.elasticity, this.roster, this.staffing, this.rollouts, this.shutdown,
				this.orders);
		this.heritage = new Heritage(this.roster, this.staffing, this.rollouts, this.obituaries, this.elasticity,
				this.supervision);
	}

	/**
	 * Creates a pool that goes on where another one stopped, with its workers.
	 * @param policy its rules, which may be others than before; a target beyond the
	 * maximum is brought down to that
	 * @param random where the jitter of limits comes from
	 * @param carried what the other one left
	 * @return the pool, which needs no {@link Event.Start}
	 */
	public static Pool resume(PoolPolicy policy, RandomGenerator random, CarriedPool carried) {
		Pool pool = new Pool(policy, random);
		pool.heritage.take(carried);
		pool.served = pool.roster.accepting() > 0;
		return pool;
	}

	/**
	 * Why this pool cannot be handed over now.
	 * @return one clause, or empty if it can
	 */
	public Optional<String> obstacle() {
		return this.shutdown.underWay() ? Optional.of("the server is stopping") : this.heritage.obstacle();
	}

	/**
	 * Whether something is half done that is over in a moment: a process is being
	 * started, or what one has ended of is being looked into.
	 * @return whether to wait with handing over
	 */
	public boolean isMidway() {
		return this.heritage.isMidway();
	}

	/**
	 * What the pool leaves to one that goes on in its place. No event must be told to
	 * this one afterwards, unless nothing comes of it.
	 * @return its state, of use only if it is not {@linkplain #isMidway() midway}
	 * @throws IllegalStateException if there is an {@linkplain #obstacle() obstacle}
	 */
	public CarriedPool carry() {
		obstacle().ifPresent((obstacle) -> {
			throw new IllegalStateException(obstacle);
		});
		return this.heritage.leave();
	}

	/**
	 * Takes an event in and says what is to be done.
	 * @param event what happened
	 * @param now monotonic time of the event, never before that of the event before; an
	 * earlier time is taken for that of the event before
	 * @return what to do, in order; empty after {@link Action.Terminate}
	 */
	public List<Action> on(Event event, Instant now) {
		if (this.over) {
			return List.of();
		}
		this.latest = now.isBefore(this.latest) ? this.latest : now;
		this.rollouts.at(this.latest);
		take(event, this.latest);
		this.staffing.staff(this.latest);
		watchService();
		if (this.staffing.isHopeless()) {
			this.staffing.close();
			this.shutdown.fail(BOOT, this.staffing.trouble(), this.latest);
		}
		this.shutdown.verdict().ifPresent((terminate) -> {
			this.orders.add(terminate);
			this.over = true;
		});
		return this.orders.take();
	}

	/**
	 * The pool as it is after the last event.
	 * @return a snapshot
	 */
	public PoolView view() {
		return new PoolView(this.staffing.state(), this.staffing.target(), this.rollouts.generation(),
				this.roster.view(), this.roster.spawned(), this.obituaries.counts(), this.obituaries.last(),
				this.rollouts.view(), this.rollouts.verdicts().counts(), this.elasticity.view(),
				this.staffing.trouble());
	}

	private void take(Event event, Instant now) {
		if (event instanceof Event.OfWorker ofWorker) {
			WorkerRecord worker = this.roster.find(ofWorker.worker());
			if (worker != null) {
				take(worker, ofWorker, now);
			}
		}
		else if (event instanceof Event.Command command) {
			this.commands.take(command, now);
		}
		else if (event instanceof Event.Tick tick) {
			tick(tick, now);
		}
		else if (event instanceof Event.Start) {
			this.staffing.start();
		}
		else if (event instanceof Event.Measured measured) {
			this.staffing.measured(measured.resident());
		}
		else if (event instanceof Event.Prepared prepared) {
			this.rollouts.prepared(prepared.generation());
		}
		else if (event instanceof Event.PrepareFailed failed) {
			this.rollouts.prepareFailed(failed.generation(), failed.reason());
		}
		else if (event instanceof Event.Dismiss) {
			this.commands.dismiss(now);
		}
		else if (event instanceof Event.Stop stop) {
			this.commands.stop(stop.quick(), now);
		}
		else if (event instanceof Event.QueuesEmpty) {
			this.shutdown.queuesEmpty(now);
		}
	}

	private void take(WorkerRecord worker, Event.OfWorker event, Instant now) {
		if (event instanceof Event.Spawned spawned) {
			spawned(worker, spawned.pid(), now);
		}
		else if (event instanceof Event.SpawnFailed failed) {
			gone(worker, new ExitCause.BootFailure(false, "could not be started: " + failed.reason()),
					new Event.Exited(failed.worker(), OptionalInt.empty(), "", ""), now);
		}
		else if (event instanceof Event.Connected) {
			worker.become(WorkerState.BOOTING, now);
		}
		else if (event instanceof Event.Ready) {
			ready(worker, this.rollouts.onTrial(worker) ? WorkerState.READY : WorkerState.SPARE, now);
		}
		else if (event instanceof Event.Accepting) {
			if (ready(worker, WorkerState.ACCEPTING, now)) {
				this.orders
					.info(worker + " is accepting, " + DurationText.of(worker.age(now)) + " after it was started");
			}
		}
		else if (event instanceof Event.Health health) {
			this.rollouts.health(worker, health.ailment());
		}
		else if (event instanceof Event.Deadlocked found) {
			this.stuck.deadlocked(worker, found, now);
		}
		else if (event instanceof Event.Leaving leaving) {
			leaving(worker, leaving.reason(), now);
		}
		else if (event instanceof Event.ShuttingDown) {
			worker.shutsDown();
		}
		else if (event instanceof Event.BootFailed failed) {
			bootFailed(worker, failed.reason(), now);
		}
		else if (event instanceof Event.EvidenceTaken taken) {
			this.departures.evidence(worker, taken.text(), now);
		}
		else if (event instanceof Event.Died) {
			died(worker, now);
		}
		else if (event instanceof Event.Exited exited) {
			gone(worker, CauseOfDeath.of(worker, exited), exited, now);
		}
	}

	private void spawned(WorkerRecord worker, int pid, Instant now) {
		if (worker.pid() == 0) {
			worker.started(pid);
			this.orders.info(worker + " was started, generation " + worker.generation());
			this.departures.proceed(worker, now);
		}
	}

	private boolean ready(WorkerRecord worker, WorkerState state, Instant now) {
		if (worker.booting()) {
			this.elasticity.booted(worker.age(now));
		}
		boolean news = worker.become(state, now);
		if (news) {
			this.staffing.proven();
		}
		return news;
	}

	private void leaving(WorkerRecord worker, String reason, Instant now) {
		if (worker.counts() || worker.isLost()) {
			this.departures.announced(worker, reason, now);
			this.shutdown.bound(worker);
			if (!worker.ready()) {
				failed(worker, new ExitCause.BootFailure(false, "left (" + reason + ") before it was ready"), now);
			}
		}
	}

	private void bootFailed(WorkerRecord worker, String reason, Instant now) {
		if (worker.booting()) {
			ExitCause.BootFailure cause = new ExitCause.BootFailure(true, reason);
			this.departures.bootFailed(worker, cause, now);
			failed(worker, cause, now);
		}
	}

	private void tick(Event.Tick tick, Instant now) {
		Duration gap = this.supervision.jump(now);
		if (!gap.isZero()) {
			this.supervision.report(gap, this.orders);
			this.roster.all().forEach((worker) -> worker.postpone(gap, now));
			this.rollouts.postpone(gap);
			this.shutdown.postpone(gap);
			this.elasticity.pause();
		}
		tick.vitals().forEach((id, vitals) -> {
			WorkerRecord worker = this.roster.find(id);
			if (worker != null) {
				this.supervision.sample(worker, vitals, now);
				worker.wear().collected(vitals.heap(), now);
			}
		});
		if (gap.isZero()) {
			this.roster.all().forEach((worker) -> judge(worker, now));
			this.rollouts.judge();
			this.staffing.recycle(now);
			this.departures.proceed(now);
			this.elasticity.tick(tick.surroundings(), now);
			this.shutdown.tick(now);
		}
	}

	private void judge(WorkerRecord worker, Instant now) {
		Optional<ExitCause> cause = this.supervision.judge(worker, now);
		if (cause.isPresent() && cause.get() instanceof ExitCause.RequestTimeout timeout) {
			this.stuck.timedOut(worker, timeout, now);
		}
		else if (cause.isPresent()) {
			this.departures.condemn(worker, cause.get(), now);
			if (cause.get().category() == ExitCause.Category.BOOT) {
				failed(worker, cause.get(), now);
			}
			else {
				this.staffing.hung(worker, now);
			}
		}
	}

	/**
	 * A worker has crashed or cannot boot: the end of a server that never served, else a
	 * delayed respawn.
	 */
	private void failed(WorkerRecord worker, ExitCause cause, Instant now) {
		if (this.shutdown.underWay()) {
			return;
		}
		if (this.staffing.everReady()) {
			this.staffing.crashed(worker, now);
			return;
		}
		this.staffing.close();
		this.rollouts.cancel("no worker could boot");
		int status = (cause instanceof ExitCause.BootFailure failure && failure.application()) ? APPLICATION : BOOT;
		this.shutdown.fail(worker, status, worker + ": " + cause.describe(), now);
	}

	/**
	 * The place of a worker that served is empty from now on. What is said of one that
	 * boots or leaves may still be on its way, and matters.
	 */
	private void died(WorkerRecord worker, Instant now) {
		if (worker.state().isUp()) {
			worker.become(WorkerState.EXITED, now);
		}
	}

	private void gone(WorkerRecord worker, ExitCause cause, Event.Exited exited, Instant now) {
		boolean unexpected = worker.departure() == null;
		String output = exited.output();
		this.roster.remove(worker);
		worker.become(WorkerState.EXITED, now);
		Obituary obituary = this.obituaries.add(worker, cause, exited.found(), now);
		this.orders.add(new Action.Announce(obituary));
		if (unexpected) {
			failed(worker, cause, now);
		}
		boolean blamed = this.shutdown.blames(worker, output);
		boolean fatal = this.staffing.isFatal(cause, exited.code());
		boolean told = this.rollouts.ended(worker, cause, fatal, output, exited.found().output()) || blamed;
		if (fatal && !told && !this.shutdown.underWay()) {
			this.staffing.giveUp(worker, exited.code().orElseThrow());
		}
		String next = this.shutdown.underWay() ? "; workers left: " + this.roster.living() : this.staffing.outlook(now);
		// What ends the server is told once, by the master as it ends.
		this.exits.add(worker, blamed ? "" : ": " + cause.describe(), obituary, next, told ? "" : output);
	}

	/**
	 * Raises the alarm when the last accepting worker is lost.
	 */
	private void watchService() {
		boolean serves = this.roster.count((worker) -> worker.accepting() || this.rollouts.isOpening(worker)) > 0;
		if (this.served && !serves && this.staffing.serves()) {
			this.orders.error(
					"no worker accepts; " + this.roster.booting() + " booting, connections wait in the accept queue");
		}
		this.served = serves;
	}

}
