package io.prefork.spring.launch;

import io.prefork.pool.RolloutPolicy;
import io.prefork.spring.InvalidSettingException;
import io.prefork.spring.RolloutProperties;

/**
 * The settings under {@code prefork.rollout.*}, checked, and as the pool knows them.
 */
final class RolloutSettings {

	private static final String PREFIX = "prefork.rollout.";

	private RolloutSettings() {
	}

	static void check(RolloutProperties rollout) {
		PoolSettings.between(PREFIX + "surge", rollout.getSurge(), 0, PoolSettings.HIGHEST_MAXIMUM);
		PoolSettings.between(PREFIX + "max-unavailable", rollout.getMaxUnavailable(), 0, PoolSettings.HIGHEST_MAXIMUM);
		if (rollout.getSurge() == 0 && rollout.getMaxUnavailable() == 0) {
			throw new InvalidSettingException(PREFIX + "surge", 0,
					"with which nothing could be replaced, since '" + PREFIX + "max-unavailable' is 0 too",
					"Set '" + PREFIX + "surge' to 1 or more for new workers before old ones go, or '" + PREFIX
							+ "max-unavailable' to 1 or more where there is no memory for that.");
		}
		PoolSettings.duration(PREFIX + "canary-window", rollout.getCanaryWindow());
		PoolSettings.between(PREFIX + "max-error-rate-increase", rollout.getMaxErrorRateIncrease(), 0, 100);
	}

	static RolloutPolicy policy(RolloutProperties rollout) {
		return new RolloutPolicy(rollout.getSurge(), rollout.getMaxUnavailable(), rollout.getCanaryWindow(),
				rollout.getMaxErrorRateIncrease(), rollout.isHealth());
	}

}
