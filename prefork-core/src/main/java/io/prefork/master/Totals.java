package io.prefork.master;

import io.prefork.scoreboard.SlotReading;

/**
 * Sums of what workers have counted.
 *
 * @param requests requests answered
 * @param errors requests answered with a server error
 * @param overflowed requests of kept-alive connections that were begun although all slots
 * of their worker were taken
 * @param slowClients connections broken off because their clients were too slow
 * @param slow requests that took longer than they should
 * @param timedOut requests that were ended at their timeout
 */
record Totals(long requests, long errors, long overflowed, long slowClients, long slow, long timedOut) {

	static final Totals NONE = new Totals(0, 0, 0, 0, 0, 0);

	static Totals of(Handover.Gone gone) {
		return new Totals(gone.requests(), gone.errors(), gone.overflowed(), gone.slowClients(), gone.slow(),
				gone.timedOut());
	}

	Handover.Gone toHandover() {
		return new Handover.Gone(this.requests, this.errors, this.overflowed, this.slowClients, this.slow,
				this.timedOut);
	}

	Totals plus(SlotReading reading) {
		return new Totals(this.requests + reading.requests(), this.errors + reading.errors(),
				this.overflowed + reading.overflowed(), this.slowClients + reading.slowClients(),
				this.slow + reading.timeouts().slow(), this.timedOut + reading.timeouts().timedOut());
	}

}
