package io.prefork.pool;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * Hot spares: workers that are up with their gates closed. Whoever is up, but for a
 * canary, is one until there is a place for it, which is looked for after every event, so
 * that a place never stays empty while there is a spare for it.
 */
final class Spares {

	private final int number;

	private final Roster roster;

	private final Departures departures;

	private final Rollouts rollouts;

	private final Orders orders;

	Spares(int number, Roster roster, Departures departures, Rollouts rollouts, Orders orders) {
		this.number = number;
		this.roster = roster;
		this.departures = departures;
		this.rollouts = rollouts;
		this.orders = orders;
	}

	/**
	 * How many there should be.
	 */
	int number() {
		Rollout rollout = this.rollouts.current();
		return (rollout != null && rollout.holdsRespawns()) ? 0 : this.number;
	}

	/**
	 * Lets spares take the places that are empty.
	 * @param target workers that there should be
	 * @param needed the same, and successors of those that are to be replaced, but no
	 * canary
	 */
	void promote(int target, int needed, Instant now) {
		int serving = 0;
		for (WorkerRecord worker : this.roster.all()) {
			serving += (worker.serving() && !this.rollouts.onTrial(worker)) ? 1 : 0;
		}
		for (WorkerRecord spare : newestFirst()) {
			if (serving < places(spare, target, needed)) {
				serving++;
				if (spare.isShelved()) {
					this.orders.info(spare + " was a spare and takes an empty place");
				}
				spare.become(WorkerState.READY, now);
			}
			else if (spare.shelve()) {
				this.orders
					.info(spare + " is up as a spare, " + DurationText.of(spare.age(now)) + " after it was started");
			}
		}
	}

	/**
	 * An old generation helps out until the new one has taken over, and succeeds nobody.
	 */
	private int places(WorkerRecord spare, int target, int needed) {
		if (!isOfUse(spare)) {
			return 0;
		}
		return (spare.generation() == this.rollouts.serving()) ? needed : Math.min(target, needed);
	}

	private boolean isOfUse(WorkerRecord spare) {
		boolean wanted = spare.generation() == this.rollouts.serving()
				|| spare.generation() == this.rollouts.generation();
		return wanted && spare.retirement() == null;
	}

	/**
	 * Sends away spares that are too many, are to be replaced, or whose generation is
	 * past or has failed.
	 */
	void clear(Instant now) {
		int left = number();
		for (WorkerRecord spare : newestFirst()) {
			if (isOfUse(spare) && left > 0) {
				left--;
			}
			else {
				this.departures.send(spare, farewell(spare), now);
			}
		}
	}

	private ExitCause farewell(WorkerRecord spare) {
		ExitCause marked = spare.retirement();
		if (marked != null) {
			return marked;
		}
		return new ExitCause.Voluntary(isOfUse(spare) ? "one spare too many" : "a spare of another generation");
	}

	/**
	 * Those of the newest generation first, then the oldest.
	 */
	private List<WorkerRecord> newestFirst() {
		return this.roster.those(WorkerRecord::isSpare)
			.stream()
			.sorted(Comparator.comparingInt((WorkerRecord spare) -> -spare.generation())
				.thenComparingLong((spare) -> spare.id().serial()))
			.toList();
	}

}
