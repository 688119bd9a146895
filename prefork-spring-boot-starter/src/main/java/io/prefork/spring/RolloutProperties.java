package io.prefork.spring;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationUnit;

/**
 * Settings of rollouts, which are reloads and rollbacks.
 */
public class RolloutProperties {

	/**
	 * How many workers beyond the target a rollout starts at a time, once its first one
	 * has proven to work. The first is always beyond the target.
	 */
	private int surge = 1;

	/**
	 * How many workers may be missing from the target during a rollout. At least one
	 * worker always serves.
	 */
	private int maxUnavailable;

	/**
	 * How long the first new worker serves beside all old ones before others follow. If
	 * it ends meanwhile, or answers with more errors than they do, the rollout fails.
	 * Zero for not at all.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration canaryWindow = Duration.ofSeconds(5);

	/**
	 * Percentage points by which the first new worker's share of answers with a server
	 * error may exceed twice that of the old workers, from 0 to 100; 100 for any share.
	 */
	private int maxErrorRateIncrease = 5;

	/**
	 * Whether the first new worker takes connections only when its health, as of the
	 * health endpoint, is neither DOWN nor OUT_OF_SERVICE.
	 */
	private boolean health = true;

	/**
	 * Health group that the first new worker is judged by. When not set, all health
	 * contributors.
	 */
	private @Nullable String healthGroup;

	public int getSurge() {
		return this.surge;
	}

	public void setSurge(int surge) {
		this.surge = surge;
	}

	public int getMaxUnavailable() {
		return this.maxUnavailable;
	}

	public void setMaxUnavailable(int maxUnavailable) {
		this.maxUnavailable = maxUnavailable;
	}

	public Duration getCanaryWindow() {
		return this.canaryWindow;
	}

	public void setCanaryWindow(Duration canaryWindow) {
		this.canaryWindow = canaryWindow;
	}

	public int getMaxErrorRateIncrease() {
		return this.maxErrorRateIncrease;
	}

	public void setMaxErrorRateIncrease(int maxErrorRateIncrease) {
		this.maxErrorRateIncrease = maxErrorRateIncrease;
	}

	public boolean isHealth() {
		return this.health;
	}

	public void setHealth(boolean health) {
		this.health = health;
	}

	public @Nullable String getHealthGroup() {
		return this.healthGroup;
	}

	public void setHealthGroup(@Nullable String healthGroup) {
		this.healthGroup = healthGroup;
	}

}
