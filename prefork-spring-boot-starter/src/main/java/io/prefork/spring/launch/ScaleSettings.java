package io.prefork.spring.launch;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

import io.prefork.pool.ScalePolicy;
import io.prefork.spring.InvalidSettingException;
import io.prefork.spring.PreforkProperties;
import io.prefork.spring.ScaleProperties;
import io.prefork.spring.ScaleProperties.Policy;

import org.springframework.util.unit.DataSize;

/**
 * The settings under {@code prefork.scale.*}, checked against each other and against
 * those of the pool.
 */
final class ScaleSettings {

	private static final Duration SHORTEST_WINDOW = Duration.ofSeconds(1);

	private static final Duration LONGEST_WINDOW = Duration.ofHours(1);

	private static final int HIGHEST_PERCENTAGE = 99;

	private static final int LARGEST_QUEUE = 65535;

	private final ScaleProperties properties;

	private final int maxWorkers;

	ScaleSettings(PreforkProperties properties) {
		this.properties = properties.getScale();
		this.maxWorkers = properties.getMaxWorkers();
	}

	void check() {
		if (isElastic() && this.properties.getMax() == null) {
			throw new InvalidSettingException("prefork.scale.policy", policyName(),
					"which wants 'prefork.scale.max' to be set, too",
					"Set 'prefork.scale.max' to the most workers that the memory and the processors bear.");
		}
		int max = Optional.ofNullable(this.properties.getMax()).orElse(this.maxWorkers);
		between("prefork.scale.max", max, 1, this.maxWorkers, "'prefork.max-workers'");
		between("prefork.scale.min", min(1), 1, max, "'prefork.scale.max'");
		between("prefork.scale.max-spare", this.properties.getMaxSpare(), 2, PoolSettings.HIGHEST_MAXIMUM, "workers");
		between("prefork.scale.min-spare", this.properties.getMinSpare(), 1, this.properties.getMaxSpare() - 1,
				"below 'prefork.scale.max-spare'");
		between("prefork.scale.busy-high", this.properties.getBusyHigh(), 2, HIGHEST_PERCENTAGE, "percent");
		between("prefork.scale.busy-low", this.properties.getBusyLow(), 1, this.properties.getBusyHigh() - 1,
				"below 'prefork.scale.busy-high'");
		between("prefork.scale.queue-alert", this.properties.getQueueAlert(), 1, LARGEST_QUEUE, "connections");
		Duration window = this.properties.getWindow();
		if (window.compareTo(SHORTEST_WINDOW) < 0 || window.compareTo(LONGEST_WINDOW) > 0) {
			throw new InvalidSettingException("prefork.scale.window", window, "which is not between 1s and 1h",
					"Set 'prefork.scale.window' to a duration from 1s to 1h, such as 10s.");
		}
		DataSize limit = this.properties.getMemoryLimit();
		if (limit != null && limit.toBytes() < 1) {
			throw new InvalidSettingException("prefork.scale.memory-limit", limit, "which is no memory at all",
					"Set 'prefork.scale.memory-limit' to the memory of all workers, such as 2GB, or leave it out.");
		}
	}

	private static void between(String setting, int value, int lowest, int highest, String bound) {
		if (value < lowest || value > highest) {
			throw new InvalidSettingException(setting, value,
					"which is not between " + lowest + " and " + highest + " (" + bound + ")",
					"Set '" + setting + "' to a number from " + lowest + " to " + highest + ".");
		}
	}

	boolean isElastic() {
		return this.properties.getPolicy() != Policy.STATIC;
	}

	private String policyName() {
		return this.properties.getPolicy().name().toLowerCase(Locale.ROOT);
	}

	/**
	 * The fewest workers that there may be at the start.
	 */
	int least() {
		return isElastic() ? min(1) : 1;
	}

	private int min(int unset) {
		return Optional.ofNullable(this.properties.getMin()).orElse(unset);
	}

	/**
	 * The most workers that there may ever be.
	 */
	int most() {
		return isElastic() ? Objects.requireNonNull(this.properties.getMax()) : this.maxWorkers;
	}

	/**
	 * The setting that says what is the most.
	 */
	String mostSetting() {
		return isElastic() ? "prefork.scale.max" : "prefork.max-workers";
	}

	/**
	 * Among how many workers the machine is shared out.
	 * @param workers the number at the start
	 */
	int sharers(int workers) {
		return isElastic() ? most() : workers;
	}

	/**
	 * The policy.
	 * @param workers the number of workers at the start
	 * @param slots the requests that one serves at a time
	 */
	ScalePolicy policy(int workers, int slots) {
		ScalePolicy.Rule rule = switch (this.properties.getPolicy()) {
			case STATIC -> new ScalePolicy.Static();
			case SPARE -> new ScalePolicy.Spare(this.properties.getMinSpare(), this.properties.getMaxSpare());
			case BUSYNESS -> new ScalePolicy.Busyness(this.properties.getBusyLow(), this.properties.getBusyHigh(),
					this.properties.getQueueAlert());
		};
		int minimum = isElastic() ? min(workers) : 1;
		OptionalLong memoryLimit = Stream.ofNullable(this.properties.getMemoryLimit())
			.mapToLong(DataSize::toBytes)
			.findFirst();
		return new ScalePolicy(rule, minimum, most(), slots, this.properties.getWindow(), memoryLimit);
	}

	/**
	 * What is to be said of it at the start.
	 * @param workers the number of workers at the start
	 */
	Optional<String> note(int workers) {
		return isElastic() ? Optional.of("The number of workers follows the load, from " + policy(workers, 1).minimum()
				+ " to " + most() + " (prefork.scale.policy=" + policyName() + ")") : Optional.empty();
	}

}
