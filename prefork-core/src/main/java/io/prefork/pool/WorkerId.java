package io.prefork.pool;

/**
 * Identity of one worker process.
 *
 * @param slot index of the scoreboard slot that the process owns alone while it lives,
 * from 0; the lowest free slot is given out, so slots are stable labels for metrics
 * @param serial number of the spawn, from 1, never used twice by one master: the order of
 * age
 */
public record WorkerId(int slot, long serial) {

	@Override
	public String toString() {
		return "worker " + this.slot + " (#" + this.serial + ")";
	}

}
