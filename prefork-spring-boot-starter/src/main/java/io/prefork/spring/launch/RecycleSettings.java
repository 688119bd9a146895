package io.prefork.spring.launch;

import java.time.Duration;

import io.prefork.pool.RecyclePolicy;
import io.prefork.spring.InvalidSettingException;
import io.prefork.spring.PreforkProperties;

import org.springframework.util.unit.DataSize;

/**
 * The settings of when workers are replaced that are well, and of the look-out for
 * deadlocks, checked, and as the pool knows them.
 */
final class RecycleSettings {

	private static final long MOST_REQUESTS = 1_000_000_000_000L;

	/**
	 * What no JVM with Spring gets along with.
	 */
	private static final DataSize LEAST_MEMORY = DataSize.ofMegabytes(64);

	private static final int MOST_SAMPLES = 1000;

	/**
	 * A heap that is half full after a collection is a healthy one.
	 */
	private static final int LEAST_HEAP = 50;

	private static final int MOST_HEAP = 99;

	/**
	 * If nothing is said, a tenth of the age is added at random: workers start together.
	 */
	private static final int JITTER_SHARE = 10;

	private final PreforkProperties properties;

	RecycleSettings(PreforkProperties properties) {
		this.properties = properties;
	}

	void check() {
		PoolSettings.between("prefork.max-requests", this.properties.getMaxRequests(), 0, MOST_REQUESTS);
		PoolSettings.between("prefork.max-requests-jitter", this.properties.getMaxRequestsJitter(), 0,
				Integer.MAX_VALUE);
		PoolSettings.duration("prefork.max-age", this.properties.getMaxAge());
		PoolSettings.notTooShort("prefork.max-age", this.properties.getMaxAge());
		PoolSettings.duration("prefork.max-age-jitter", this.properties.getMaxAgeJitter());
		PoolSettings.between("prefork.max-memory-samples", this.properties.getMaxMemorySamples(), 1, MOST_SAMPLES);
		checkMemory(this.properties.getMaxMemory());
		int heap = this.properties.getMaxHeapAfterGc();
		if (heap != 0 && (heap < LEAST_HEAP || heap > MOST_HEAP)) {
			throw new InvalidSettingException("prefork.max-heap-after-gc", heap,
					"which is neither 0 nor between " + LEAST_HEAP + " and " + MOST_HEAP,
					"Set 'prefork.max-heap-after-gc' to a percentage such as 90, or to 0 to switch it off.");
		}
		PoolSettings.duration("prefork.deadlock-interval", this.properties.getDeadlockInterval());
		PoolSettings.notTooShort("prefork.deadlock-interval", this.properties.getDeadlockInterval());
	}

	private static void checkMemory(DataSize memory) {
		if (memory.toBytes() != 0 && memory.compareTo(LEAST_MEMORY) < 0) {
			throw new InvalidSettingException("prefork.max-memory", memory,
					memory.isNegative() ? "which is negative"
							: "which is less than " + LEAST_MEMORY.toMegabytes() + "MB: every worker would be larger",
					"Set 'prefork.max-memory' to more than the largest heap of a worker and 150 MB, such as 1GB, or "
							+ "to 0 to switch it off.");
		}
	}

	RecyclePolicy policy() {
		Duration age = this.properties.getMaxAge();
		Duration jitter = this.properties.getMaxAgeJitter();
		return new RecyclePolicy(this.properties.getMaxRequests(), this.properties.getMaxRequestsJitter(), age,
				(jitter != null) ? jitter : age.dividedBy(JITTER_SHARE),
				new RecyclePolicy.Memory(this.properties.getMaxMemory().toBytes(),
						this.properties.getMaxMemorySamples(), this.properties.getMaxHeapAfterGc()));
	}

}
