package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * One rolling reload or rollback: code first, then a canary beyond the target; once that
 * has proven, the workers of other generations go, each after its successor accepts or,
 * if so allowed, some before.
 */
final class Rollout {

	/**
	 * Failures of new workers that a proven generation is forgiven.
	 */
	private static final int RETRIES = 3;

	/**
	 * Laying out code is copying files, and perhaps training a cache. Whoever waits for
	 * the verdict is not to wait for a disk that is gone.
	 */
	private static final Duration PREPARATION = Duration.ofMinutes(10);

	private final int generation;

	private final Action.Prepare.Code code;

	private final List<Long> tickets;

	private final boolean fromNothing;

	private final Instant began;

	private Instant preparedUntil;

	private boolean prepared;

	private @Nullable Canary canary;

	private boolean proven;

	private int failures;

	/**
	 * A rollout that begins.
	 * @param generation the new generation
	 * @param code which code it is to have
	 * @param tickets the commands that wait for its verdict
	 * @param fromNothing whether there is no older worker to go on with
	 * @param now the time
	 */
	Rollout(int generation, Action.Prepare.Code code, List<Long> tickets, boolean fromNothing, Instant now) {
		this.generation = generation;
		this.code = code;
		this.tickets = new ArrayList<>(tickets);
		this.fromNothing = fromNothing;
		this.began = now;
		this.preparedUntil = now.plus(PREPARATION);
	}

	void join(long ticket) {
		this.tickets.add(ticket);
	}

	void prepared() {
		this.prepared = true;
	}

	boolean isPrepared() {
		return this.prepared;
	}

	boolean wantsCanary() {
		return this.prepared && this.canary == null;
	}

	void send(Canary canary) {
		this.canary = canary;
	}

	/**
	 * The canary while the rollout depends on it.
	 */
	Optional<Canary> trial() {
		return Optional.ofNullable(this.canary).filter((canary) -> !this.proven);
	}

	/**
	 * Whether the whole rollout depends on this worker.
	 */
	boolean dependsOn(WorkerRecord worker) {
		return trial().filter((canary) -> canary.worker() == worker).isPresent();
	}

	/**
	 * Whether a worker for the canary is wanted, or there.
	 */
	boolean hasTrial() {
		return wantsCanary() || trial().filter((canary) -> canary.worker().counts()).isPresent();
	}

	/**
	 * Judges the new generation by the time that has passed.
	 * @return what speaks against it, or empty
	 */
	Optional<String> judge(Roster roster, Instant now) {
		if (!this.prepared) {
			return now.isBefore(this.preparedUntil) ? Optional.empty()
					: Optional.of("its code could not be made ready within " + DurationText.of(PREPARATION));
		}
		return trial().flatMap((canary) -> canary.judge(roster, now).map((fault) -> canary.worker() + ": " + fault));
	}

	/**
	 * Takes the canary's service as proof of the generation.
	 * @return {@code true} if that has just become so
	 */
	boolean prove() {
		if (trial().filter(Canary::proven).isEmpty()) {
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
	 * Counts a failure of a new worker.
	 * @return {@code true} if it was one too many
	 */
	boolean failed() {
		this.failures++;
		return this.failures > RETRIES;
	}

	void postpone(Duration gap) {
		this.preparedUntil = this.preparedUntil.plus(gap);
		trial().ifPresent((canary) -> canary.postpone(gap));
	}

	int generation() {
		return this.generation;
	}

	Action.Prepare.Code code() {
		return this.code;
	}

	/**
	 * What it is called.
	 */
	String name() {
		return isRollback() ? "rollback" : "reload";
	}

	boolean isRollback() {
		return this.code == Action.Prepare.Code.PREVIOUS;
	}

	List<Long> tickets() {
		return this.tickets;
	}

	Duration took(Instant now) {
		return Duration.between(this.began, now);
	}

	RolloutView view() {
		return new RolloutView(this.generation, isRollback(), stage(), "", "", Duration.ZERO);
	}

	RolloutView ended(RolloutView.Stage end, String reason, String output, Instant now) {
		return new RolloutView(this.generation, isRollback(), end, reason, output, took(now));
	}

	private RolloutView.Stage stage() {
		if (!this.prepared) {
			return RolloutView.Stage.PREPARING;
		}
		if (this.proven) {
			return RolloutView.Stage.ROLLING;
		}
		return trial().filter(Canary::observed).isPresent() ? RolloutView.Stage.OBSERVING : RolloutView.Stage.CANARY;
	}

}
