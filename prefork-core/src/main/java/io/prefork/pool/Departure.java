package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * The way of one worker out of the pool: steps, each harsher than the one before, each
 * with the time that it is given. The first begins when the process is known to exist.
 */
final class Departure {

	private final Deque<Planned> ahead;

	private final boolean announced;

	private final boolean graceful;

	private ExitCause cause;

	private boolean forced;

	private boolean replaced;

	private @Nullable Step step;

	private Instant deadline = Instant.MIN;

	private Departure(ExitCause cause, boolean forced, boolean announced, boolean graceful, List<Planned> plan) {
		this.cause = cause;
		this.forced = forced;
		this.announced = announced;
		this.graceful = graceful;
		this.ahead = new ArrayDeque<>(plan);
	}

	/**
	 * Told to leave, or leaving by its own word, and ended when it takes too long.
	 */
	static Departure graceful(ExitCause cause, boolean announced, List<Planned> plan) {
		return new Departure(cause, false, announced, true, plan);
	}

	/**
	 * Told to leave without having served.
	 */
	static Departure ordered(ExitCause cause, List<Planned> plan) {
		return new Departure(cause, false, false, false, plan);
	}

	/**
	 * Ended because of what it did.
	 */
	static Departure forced(ExitCause cause, List<Planned> plan) {
		return new Departure(cause, true, false, false, plan);
	}

	/**
	 * One that was begun elsewhere.
	 */
	static Departure resume(CarriedWorker.Leaving carried) {
		Departure departure = new Departure(carried.cause(), carried.forced(), carried.announced(), carried.graceful(),
				carried.ahead()
					.stream()
					.map((ahead) -> new Planned(Step.valueOf(ahead.step()), ahead.patience()))
					.toList());
		departure.replaced = carried.replaced();
		departure.step = carried.step().map(Step::valueOf).orElse(null);
		departure.deadline = carried.deadline().orElse(Instant.MIN);
		return departure;
	}

	CarriedWorker.Leaving carry() {
		return new CarriedWorker.Leaving(this.cause, this.forced, this.announced, this.graceful, this.replaced,
				Optional.ofNullable(this.step).map(Step::name),
				Optional.of(this.deadline).filter((deadline) -> !deadline.equals(Instant.MIN)),
				this.ahead.stream()
					.map((planned) -> new CarriedWorker.Ahead(planned.step().name(), planned.patience()))
					.toList());
	}

	/**
	 * Whether it is time for the next step.
	 */
	boolean due(Instant now) {
		return !this.ahead.isEmpty() && (this.step == null || !now.isBefore(this.deadline));
	}

	/**
	 * Begins the next step.
	 */
	Step next(Instant now) {
		Planned planned = this.ahead.remove();
		this.step = planned.step();
		this.deadline = now.plus(planned.patience());
		return planned.step();
	}

	/**
	 * Changes what lies ahead, and begins with it at once.
	 */
	void replan(List<Planned> plan) {
		this.ahead.clear();
		this.ahead.addAll(plan);
		this.deadline = Instant.MIN;
	}

	/**
	 * Cuts the time of the present step.
	 */
	void notAfter(Instant latest) {
		if (latest.isBefore(this.deadline)) {
			this.deadline = latest;
		}
	}

	void postpone(Duration gap) {
		if (this.step != null) {
			this.deadline = this.deadline.plus(gap);
		}
	}

	/**
	 * From now on it is gone because of this, however it ends.
	 */
	void force(ExitCause cause) {
		this.cause = cause;
		this.forced = true;
	}

	/**
	 * Notes that a successor was there before it left.
	 */
	void replaced() {
		this.replaced = true;
	}

	boolean isReplaced() {
		return this.replaced;
	}

	@Nullable Step step() {
		return this.step;
	}

	ExitCause cause() {
		return this.cause;
	}

	boolean forced() {
		return this.forced;
	}

	boolean announced() {
		return this.announced;
	}

	boolean graceful() {
		return this.graceful;
	}

	/**
	 * One step of the way.
	 */
	enum Step {

		/** It is told to drain. */
		DRAIN,
		/** It leaves by itself. */
		WAIT,
		/** Evidence is taken of it. */
		EVIDENCE,
		/** It is sent TERM. */
		TERM,
		/** It is sent KILL. */
		KILL

	}

	/**
	 * A step to come.
	 *
	 * @param step the step
	 * @param patience how long it may take before the next step begins
	 */
	record Planned(Step step, Duration patience) {
	}

}
