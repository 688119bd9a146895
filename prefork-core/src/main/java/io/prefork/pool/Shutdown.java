package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * The end of the pool, ordered or because the first generation cannot boot. An ordered
 * one first has what waits in the accept queues served, then drains; each further order
 * makes it harsher.
 */
final class Shutdown {

	private static final Duration QUEUES = Duration.ofSeconds(5);

	private static final ExitCause CAUSE = new ExitCause.Voluntary("stop");

	private final Duration gracefulTimeout;

	private final Roster roster;

	private final Departures departures;

	private final Orders orders;

	private Phase phase = Phase.NONE;

	private Instant queuesUntil = Instant.MAX;

	private Instant drainUntil = Instant.MAX;

	private int status;

	private String reason = "";

	private @Nullable WorkerRecord culprit;

	Shutdown(Duration gracefulTimeout, Roster roster, Departures departures, Orders orders) {
		this.gracefulTimeout = gracefulTimeout;
		this.roster = roster;
		this.departures = departures;
		this.orders = orders;
	}

	/**
	 * Begins an ordered stop, or hurries the end under way.
	 */
	void stop(boolean quick, Instant now) {
		switch (this.phase) {
			case NONE -> {
				this.orders.info("stopping" + (quick ? " quickly" : "") + ": " + CountText.workers(this.roster.living())
						+ " to leave");
				this.orders.add(new Action.CloseListeners());
				if (quick) {
					hurry(now);
				}
				else {
					serveQueues(now);
				}
			}
			case QUEUES, DRAIN -> {
				this.orders.info("stopping quickly: requests in flight are given up");
				hurry(now);
			}
			case QUICK -> kill(now);
			case NOW -> {
			}
		}
	}

	/**
	 * Ends the server because no worker can boot.
	 * @param status exit status of the master
	 * @param reason what happened
	 */
	void fail(int status, String reason, Instant now) {
		this.status = status;
		this.reason = reason;
		hurry(now);
	}

	/**
	 * Ends the server because of one worker that cannot boot.
	 * @param culprit the worker that showed it
	 * @param status exit status of the master
	 * @param reason what happened to it
	 */
	void fail(WorkerRecord culprit, int status, String reason, Instant now) {
		this.culprit = culprit;
		fail(status, reason, now);
	}

	private void serveQueues(Instant now) {
		this.phase = Phase.QUEUES;
		Duration half = this.gracefulTimeout.dividedBy(2);
		this.queuesUntil = now.plus((half.compareTo(QUEUES) < 0) ? half : QUEUES);
		this.drainUntil = now.plus(this.gracefulTimeout);
		for (WorkerRecord worker : this.roster.those((one) -> one.counts() && !one.serving())) {
			this.departures.send(worker, CAUSE, now);
		}
		this.roster.all().forEach(this::bound);
		if (this.roster.accepting() == 0) {
			drain(now);
		}
	}

	/**
	 * Gives a worker that is leaving no more time than the stop has.
	 */
	void bound(WorkerRecord worker) {
		Departure departure = worker.departure();
		if (departure != null) {
			departure.notAfter(this.drainUntil);
		}
	}

	void queuesEmpty(Instant now) {
		if (this.phase == Phase.QUEUES) {
			drain(now);
		}
	}

	private void drain(Instant now) {
		this.phase = Phase.DRAIN;
		Duration left = Duration.between(now, this.drainUntil);
		for (WorkerRecord worker : this.roster.those(WorkerRecord::counts)) {
			this.departures.send(worker, CAUSE, left.isNegative() ? Duration.ZERO : left, now);
		}
	}

	private void hurry(Instant now) {
		this.phase = Phase.QUICK;
		for (WorkerRecord worker : this.roster.all()) {
			if (worker != this.culprit) {
				this.departures.hurry(worker, CAUSE, now);
			}
		}
	}

	private void kill(Instant now) {
		this.phase = Phase.NOW;
		this.orders.info("stopping at once: killing " + CountText.workers(this.roster.living()));
		for (WorkerRecord worker : this.roster.all()) {
			this.departures.kill(worker, now);
		}
	}

	void tick(Instant now) {
		if (this.phase == Phase.QUEUES && !now.isBefore(this.queuesUntil)) {
			drain(now);
		}
	}

	/**
	 * A worker is gone; what it printed belongs to the reason if it was its fault.
	 * @return whether it was its fault
	 */
	boolean blames(WorkerRecord worker, String output) {
		if (worker != this.culprit) {
			return false;
		}
		this.reason += output.isBlank() ? "" : "\n" + output;
		return true;
	}

	void postpone(Duration gap) {
		if (this.phase == Phase.QUEUES) {
			this.queuesUntil = this.queuesUntil.plus(gap);
			this.drainUntil = this.drainUntil.plus(gap);
		}
	}

	boolean underWay() {
		return this.phase != Phase.NONE;
	}

	/**
	 * The end of the master, once no worker is left.
	 */
	Optional<Action.Terminate> verdict() {
		return (underWay() && this.roster.living() == 0) ? Optional.of(new Action.Terminate(this.status, this.reason))
				: Optional.empty();
	}

	private enum Phase {

		NONE, QUEUES, DRAIN, QUICK, NOW

	}

}
