package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * The truth about a worker's process in a simulated world.
 */
final class SimulatedProcess {

	final WorkerId id;

	final int generation;

	boolean spawnTold;

	boolean ended;

	boolean ready;

	boolean accepting;

	boolean leaving;

	boolean hung;

	boolean working;

	@Nullable Instant beat;

	Duration cpu = Duration.ZERO;

	long requests;

	long errors;

	/**
	 * Whether it answers half its requests with errors.
	 */
	boolean faulty;

	boolean unwell;

	int lost;

	@Nullable Instant lostSince;

	SimulatedProcess(WorkerId id, int generation) {
		this.id = id;
		this.generation = generation;
	}

	/**
	 * A quarter of a second of its life.
	 */
	void live(Instant now, int requests) {
		if (!this.hung) {
			this.beat = now;
			this.requests += requests;
			this.errors += this.faulty ? (requests + 1) / 2 : 0;
			this.cpu = this.cpu.plusMillis(20);
		}
		else if (this.working) {
			this.cpu = this.cpu.plusMillis(200);
		}
	}

	Optional<Vitals> vitals(int busy) {
		return Optional.ofNullable(this.beat)
			.map((beat) -> new Vitals(beat, this.cpu, busy + this.lost, Optional.ofNullable(this.lostSince),
					this.requests, this.errors, this.lost, 0, HeapAfterGc.NONE));
	}

}
