package io.prefork.pool;

import java.time.Duration;

/**
 * The rules that a {@link Pool} follows. Values, checked when made.
 *
 * @param workers the initial target, at least 1
 * @param maximum the highest target that a command may set
 * @param bootsAtOnce how many workers may be booting at the same time, at least 1: JVMs
 * that start together starve each other and the ones that serve
 * @param bootTimeout time from spawn to ready, zero for none
 * @param timeout silence of the heartbeat after which a worker is hung, zero for none
 * @param requestTimeout age of a request after which its worker is replaced, zero for
 * none; for the {@code sync} class that is {@code timeout}
 * @param gracefulTimeout time that a leaving worker is given
 * @param maxRequests requests after which a worker is recycled, 0 for never
 * @param maxRequestsJitter upper bound of what is added to {@code maxRequests} at random,
 * drawn once for each worker
 * @param backoff delays between respawns after crashes
 */
public record PoolPolicy(int workers, int maximum, int bootsAtOnce, Duration bootTimeout, Duration timeout,
		Duration requestTimeout, Duration gracefulTimeout, long maxRequests, long maxRequestsJitter, Backoff backoff) {

	public PoolPolicy {
		if (workers < 1 || workers > maximum) {
			throw new IllegalArgumentException("'workers' must be between 1 and " + maximum + " but is " + workers);
		}
		if (bootsAtOnce < 1) {
			throw new IllegalArgumentException("'bootsAtOnce' must be at least 1 but is " + bootsAtOnce);
		}
		if (maxRequests < 0 || maxRequestsJitter < 0) {
			throw new IllegalArgumentException("'maxRequests' and 'maxRequestsJitter' must not be negative");
		}
	}

	/**
	 * Exponential delay between respawns.
	 *
	 * @param initial delay after the first crash
	 * @param factor growth with every further crash
	 * @param maximum bound of the delay
	 * @param healthyAfter how long a worker must have been ready for the delay to start
	 * over
	 */
	public record Backoff(Duration initial, double factor, Duration maximum, Duration healthyAfter) {

		/**
		 * 100 ms, growing by half up to 30 s, over after 30 s of health.
		 */
		public static final Backoff DEFAULT = new Backoff(Duration.ofMillis(100), 1.5, Duration.ofSeconds(30),
				Duration.ofSeconds(30));

		/**
		 * The delay before the respawn that follows the given number of crashes.
		 * @param crashes crashes in a row, at least 1
		 * @return the delay, at most {@link #maximum()}
		 */
		public Duration delay(int crashes) {
			double nanos = this.initial.toNanos() * Math.pow(this.factor, crashes - 1.0);
			return (nanos < this.maximum.toNanos()) ? Duration.ofNanos((long) nanos) : this.maximum;
		}

	}

}
