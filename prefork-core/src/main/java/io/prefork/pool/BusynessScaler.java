package io.prefork.pool;

import java.util.Optional;

/**
 * Keeps the share of busy slots, on average over a window, between two bounds, as uWSGI's
 * {@code busyness}. Adds as many workers as bring the share to the middle between them,
 * and at most doubles: saturated slots do not tell how much more there is. A queue beyond
 * its alert is an emergency, for which no window is waited.
 */
final class BusynessScaler implements Scaler {

	private final double low;

	private final double high;

	private final double middle;

	private final int queueAlert;

	private final double slots;

	BusynessScaler(ScalePolicy.Busyness rule, int slots) {
		this.low = rule.low() / 100.0;
		this.high = rule.high() / 100.0;
		this.middle = (this.low + this.high) / 2;
		this.queueAlert = rule.queueAlert();
		this.slots = slots;
	}

	@Override
	public Optional<Growth> growth(LoadHistory load, int target, boolean settled) {
		if (settled && load.lasting(LoadHistory.Sample::queued) > this.queueAlert) {
			return Optional.of(new Growth(target, ScaleReason.QUEUE));
		}
		// No window yet is NaN, and not above anything
		double share = load.mean(LoadHistory.Sample::busy) / (target * this.slots);
		if (share > this.high) {
			int wanted = (int) Math.ceil(target * share / this.middle);
			return Optional.of(new Growth(Math.max(1, Math.min(target, wanted - target)), ScaleReason.BUSY));
		}
		return Optional.empty();
	}

	/**
	 * One fewer must also not be so few that it would soon be one more again.
	 */
	@Override
	public boolean surplus(LoadHistory load, int target) {
		int left = Math.min(load.last().accepting(), target - 1);
		return load.last().queued() == 0 && load.mean(this::share) < this.low
				&& load.mean(LoadHistory.Sample::busy) <= this.middle * left * this.slots;
	}

	private double share(LoadHistory.Sample sample) {
		return (sample.accepting() > 0) ? sample.busy() / (sample.accepting() * this.slots) : 1;
	}

}
