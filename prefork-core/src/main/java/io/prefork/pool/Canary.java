package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * The first worker of a new generation while the whole rollout depends on it. It must be
 * well before its gate is opened, and serve well for a while afterwards. That it ends or
 * is too late is seen elsewhere, as with any worker.
 */
final class Canary {

	private static final Duration ASK_INTERVAL = Duration.ofSeconds(1);

	private final WorkerRecord worker;

	private final RolloutPolicy policy;

	private @Nullable Instant asked;

	private boolean well;

	private @Nullable Instant unwellSince;

	private String ailment = "";

	private @Nullable CanaryWindow window;

	private boolean served;

	Canary(WorkerRecord worker, RolloutPolicy policy) {
		this.worker = worker;
		this.policy = policy;
		this.well = !policy.health();
	}

	WorkerRecord worker() {
		return this.worker;
	}

	/**
	 * Whether to ask it (again) for its health; if so, it counts as asked.
	 */
	boolean askForHealth(Instant now) {
		if (this.well || this.worker.state() != WorkerState.READY
				|| (this.asked != null && now.isBefore(this.asked.plus(ASK_INTERVAL)))) {
			return false;
		}
		this.asked = now;
		return true;
	}

	/**
	 * It has told of its health.
	 * @param ailment what it lacks, empty if it is well
	 */
	void health(String ailment, Instant now) {
		this.ailment = ailment;
		this.well |= ailment.isEmpty();
		this.unwellSince = (this.unwellSince != null) ? this.unwellSince : now;
	}

	boolean mayAccept() {
		return this.well;
	}

	/**
	 * Notes that it accepts.
	 * @return {@code true} if that is news, and it is to be observed for a while
	 */
	boolean observe(Roster roster, Instant now) {
		if (this.window != null || !this.worker.accepting()) {
			return false;
		}
		this.window = new CanaryWindow(others(roster), this.policy.canaryWindow(), now);
		this.served = this.policy.canaryWindow().isZero();
		return !this.served;
	}

	/**
	 * Judges it by the time that has passed.
	 * @return what speaks against it, or empty
	 */
	Optional<String> judge(Roster roster, Instant now) {
		if (this.worker.state() == WorkerState.READY && this.unwellSince != null && !this.well
				&& !now.isBefore(this.unwellSince.plus(this.policy.patience()))) {
			return Optional
				.of("its health has been bad for " + DurationText.of(this.policy.patience()) + ": " + this.ailment);
		}
		if (this.worker.accepting() && this.window != null) {
			this.served |= this.window.over(now);
			return this.window.compare(this.worker, others(roster), this.policy.maxErrorRateIncrease());
		}
		return Optional.empty();
	}

	/**
	 * What it lacks, or that it has not told, for the case that it ends before it
	 * accepts.
	 * @return a clause, or empty if its health plays no part
	 */
	String excuse() {
		if (this.well || this.asked == null) {
			return "";
		}
		return this.ailment.isEmpty() ? "; it has not told of its health" : "; its health: " + this.ailment;
	}

	boolean proven() {
		return this.worker.accepting() && this.served;
	}

	boolean observed() {
		return this.window != null;
	}

	void postpone(Duration gap) {
		if (this.unwellSince != null) {
			this.unwellSince = this.unwellSince.plus(gap);
		}
		if (this.window != null) {
			this.window.postpone(gap);
		}
	}

	private List<WorkerRecord> others(Roster roster) {
		return roster.those((other) -> other != this.worker);
	}

}
