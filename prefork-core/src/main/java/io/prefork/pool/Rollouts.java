package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * The rollout under way, the ones that wait for it, and the numbers of generations. A
 * number is never used for two attempts: code is kept under it.
 * <p>
 * A generation becomes the pool's when a rollout has ended with it. So if one fails
 * half-way nothing is undone: its workers are {@linkplain #outdated outdated}, like those
 * of an old generation otherwise, and are replaced in the same way.
 */
final class Rollouts {

	private static final String ROLLBACK = "a rollback was asked for";

	private final RolloutPolicy policy;

	private final Roster roster;

	private final Orders orders;

	private final Verdicts verdicts = new Verdicts();

	private final List<Long> waiting = new ArrayList<>();

	private Action.Prepare.Code wanted = Action.Prepare.Code.CURRENT;

	private @Nullable Rollout current;

	private @Nullable WorkerRecord blamed;

	private int generation = 1;

	private int latest = 1;

	private Instant now = Instant.MIN;

	Rollouts(RolloutPolicy policy, Roster roster, Orders orders) {
		this.policy = policy;
		this.roster = roster;
		this.orders = orders;
	}

	/**
	 * Goes on with the numbers and verdicts of before.
	 */
	void resume(CarriedPool.Rollouts carried) {
		this.generation = carried.generation();
		this.latest = carried.latest();
		this.verdicts.resume(carried.last(), carried.ends());
		this.blamed = carried.blamed().map(this.roster::find).orElse(null);
	}

	CarriedPool.Rollouts carry() {
		return new CarriedPool.Rollouts(this.generation, this.latest, this.verdicts.last(), this.verdicts.counts(),
				Optional.ofNullable(this.blamed).map(WorkerRecord::id));
	}

	/**
	 * Whether a rollout is under way, or waits to begin.
	 */
	boolean pending() {
		return this.current != null || !this.waiting.isEmpty();
	}

	/**
	 * Takes note of the time; the end of a rollout tells how long it took.
	 */
	void at(Instant now) {
		this.now = now;
	}

	/**
	 * Asks for a reload. At most one waits; further requests join it.
	 */
	void request(long ticket) {
		boolean first = this.waiting.isEmpty();
		if (first || ticket != 0) {
			this.waiting.add(ticket);
		}
		if (first && this.current != null) {
			this.orders.info("another reload was asked for; it follows the " + this.current.name() + " to generation "
					+ this.current.generation() + " that is under way");
		}
	}

	/**
	 * Asks for a rollback. That takes back the last reload, be it under way: then that
	 * ends, and what served before goes on. A second one joins the first instead of
	 * taking it back. Reloads that wait are refused in any case: the last word counts.
	 */
	void rollback(long ticket) {
		Rollout rollout = this.current;
		if (rollout != null && rollout.isRollback()) {
			rollout.join(ticket);
			if (!this.waiting.isEmpty()) {
				this.orders.info("a rollback was asked for again: the reload that waits for its end is given up");
				refuseWaiting(ROLLBACK);
			}
			return;
		}
		if (rollout != null) {
			this.orders.info("a rollback was asked for: the reload to generation " + rollout.generation()
					+ " is given up, generation " + this.generation + " goes on");
			cancel(ROLLBACK);
			this.orders.reply(ticket, new Answer.Reloaded(this.generation, Duration.ZERO));
			return;
		}
		this.waiting.add(ticket);
		this.wanted = Action.Prepare.Code.PREVIOUS;
	}

	/**
	 * Begins the rollout that waits, if none is under way.
	 * @param fromNothing whether there is no older worker to go on with
	 */
	void begin(boolean fromNothing) {
		if (this.current != null || this.waiting.isEmpty()) {
			return;
		}
		this.latest++;
		this.blamed = null;
		this.current = new Rollout(this.latest, this.wanted, this.waiting, fromNothing, this.now);
		this.waiting.clear();
		this.wanted = Action.Prepare.Code.CURRENT;
		this.orders.info("the code of generation " + this.latest + " is made ready for a " + this.current.name());
		this.orders.add(new Action.Prepare(this.latest, this.current.code()));
	}

	/**
	 * The code of a generation is ready.
	 */
	void prepared(int generation) {
		Rollout rollout = this.current;
		if (rollout != null && rollout.generation() == generation && !rollout.isPrepared()) {
			rollout.prepared();
			this.orders.info((rollout.isRollback() ? "rolling back" : "reloading") + ": generation " + generation
					+ " begins with one worker");
		}
	}

	/**
	 * The code of a generation cannot be made ready.
	 */
	void prepareFailed(int generation, String reason) {
		Rollout rollout = this.current;
		if (rollout != null && rollout.generation() == generation && !rollout.isPrepared()) {
			giveUp(rollout, reason, "", "");
		}
	}

	void send(WorkerRecord worker) {
		if (this.current != null) {
			this.current.send(new Canary(worker, this.policy));
		}
	}

	/**
	 * A worker has told of its health. Only a canary's is of importance: when a database
	 * is down, all workers say so, and none would be better off for being replaced.
	 */
	void health(WorkerRecord worker, String ailment) {
		trial().filter((canary) -> canary.worker() == worker).ifPresent((canary) -> canary.health(ailment, this.now));
	}

	/**
	 * Gives the rollout up if time has spoken against it. A canary that lives then has
	 * not printed its last yet: that is added to the verdict when it is gone.
	 */
	void judge() {
		Rollout rollout = this.current;
		if (rollout != null) {
			rollout.judge(this.roster, this.now).ifPresent((fault) -> {
				this.blamed = rollout.trial().map(Canary::worker).orElse(null);
				giveUp(rollout, fault, "", "");
			});
		}
	}

	/**
	 * Goes on to the new generation if its canary has proven, or else asks its canary
	 * what that lacks.
	 * @return {@code true} if it has just proven
	 */
	boolean advance() {
		Rollout rollout = this.current;
		if (rollout == null) {
			return false;
		}
		if (trial().filter((canary) -> canary.observe(this.roster, this.now)).isPresent()) {
			this.orders.info("the first worker of generation " + rollout.generation() + " is observed for "
					+ DurationText.of(this.policy.canaryWindow()) + " before others follow");
		}
		if (!rollout.prove()) {
			trial().filter((canary) -> canary.askForHealth(this.now))
				.ifPresent((canary) -> this.orders.add(new Action.CheckHealth(canary.worker().id())));
			return false;
		}
		int old = this.roster.count(this::outdated);
		this.orders.info("generation " + rollout.generation() + " has proven to work; "
				+ CountText.of(old, "older worker") + " to follow");
		return true;
	}

	/**
	 * Ends the rollout if it is complete.
	 */
	void finish(int target) {
		Rollout rollout = this.current;
		if (rollout == null || !rollout.proven() || this.roster.count(this::outdated) > 0
				|| this.roster.accepting() < target) {
			return;
		}
		this.generation = rollout.generation();
		this.orders.add(new Action.Used(this.generation));
		Duration took = rollout.took(this.now);
		this.orders
			.info((rollout.isRollback() ? "rolled back: " : "reloaded: ") + CountText.workers(this.roster.accepting())
					+ " of generation " + this.generation + " after " + DurationText.of(took));
		end(rollout, RolloutView.Stage.SUCCEEDED, "", "", new Answer.Reloaded(this.generation, took));
	}

	/**
	 * A worker is gone; gives the rollout up if it was one failure too many.
	 * @param enough whether one of its kind is enough
	 * @param unlogged what it printed that is in no log yet
	 * @param last the last that it printed
	 * @return whether it was
	 */
	boolean ended(WorkerRecord worker, ExitCause cause, boolean enough, String unlogged, String last) {
		if (worker == this.blamed) {
			this.verdicts.complete(last);
			this.blamed = null;
		}
		Rollout rollout = this.current;
		if (rollout == null) {
			return false;
		}
		boolean fatal = rollout.dependsOn(worker)
				|| (worker.generation() == rollout.generation() && abnormal(cause) && (enough || rollout.failed()));
		if (fatal) {
			String excuse = trial().map(Canary::excuse).orElse("");
			giveUp(rollout, worker + ": " + cause.describe() + excuse, unlogged, unlogged.isBlank() ? last : unlogged);
		}
		return fatal;
	}

	private void giveUp(Rollout rollout, String what, String unlogged, String output) {
		String reason = rollout.proven()
				? rollout.name() + " failed half-way, its workers are replaced by generation " + this.generation
						+ " again: " + what
				: rollout.name() + " failed, generation " + this.generation + " goes on: " + what;
		this.orders.warn(unlogged.isBlank() ? reason : reason + "\n" + unlogged);
		end(rollout, RolloutView.Stage.FAILED, reason, output, new Answer.ReloadFailed(reason, output));
	}

	private void end(Rollout rollout, RolloutView.Stage end, String reason, String output, Answer answer) {
		this.verdicts.add(rollout.ended(end, reason, output, this.now));
		answer(rollout.tickets(), answer);
		this.current = null;
	}

	private static boolean abnormal(ExitCause cause) {
		return switch (cause.category()) {
			case VOLUNTARY, RECYCLED -> false;
			case CRASH, BOOT -> true;
			case TIMEOUT -> !(cause instanceof ExitCause.DrainTimeout);
		};
	}

	/**
	 * Gives up all rollouts, under way or waiting.
	 */
	void cancel(String reason) {
		Answer refused = new Answer.Refused(false, reason);
		if (this.current != null) {
			end(this.current, RolloutView.Stage.CANCELLED, reason, "", refused);
		}
		refuseWaiting(reason);
		this.wanted = Action.Prepare.Code.CURRENT;
	}

	private void refuseWaiting(String reason) {
		answer(this.waiting, new Answer.Refused(false, reason));
		this.waiting.clear();
	}

	private void answer(List<Long> tickets, Answer answer) {
		for (long ticket : tickets) {
			this.orders.reply(ticket, answer);
		}
	}

	void postpone(Duration gap) {
		if (this.current != null) {
			this.current.postpone(gap);
		}
	}

	@Nullable Rollout current() {
		return this.current;
	}

	/**
	 * Whether the rollout under way depends on this worker, its canary.
	 */
	boolean dependsOn(WorkerRecord worker) {
		return trial().filter((canary) -> canary.worker() == worker).isPresent();
	}

	private Optional<Canary> trial() {
		return Optional.ofNullable(this.current).flatMap(Rollout::trial);
	}

	/**
	 * Whether a worker is the canary and has not proven yet.
	 */
	boolean onTrial(WorkerRecord worker) {
		return this.current != null && this.current.dependsOn(worker);
	}

	/**
	 * The canary while it serves beside the old generation.
	 */
	int acceptingOnTrial() {
		return trial().filter((canary) -> canary.worker().accepting()).isPresent() ? 1 : 0;
	}

	/**
	 * Whether a worker is of a generation that is not to be served any more: of an older
	 * one, or of one that has failed. Spares serve nobody.
	 */
	boolean outdated(WorkerRecord worker) {
		Rollout rollout = this.current;
		return worker.counts() && !worker.isSpare() && worker.generation() != serving()
				&& (rollout == null || worker.generation() != rollout.generation());
	}

	/**
	 * Whether a worker that is up is to open its gate: not a canary that is unwell, nor
	 * one of a generation that has failed.
	 */
	boolean mayAccept(WorkerRecord worker) {
		if (outdated(worker) && worker.generation() > serving()) {
			return false;
		}
		return trial().filter((canary) -> canary.worker() == worker).map(Canary::mayAccept).orElse(true);
	}

	/**
	 * Whether a worker is about to open its gate.
	 */
	boolean isOpening(WorkerRecord worker) {
		return worker.state() == WorkerState.READY && mayAccept(worker);
	}

	/**
	 * Generation of respawns.
	 */
	int serving() {
		return (this.current != null && this.current.proven()) ? this.current.generation() : this.generation;
	}

	/**
	 * The pool's generation.
	 */
	int generation() {
		return this.generation;
	}

	/**
	 * The rollout under way, or else the last verdict.
	 */
	Optional<RolloutView> view() {
		return (this.current != null) ? Optional.of(this.current.view()) : this.verdicts.last();
	}

	Verdicts verdicts() {
		return this.verdicts;
	}

}
