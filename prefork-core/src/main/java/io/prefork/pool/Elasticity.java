package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * Sets the target as the load asks for, within what may be and what can be had: the
 * maximum, the floor that a command has set, memory, and no growth while workers crash
 * one after the other. Nothing is decided during a rollout.
 */
final class Elasticity {

	/**
	 * A boot that takes so many times as long as the last one is not waited for.
	 */
	private static final int BOOTS = 2;

	private static final Duration REPEAT_REFUSAL = Duration.ofMinutes(10);

	private final ScalePolicy policy;

	private final Roster roster;

	private final Staffing staffing;

	private final Orders orders;

	private final @Nullable Scaler scaler;

	private final LoadHistory load;

	private final Patience patience;

	private final Map<ScaleReason, Long> decisions = new EnumMap<>(ScaleReason.class);

	private int floor;

	private Duration boot = Duration.ZERO;

	private Instant grown = Instant.MIN;

	private String lastDecision = "";

	private @Nullable ScaleReason lastRefusal;

	private Instant repeatRefusal = Instant.MIN;

	Elasticity(ScalePolicy policy, Roster roster, Staffing staffing, Orders orders) {
		this.policy = policy;
		this.roster = roster;
		this.staffing = staffing;
		this.orders = orders;
		this.scaler = Scaler.of(policy).orElse(null);
		this.load = new LoadHistory(policy.window());
		this.patience = new Patience(policy.window());
		for (ScaleReason reason : ScaleReason.values()) {
			this.decisions.put(reason, 0L);
		}
	}

	/**
	 * Goes on from what was decided before, if the number may still follow the load.
	 */
	void resume(CarriedPool.Scale carried) {
		this.floor = (this.scaler != null) ? Math.min(carried.floor(), this.policy.maximum()) : 0;
		this.boot = carried.boot();
		this.grown = carried.grown().orElse(Instant.MIN);
		this.lastDecision = carried.lastDecision();
		this.decisions.putAll(carried.decisions());
		this.lastRefusal = carried.refusal().map(CarriedPool.Refusal::reason).orElse(null);
		this.repeatRefusal = carried.refusal().map(CarriedPool.Refusal::repeat).orElse(Instant.MIN);
	}

	CarriedPool.Scale carry() {
		return new CarriedPool.Scale(this.floor, this.boot,
				Optional.of(this.grown).filter((time) -> !time.equals(Instant.MIN)), this.lastDecision, this.decisions,
				Optional.ofNullable(this.lastRefusal)
					.map((reason) -> new CarriedPool.Refusal(reason, this.repeatRefusal)));
	}

	/**
	 * A worker accepts.
	 * @param took the time since its spawn
	 */
	void booted(Duration took) {
		this.boot = took;
	}

	/**
	 * Takes a reading, and once a second decides.
	 */
	void tick(Surroundings seen, Instant now) {
		Scaler scaler = this.scaler;
		if (scaler == null) {
			return;
		}
		if (!this.staffing.settled()) {
			pause();
			return;
		}
		int busy = 0;
		for (WorkerRecord worker : this.roster.all()) {
			busy += worker.accepting() ? Math.min(this.policy.slots(), worker.pulse().busy()) : 0;
		}
		if (this.load.add(this.roster.accepting(), busy, seen.queued(), now)) {
			decide(scaler, seen, now);
		}
	}

	/**
	 * Begins anew after a time of which nothing is known.
	 */
	void pause() {
		this.load.forget();
		this.patience.restart();
	}

	private void decide(Scaler scaler, Surroundings seen, Instant now) {
		int target = this.staffing.target();
		Optional<Scaler.Growth> growth = scaler.growth(this.load, target, cool(now));
		if (growth.isPresent()) {
			this.patience.restart();
			grow(growth.get(), seen, now);
			return;
		}
		boolean surplus = target > lowest() && scaler.surplus(this.load, target);
		boolean ripe = this.patience.exhausted(surplus, now) && !now.isBefore(this.grown.plus(this.boot));
		if (ripe && !this.roster.retreating()) {
			String line = "scaling from " + target + " to " + CountText.workers(target - 1)
					+ ": fewer would have done for " + DurationText.of(this.patience.length()) + ", "
					+ measuredOverWindow();
			this.patience.stopped(now);
			change(target - 1, ScaleReason.IDLE, line);
		}
	}

