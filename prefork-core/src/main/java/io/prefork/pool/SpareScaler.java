package io.prefork.pool;

import java.util.Optional;

/**
 * Keeps some workers' worth of request slots free, as php-fpm keeps idle processes: the
 * number that may be added in a second begins with one and doubles while there is still a
 * lack, up to 32; they go one at a time.
 */
final class SpareScaler implements Scaler {

	/**
	 * As {@code pm.max_spawn_rate} and httpd's {@code MAX_SPAWN_RATE}.
	 */
	private static final int HIGHEST_RATE = 32;

	/**
	 * What the rounding of sums of readings may amount to.
	 */
	private static final double ROUNDING = 1e-9;

	private final ScalePolicy.Spare rule;

	private final double slots;

	private int rate = 1;

	SpareScaler(ScalePolicy.Spare rule, int slots) {
		this.rule = rule;
		this.slots = slots;
	}

	@Override
	public Optional<Growth> growth(LoadHistory load, int target, boolean settled) {
		int missing = missing(target, load.lasting(LoadHistory.Sample::demand));
		if (missing <= 0) {
			this.rate = 1;
			return Optional.empty();
		}
		int workers = Math.min(missing, this.rate);
		this.rate = Math.min(HIGHEST_RATE, 2 * this.rate);
		boolean queue = missing(target, load.lasting(LoadHistory.Sample::busy)) < missing;
		return Optional.of(new Growth(workers, queue ? ScaleReason.QUEUE : ScaleReason.SPARE));
	}

	private int missing(int target, double demand) {
		double free = target - demand / this.slots;
		return (int) Math.ceil(this.rule.minimum() - free - ROUNDING);
	}

	@Override
	public boolean surplus(LoadHistory load, int target) {
		LoadHistory.Sample last = load.last();
		return last.accepting() - last.demand() / this.slots > this.rule.maximum();
	}

}
