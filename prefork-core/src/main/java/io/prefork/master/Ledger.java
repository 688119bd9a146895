package io.prefork.master;

import java.util.Optional;
import java.util.OptionalLong;

import io.prefork.scoreboard.SlotReading;

/**
 * What a master counts beside its pool, since its process was started. For the loop
 * thread.
 */
final class Ledger {

	private final long started;

	private final int upgrades;

	private final OptionalLong oomKills;

	private Totals gone;

	private Ledger(long started, int upgrades, OptionalLong oomKills, Totals gone) {
		this.started = started;
		this.upgrades = upgrades;
		this.oomKills = oomKills;
		this.gone = gone;
	}

	/**
	 * Begins, or goes on.
	 */
	static Ledger of(Optional<Handover> handover) {
		return handover.map(Handover::counts)
			.map((counts) -> new Ledger(counts.started(), counts.upgrades(), counts.oomKills(),
					Totals.of(counts.gone())))
			.orElseGet(() -> new Ledger(System.nanoTime(), 0, OptionalLong.empty(), Totals.NONE));
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
	 * What the kernel had counted of its OOM killer before the last upgrade, if there was
	 * one.
	 */
	OptionalLong oomKills() {
		return this.oomKills;
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
	Handover.Counts handOver(OptionalLong oomKills) {
		return new Handover.Counts(this.started, this.upgrades + 1, this.gone.toHandover(), oomKills);
	}

}
