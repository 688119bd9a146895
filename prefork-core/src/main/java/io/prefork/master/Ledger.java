package io.prefork.master;

import java.util.Optional;

import io.prefork.scoreboard.SlotReading;

/**
 * What a master counts beside its pool, since its process was started. For the loop
 * thread.
 */
final class Ledger {

	private final long started;

	private final int upgrades;

	private Totals gone;

	private Ledger(long started, int upgrades, Totals gone) {
		this.started = started;
		this.upgrades = upgrades;
		this.gone = gone;
	}

	/**
	 * Begins, or goes on.
	 */
	static Ledger of(Optional<Handover> handover) {
		return handover.map(Handover::counts)
			.map((counts) -> new Ledger(counts.started(), counts.upgrades(), Totals.of(counts.gone())))
			.orElseGet(() -> new Ledger(System.nanoTime(), 0, Totals.NONE));
	}

	/**
	 * When the process was started, of {@link System#nanoTime()}.
	 */
	long started() {
		return this.started;
	}

	/**
	 * How often it was upgraded in place.
	 */
	int upgrades() {
		return this.upgrades;
	}

	/**
	 * A worker is gone that had counted this.
	 */
	void gone(SlotReading reading) {
		this.gone = this.gone.plus(reading);
	}

	Totals gone() {
		return this.gone;
	}

	/**
	 * The same for the program that this process is to become.
	 */
	Handover.Counts handOver() {
		return new Handover.Counts(this.started, this.upgrades + 1, this.gone.toHandover());
	}

}
