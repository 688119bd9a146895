package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One rolling reload: a canary beyond the target first; once it accepts, the workers of
 * older generations go one by one, each after its successor accepts.
 */
final class Rollout {

	/**
	 * Failures of new workers that a proven generation is forgiven.
	 */
	private static final int RETRIES = 3;

	private final int generation;

	private final List<Long> tickets;

	private final boolean fromNothing;

	private final Instant began;

	private @Nullable WorkerRecord canary;

	private boolean proven;

	private int failures;

	/**
	 * A rollout that begins.
	 * @param generation the new generation
	 * @param tickets the commands that wait for its verdict
	 * @param fromNothing whether there is no older worker to go on with
	 * @param now the time
	 */
	Rollout(int generation, List<Long> tickets, boolean fromNothing, Instant now) {
		this.generation = generation;
		this.tickets = List.copyOf(tickets);
		this.fromNothing = fromNothing;
		this.began = now;
	}

	boolean wantsCanary() {
		return this.canary == null;
	}

	void send(WorkerRecord canary) {
		this.canary = canary;
	}

	/**
	 * Whether the whole rollout depends on this worker.
	 */
	boolean dependsOn(WorkerRecord worker) {
		return !this.proven && worker == this.canary;
	}

	/**
	 * Takes the canary's acceptance as proof of the generation.
	 * @return {@code true} if that has just become so
	 */
	boolean prove() {
		if (this.proven || this.canary == null || !this.canary.accepting()) {
			return false;
		}
		this.proven = true;
		return true;
	}

	boolean proven() {
		return this.proven;
	}

	/**
	 * Whether no worker but the canary is to be spawned yet.
	 */
	boolean holdsRespawns() {
		return this.fromNothing && !this.proven;
	}

	/**
	 * Whether a worker is to be replaced.
	 */
	boolean outdated(WorkerRecord worker) {
		return this.proven && worker.counts() && worker.generation() < this.generation;
	}

	/**
	 * Whether one worker beyond the target is wanted now.
	 */
	boolean surges(Roster roster) {
		return this.proven ? roster.count(this::outdated) > 0 : this.canary == null || this.canary.counts();
	}

	/**
	 * Counts a failure of a new worker.
	 * @return {@code true} if it was one too many
	 */
	boolean failed() {
		this.failures++;
		return this.failures > RETRIES;
	}

	int generation() {
		return this.generation;
	}

	List<Long> tickets() {
		return this.tickets;
	}

	Duration took(Instant now) {
		return Duration.between(this.began, now);
	}

}
