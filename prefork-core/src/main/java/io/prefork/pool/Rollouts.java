package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The rollout under way, the one that waits for it, and the numbers of generations. A
 * number is never used for two attempts: code is kept under it.
 */
final class Rollouts {

	private final Roster roster;

	private final Orders orders;

	private final List<Long> waiting = new ArrayList<>();

	private @Nullable Rollout current;

	private int generation = 1;

	private int latest = 1;

	Rollouts(Roster roster, Orders orders) {
		this.roster = roster;
		this.orders = orders;
	}

	/**
	 * Asks for a rollout. At most one waits; further requests join it.
	 */
	void request(long ticket) {
		boolean first = this.waiting.isEmpty();
		if (first || ticket != 0) {
			this.waiting.add(ticket);
		}
		if (first && this.current != null) {
			this.orders.info("another reload was asked for; it follows the one to generation "
					+ this.current.generation() + " that is under way");
		}
	}

	/**
	 * Begins the rollout that waits, if none is under way.
	 * @param fromNothing whether there is no older worker to go on with
	 */
	void begin(boolean fromNothing, Instant now) {
		if (this.current != null || this.waiting.isEmpty()) {
			return;
		}
		this.latest++;
		this.current = new Rollout(this.latest, this.waiting, fromNothing, now);
		this.waiting.clear();
		this.orders.info("reloading: generation " + this.latest + " begins with one worker");
	}

	/**
	 * Switches to the new generation if its canary accepts.
	 * @return {@code true} if that has just become so
	 */
	boolean prove() {
		Rollout rollout = this.current;
		if (rollout == null || !rollout.prove()) {
			return false;
		}
		this.generation = rollout.generation();
		int old = this.roster.count(rollout::outdated);
		this.orders.info("generation " + this.generation + " has proven to boot; "
				+ ((old == 1) ? "1 older worker follows" : old + " older workers follow"));
		return true;
	}

	/**
	 * Ends the rollout if it is complete.
	 */
	void finish(int target, Instant now) {
		Rollout rollout = this.current;
		if (rollout == null || !rollout.proven() || this.roster.count(rollout::outdated) > 0
				|| this.roster.accepting() < target) {
			return;
		}
		Duration took = rollout.took(now);
		this.orders.info("reloaded: " + this.roster.accepting() + " workers of generation " + rollout.generation()
				+ " accept, " + DurationText.of(took) + " after the reload began");
		answer(rollout.tickets(), new Answer.Reloaded(rollout.generation(), took));
		this.current = null;
	}

	/**
	 * A worker is gone; gives the rollout up if it was one failure too many.
	 * @return whether it was
	 */
	boolean ended(WorkerRecord worker, ExitCause cause, String output) {
		Rollout rollout = this.current;
		if (rollout == null) {
			return false;
		}
		String what = worker + ": " + cause.describe() + (output.isBlank() ? "" : "\n" + output);
		if (rollout.dependsOn(worker)) {
			giveUp(rollout, "reload failed, generation " + this.generation + " goes on: " + what);
			return true;
		}
		if (worker.generation() == rollout.generation() && abnormal(cause) && rollout.failed()) {
			int old = this.roster.count(rollout::outdated);
			giveUp(rollout, "reload stopped half-way with workers of older generations left (" + old
					+ "), new ones are of generation " + this.generation + ": " + what);
			return true;
		}
		return false;
	}

	private void giveUp(Rollout rollout, String reason) {
		this.orders.warn(reason);
		answer(rollout.tickets(), new Answer.Refused(false, reason));
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
			answer(this.current.tickets(), refused);
			this.current = null;
		}
		answer(this.waiting, refused);
		this.waiting.clear();
	}

	private void answer(List<Long> tickets, Answer answer) {
		for (long ticket : tickets) {
			this.orders.reply(ticket, answer);
		}
	}

	@Nullable Rollout current() {
		return this.current;
	}

	/**
	 * Generation of respawns.
	 */
	int generation() {
		return this.generation;
	}

}
