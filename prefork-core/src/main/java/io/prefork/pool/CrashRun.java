package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What has happened in one place: crashes in a row, exits within the window, and from
 * when on it may be filled again.
 * <p>
 * The run is over when a worker <em>spawned into the place after the last crash</em> has
 * been serving for long enough. A sibling that has been well for hours proves nothing
 * about the place that keeps crashing, nor does the absence of crashes while it boots.
 */
final class CrashRun {

	private final ExitWindow window;

	private int crashes;

	private boolean owed;

	private long lastSerial;

	private Instant notBefore = Instant.MIN;

	CrashRun(RespawnPolicy policy) {
		this.window = new ExitWindow(policy.slotIntensity(), policy.window());
	}

	/**
	 * Goes on with what happened before.
	 */
	static CrashRun resume(RespawnPolicy policy, CarriedPool.Place carried) {
		CrashRun run = new CrashRun(policy);
		run.window.resume(carried.exits());
		run.crashes = carried.crashes();
		run.owed = carried.owed();
		run.lastSerial = carried.lastSerial();
		run.notBefore = carried.notBefore().orElse(Instant.MIN);
		return run;
	}

	CarriedPool.Place carry() {
		return new CarriedPool.Place(this.crashes, this.owed, this.lastSerial,
				Optional.of(this.notBefore).filter((time) -> !time.equals(Instant.MIN)), this.window.exits());
	}

	/**
	 * Notes that a worker here has ended unexpectedly.
	 */
	void ended(Instant now) {
		this.window.add(now);
	}

	/**
	 * Forgets what is past, the whole run if nothing was heard of it in the window: its
	 * slot is not in use any more, or by a spare.
	 */
	void forgetUntil(Instant now) {
		this.window.forgetUntil(now);
		if (this.window.count() == 0 && !this.owed) {
			this.crashes = 0;
		}
	}

	/**
	 * Counts a crash.
	 * @return how many there were, or were too many
	 */
	int countCrash() {
		this.crashes++;
		return Math.max(this.crashes, this.window.excess());
	}

	/**
	 * The place is to be filled again.
	 * @param lastSerial number of the last spawn before
	 * @param delay how long the place must stay empty
	 */
	void owe(long lastSerial, Duration delay, Instant now) {
		this.owed = true;
		this.lastSerial = lastSerial;
		this.notBefore = now.plus(delay);
	}

	/**
	 * Ends the run if the worker shows that it is over.
	 */
	void observe(WorkerRecord worker, Duration healthyAfter, Instant now) {
		if (worker.id().serial() > this.lastSerial && worker.healthyFor(healthyAfter, now)) {
			this.crashes = 0;
		}
	}

	boolean owed() {
		return this.owed;
	}

	Instant notBefore() {
		return this.notBefore;
	}

	/**
	 * The place is being filled.
	 */
	void filled() {
		this.owed = false;
	}

	/**
	 * The place is not to be filled again.
	 */
	void drop() {
		this.owed = false;
		this.crashes = 0;
	}

	/**
	 * Whether workers here die faster than they are healthy.
	 */
	boolean troubled() {
		return this.crashes > 0;
	}

	/**
	 * Whether there is nothing to remember.
	 */
	boolean isOver() {
		return !this.owed && this.crashes == 0 && this.window.count() == 0;
	}

}
