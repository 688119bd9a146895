package io.prefork.pool;

import java.time.Instant;

/**
 * What becomes of workers whose request slots are taken by requests that do not end: past
 * their timeout, or in a deadlock. Such a worker may hold others that are well.
 */
final class StuckWorkers {

	private final Supervision supervision;

	private final Rollouts rollouts;

	private final Departures departures;

	private final Shutdown shutdown;

	StuckWorkers(Supervision supervision, Rollouts rollouts, Departures departures, Shutdown shutdown) {
		this.supervision = supervision;
		this.rollouts = rollouts;
		this.departures = departures;
		this.shutdown = shutdown;
	}

	/**
	 * A worker has lost too many slots to requests past their timeout.
	 */
	void timedOut(WorkerRecord worker, ExitCause.RequestTimeout cause, Instant now) {
		replace(worker, cause, this.supervision.whollyStuck(worker), now);
	}

	/**
	 * A worker has told of a deadlock. One that cannot boot for that has a deadline.
	 */
	void deadlocked(WorkerRecord worker, Event.Deadlocked found, Instant now) {
		if (worker.ready()) {
			worker.keepEvidence(found.evidence());
			if (worker.counts()) {
				replace(worker, new Deadlock(found.threads(), found.requests()),
						this.supervision.whollyStuck(worker, found.requests()), now);
			}
		}
	}

	/**
	 * During a stop it leaves like all others. A canary that is stuck has failed.
	 */
	private void replace(WorkerRecord worker, ExitCause cause, boolean wholly, Instant now) {
		if (!this.shutdown.underWay()) {
			this.departures.replaceStuck(worker, cause, wholly || this.rollouts.dependsOn(worker), now);
		}
	}

}