	/**
	 * Whether the workers that were asked for last are up, or should have been.
	 */
	private boolean cool(Instant now) {
		boolean up = this.load.lasting(LoadHistory.Sample::accepting) >= this.staffing.target();
		return up || !now.isBefore(this.grown.plus(this.boot.multipliedBy(BOOTS)));
	}

	private void grow(Scaler.Growth growth, Surroundings seen, Instant now) {
		int target = this.staffing.target();
		int room = seen.room(this.staffing.starting());
		if (target >= this.policy.maximum()) {
			refuse(ScaleReason.MAXIMUM, "there may be no more than " + this.policy.maximum(), now);
		}
		else if (this.staffing.crashing()) {
			refuse(ScaleReason.CRASHES, "workers crash one after the other", now);
		}
		else if (room == 0) {
			refuse(ScaleReason.MEMORY, "a worker takes " + megabytes(seen.workerMemory().orElse(0)) + " and "
					+ megabytes(seen.freeMemory().orElse(0)) + " are left", now);
		}
		else {
			int next = target + Math.min(Math.min(growth.workers(), room), this.policy.maximum() - target);
			this.patience.grown(now);
			this.grown = now;
			this.lastRefusal = null;
			String measured = (growth.reason() == ScaleReason.BUSY) ? measuredOverWindow() : measured();
			change(next, growth.reason(),
					"scaling from " + target + " to " + CountText.workers(next) + ": " + measured);
		}
	}

	private void change(int target, ScaleReason reason, String line) {
		this.staffing.target(target);
		note(reason, line);
		this.orders.info(line);
	}

	/**
	 * Says once that what is wanted cannot be had, and again if that lasts.
	 */
	private void refuse(ScaleReason reason, String why, Instant now) {
		if (reason == this.lastRefusal && now.isBefore(this.repeatRefusal)) {
			return;
		}
		this.lastRefusal = reason;
		this.repeatRefusal = now.plus(REPEAT_REFUSAL);
		String line = "staying at " + CountText.workers(this.staffing.target()) + ", since " + why + ": " + measured();
		note(reason, line);
		if (reason == ScaleReason.MEMORY) {
			this.orders.warn(line);
		}
		else {
			this.orders.info(line);
		}
	}

	private void note(ScaleReason reason, String line) {
		this.lastDecision = line;
		this.decisions.merge(reason, 1L, Long::sum);
	}

	private String measured() {
		return busy(this.load.last().busy()) + queued();
	}

	private String measuredOverWindow() {
		return busy(this.load.mean(LoadHistory.Sample::busy)) + " over " + DurationText.of(this.policy.window())
				+ queued();
	}

	private String busy(double busy) {
		return Math.round(busy) + " of " + (this.load.last().accepting() * this.policy.slots()) + " slots busy";
	}

	private String queued() {
		int queued = this.load.last().queued();
		return (queued > 0) ? " and " + CountText.of(queued, "connection") + " queued" : "";
	}

	private static String megabytes(long bytes) {
		return Math.max(0, bytes) / (1024 * 1024) + " MB";
	}

	/**
	 * A command has set the target; the load moves it no lower than that until released.
	 */
	void hold(int previous, int target, Instant now) {
		if (this.scaler == null) {
			return;
		}
		this.floor = (target >= previous || target < lowest()) ? target : this.floor;
		this.grown = (target > previous) ? now : this.grown;
		this.patience.restart();
	}

	/**
	 * Sets the floor to just that number.
	 */
	void holdAt(int previous, int target, Instant now) {
		hold(previous, target, now);
		this.floor = (this.scaler != null) ? target : 0;
	}

	/**
	 * Gives the target back to the load.
	 */
	void release() {
		this.floor = 0;
		this.patience.restart();
	}

	private int lowest() {
		return (this.floor > 0) ? this.floor : this.policy.minimum();
	}

	ScalePolicy policy() {
		return this.policy;
	}

	/**
	 * The floor that a command has set, 0 for none.
	 */
	int floor() {
		return this.floor;
	}

	ScaleView view() {
		return new ScaleView(this.policy.rule().name(), this.policy.minimum(), this.policy.maximum(), this.floor,
				this.lastDecision, Collections.unmodifiableMap(new EnumMap<>(this.decisions)));
	}

}
