package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When a crashed worker's place is filled again. Crashes are counted for the whole pool,
 * so that the delay grows whichever slot they happen in; only the places that they leave
 * wait, everything else (scaling, replacements, voluntary exits) does not.
 * <p>
 * The run of crashes is over when a worker <em>spawned after the last crash</em> has been
 * ready for long enough. A sibling that has been well for hours proves nothing about the
 * place that keeps crashing, nor does the absence of crashes while it boots.
 */
final class Respawn {

	private final PoolPolicy.Backoff backoff;

	private int crashes;

	private int owed;

	private long lastSerial;

	private Instant notBefore = Instant.MIN;

	Respawn(PoolPolicy.Backoff backoff) {
		this.backoff = backoff;
	}

	/**
	 * Goes on with a run of crashes that began before.
	 */
	void resume(CarriedPool.Crashes carried) {
		this.crashes = carried.count();
		this.owed = carried.owed();
		this.lastSerial = carried.lastSerial();
		this.notBefore = carried.notBefore().orElse(Instant.MIN);
	}

	CarriedPool.Crashes carry() {
		return new CarriedPool.Crashes(this.crashes, this.owed, this.lastSerial,
				Optional.of(this.notBefore).filter((time) -> !time.equals(Instant.MIN)));
	}

	/**
	 * A worker has crashed or failed to boot.
	 * @param lastSerial number of the last spawn before
	 */
	void crashed(long lastSerial, Instant now) {
		this.crashes++;
		this.owed++;
		this.lastSerial = lastSerial;
		this.notBefore = now.plus(this.backoff.delay(this.crashes));
	}

	/**
	 * Ends the run of crashes if a worker has shown that it is over.
	 */
	void observe(Roster roster, Instant now) {
		if (this.crashes > 0 && roster.all().stream().anyMatch((worker) -> proves(worker, now))) {
			this.crashes = 0;
		}
	}

	private boolean proves(WorkerRecord worker, Instant now) {
		return worker.id().serial() > this.lastSerial && worker.healthyFor(this.backoff.healthyAfter(), now);
	}

	/**
	 * Owes no more than there are places to fill.
	 * @param missing places to fill
	 */
	void settle(int missing) {
		this.owed = Math.min(this.owed, Math.max(missing, 0));
	}

	/**
	 * How long the next of the given places must stay empty.
	 * @param missing places to fill, at least 1
	 */
	Duration delay(int missing, Instant now) {
		boolean free = missing > this.owed || !now.isBefore(this.notBefore);
		return free ? Duration.ZERO : Duration.between(now, this.notBefore);
	}

	/**
	 * Whether workers are dying faster than they are healthy.
	 */
	boolean troubled() {
		return this.crashes > 0;
	}

	/**
	 * Whether a worker crashed after one that had crashed, with no health between them.
	 */
	boolean looping() {
		return this.crashes > 1;
	}

	/**
	 * Starts over: other code has proven to boot.
	 */
	void reset() {
		this.crashes = 0;
		this.notBefore = Instant.MIN;
	}

}
