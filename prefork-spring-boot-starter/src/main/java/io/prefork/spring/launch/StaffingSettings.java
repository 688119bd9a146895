package io.prefork.spring.launch;

import java.time.Duration;
import java.util.Set;

import io.prefork.pool.RespawnPolicy;
import io.prefork.pool.StaffingPolicy;
import io.prefork.spring.InvalidSettingException;
import io.prefork.spring.PreforkProperties;
import io.prefork.spring.RespawnProperties;
import org.jspecify.annotations.Nullable;

/**
 * The settings of how places are kept filled, checked, and as the pool knows them: how
 * many workers boot at a time, hot spares, and {@code prefork.respawn.*}.
 */
final class StaffingSettings {

	private static final String RESPAWN = "prefork.respawn.";

	private static final int MOST_EXITS = 10_000;

	private static final int HIGHEST_STATUS = 255;

	/**
	 * Some boots long: within a shorter one hardly anything can be counted.
	 */
	private static final Duration SHORTEST_WINDOW = Duration.ofMinutes(1);

	private static final Duration LONGEST_WINDOW = Duration.ofDays(1);

	private final PreforkProperties properties;

	StaffingSettings(PreforkProperties properties) {
		this.properties = properties;
	}

	void check() {
		PoolSettings.between("prefork.spare-workers", this.properties.getSpareWorkers(), 0,
				PoolSettings.HIGHEST_MAXIMUM);
		boots("prefork.boot-concurrency", this.properties.getBootConcurrency());
		boots("prefork.boot-concurrency-serving", this.properties.getBootConcurrencyServing());
		RespawnProperties respawn = this.properties.getRespawn();
		PoolSettings.between(RESPAWN + "max-exits-per-slot", respawn.getMaxExitsPerSlot(), 1, MOST_EXITS);
		PoolSettings.between(RESPAWN + "max-exits", respawn.getMaxExits(), 1, MOST_EXITS);
		Duration window = respawn.getWindow();
		if (window.compareTo(SHORTEST_WINDOW) < 0 || window.compareTo(LONGEST_WINDOW) > 0) {
			throw new InvalidSettingException(RESPAWN + "window", window, "which is not between 1m and 1d",
					"Set '" + RESPAWN + "window' to a duration from 1m to 1d, such as 5m.");
		}
		for (int code : respawn.getFatalExitCodes()) {
			PoolSettings.between(RESPAWN + "fatal-exit-codes", code, 0, HIGHEST_STATUS);
		}
	}

	private static void boots(String setting, @Nullable Integer number) {
		if (number != null) {
			PoolSettings.between(setting, number, 1, PoolSettings.HIGHEST_MAXIMUM);
		}
	}

	/**
	 * How many workers may start at the same time. A JVM that boots keeps about two
	 * processors busy.
	 * @return at least 1
	 */
	int bootConcurrency() {
		Integer configured = this.properties.getBootConcurrency();
		return (configured != null) ? configured : half(Runtime.getRuntime().availableProcessors());
	}

	private int bootConcurrencyServing() {
		Integer configured = this.properties.getBootConcurrencyServing();
		return (configured != null) ? configured : half(bootConcurrency());
	}

	private static int half(int number) {
		return Math.max(1, number / 2);
	}

	StaffingPolicy policy() {
		RespawnProperties respawn = this.properties.getRespawn();
		return new StaffingPolicy(this.properties.getSpareWorkers(), bootConcurrencyServing(),
				new RespawnPolicy(respawn.getMaxExitsPerSlot(), respawn.getMaxExits(), respawn.getWindow(),
						Set.copyOf(respawn.getFatalExitCodes())));
	}

}
