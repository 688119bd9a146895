package io.prefork.pool;

import java.time.Duration;

/**
 * The rules by which a new generation takes the place of the old one. Values, checked
 * when made.
 *
 * @param surge workers beyond the target that a rollout may have at a time once its
 * canary has proven, at least 0. The canary itself is always beyond the target
 * @param maxUnavailable workers that may be missing from the target meanwhile, at least
 * 0, and not 0 together with {@code surge}. At least one worker is never missing
 * @param canaryWindow for how long the canary serves beside the whole old generation
 * before others follow, zero for not at all
 * @param maxErrorRateIncrease percentage points by which the canary's share of server
 * errors may exceed twice that of the old generation, 0 to 100; 100 for any share
 * @param health whether the canary is asked for its health before its gate is opened
 */
public record RolloutPolicy(int surge, int maxUnavailable, Duration canaryWindow, int maxErrorRateIncrease,
		boolean health) {

	/**
	 * How long a canary must have been unwell at least: a pool of connections that is not
	 * filled yet is no verdict on the code.
	 */
	private static final Duration LEAST_PATIENCE = Duration.ofSeconds(5);

	public RolloutPolicy {
		if (surge < 0 || maxUnavailable < 0 || surge + (long) maxUnavailable == 0) {
			throw new IllegalArgumentException("'surge' and 'maxUnavailable' must not be negative, nor both 0, but are "
					+ surge + " and " + maxUnavailable);
		}
		if (canaryWindow.isNegative()) {
			throw new IllegalArgumentException("'canaryWindow' must not be negative but is " + canaryWindow);
		}
		if (maxErrorRateIncrease < 0 || maxErrorRateIncrease > 100) {
			throw new IllegalArgumentException(
					"'maxErrorRateIncrease' must be between 0 and 100 but is " + maxErrorRateIncrease);
		}
	}

	/**
	 * One worker at a time and none missing, watched for 5 s.
	 */
	public static final RolloutPolicy DEFAULT = new RolloutPolicy(1, 0, Duration.ofSeconds(5), 5, true);

	/**
	 * Workers that may be missing from a target.
	 */
	int unavailable(int target) {
		return Math.min(this.maxUnavailable, target - 1);
	}

	/**
	 * Workers that may be beyond a target: one if otherwise nothing could be replaced.
	 */
	int surge(int target) {
		return (this.surge == 0 && unavailable(target) == 0) ? 1 : this.surge;
	}

	/**
	 * How long a canary may be unwell.
	 */
	Duration patience() {
		return (this.canaryWindow.compareTo(LEAST_PATIENCE) > 0) ? this.canaryWindow : LEAST_PATIENCE;
	}

}
