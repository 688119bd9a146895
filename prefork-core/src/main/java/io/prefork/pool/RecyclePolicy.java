package io.prefork.pool;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When a worker that is well is replaced all the same, because it has done enough or
 * grown too large. Values, checked when made.
 *
 * @param maxRequests requests after which a worker is replaced, 0 for never
 * @param maxRequestsJitter upper bound of what is added to {@code maxRequests} at random,
 * drawn once for each worker
 * @param maxAge time of being ready after which a worker is replaced, zero for never
 * @param maxAgeJitter upper bound of what is added to {@code maxAge} at random, drawn
 * once for each worker
 * @param memory how large a worker may become
 */
public record RecyclePolicy(long maxRequests, long maxRequestsJitter, Duration maxAge, Duration maxAgeJitter,
		Memory memory) {

	/**
	 * Workers are not replaced.
	 */
	public static final RecyclePolicy NEVER = new RecyclePolicy(0, 0, Duration.ZERO, Duration.ZERO, Memory.UNLIMITED);

	public RecyclePolicy {
		if (maxRequests < 0 || maxRequestsJitter < 0) {
			throw new IllegalArgumentException("'maxRequests' and 'maxRequestsJitter' must not be negative");
		}
		if (maxRequestsJitter > Long.MAX_VALUE - 1 - maxRequests) {
			throw new IllegalArgumentException("'maxRequests' and 'maxRequestsJitter' are too large together");
		}
		PoolPolicy.requireNotNegative("maxAge", maxAge);
		PoolPolicy.requireNotNegative("maxAgeJitter", maxAgeJitter);
	}

	/**
	 * Workers are replaced after a number of requests, and for nothing else.
	 * @param maxRequests requests after which a worker is replaced, 0 for never
	 * @param jitter upper bound of what is added to them
	 * @return the policy
	 */
	public static RecyclePolicy requests(long maxRequests, long jitter) {
		return new RecyclePolicy(maxRequests, jitter, Duration.ZERO, Duration.ZERO, Memory.UNLIMITED);
	}

	/**
	 * Draws how long one worker serves.
	 */
	Lifespan draw(RandomGenerator random) {
		long requests = (this.maxRequests == 0) ? Long.MAX_VALUE
				: this.maxRequests + random.nextLong(this.maxRequestsJitter + 1);
		Duration age = this.maxAge.isZero() ? Duration.ZERO
				: this.maxAge.plusMillis(random.nextLong(this.maxAgeJitter.toMillis() + 1));
		return new Lifespan(requests, age);
	}

	/**
	 * How long a worker goes on that was spawned under other rules, perhaps. What these
	 * could not have drawn is drawn anew.
	 */
	Lifespan redraw(Lifespan before, RandomGenerator random) {
		Lifespan drawn = draw(random);
		boolean sameRequests = (this.maxRequests == 0) ? before.requests() == Long.MAX_VALUE
				: before.requests() >= this.maxRequests
						&& before.requests() - this.maxRequests <= this.maxRequestsJitter;
		boolean sameAge = this.maxAge.isZero() ? before.age().isZero() : before.age().compareTo(this.maxAge) >= 0
				&& before.age().minus(this.maxAge).compareTo(this.maxAgeJitter) <= 0;
		return new Lifespan(sameRequests ? before.requests() : drawn.requests(), sameAge ? before.age() : drawn.age());
	}

	/**
	 * How large a worker may become. A limit that is exceeded for a moment means nothing:
	 * a request may want much memory and give it back.
	 *
	 * @param resident resident memory above which a worker is replaced, in bytes, 0 for
	 * any
	 * @param samples in how many samples in a row, at least 1
	 * @param heap share of the old generation of its heap, in percent, that is in use
	 * after collections and above which it is replaced, 0 for any
	 */
	public record Memory(long resident, int samples, int heap) {

		/**
		 * As large as it likes.
		 */
		public static final Memory UNLIMITED = new Memory(0, 1, 0);

		public Memory {
			if (resident < 0) {
				throw new IllegalArgumentException("'resident' must not be negative but is " + resident);
			}
			if (samples < 1) {
				throw new IllegalArgumentException("'samples' must be at least 1 but is " + samples);
			}
			if (heap < 0 || heap > 100) {
				throw new IllegalArgumentException("'heap' must be between 0 and 100 but is " + heap);
			}
		}

	}

}
