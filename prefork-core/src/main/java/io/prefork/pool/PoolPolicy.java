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
 * @param requestTimeout age from which on a request may cost its worker a slot, zero for
 * none
 * @param gracefulTimeout time that a leaving worker is given
 * @param recycling when a worker is replaced that is well
 * @param backoff delays between respawns after crashes
 * @param rollout how a new generation takes the place of the old one
 * @param scale how many workers there are, and what changes their number
 * @param lostSlots how many slots a worker may lose to requests past their timeout
 * @param staffing how places are kept filled
 */
public record PoolPolicy(int workers, int maximum, int bootsAtOnce, Duration bootTimeout, Duration timeout,
		Duration requestTimeout, Duration gracefulTimeout, RecyclePolicy recycling, Backoff backoff,
		RolloutPolicy rollout, ScalePolicy scale, LostSlots lostSlots, StaffingPolicy staffing) {

	public PoolPolicy {
		if (workers < 1 || workers > maximum) {
			throw new IllegalArgumentException("'workers' must be between 1 and " + maximum + " but is " + workers);
		}
		if (workers < scale.minimum() || workers > scale.maximum() || scale.maximum() > maximum) {
			throw new IllegalArgumentException("'workers' must be between " + scale.minimum() + " and "
					+ scale.maximum() + ", and that at most " + maximum + ", but is " + workers);
		}
		if (bootsAtOnce < 1) {
			throw new IllegalArgumentException("'bootsAtOnce' must be at least 1 but is " + bootsAtOnce);
		}
		requireNotNegative("bootTimeout", bootTimeout);
		requireNotNegative("timeout", timeout);
		requireNotNegative("requestTimeout", requestTimeout);
		requireNotNegative("gracefulTimeout", gracefulTimeout);
	}

	/**
	 * Rules for workers that serve one request at a time, whose number changes on command
	 * only.
	 * @param workers the initial target
	 * @param maximum the highest target that a command may set
	 * @param bootsAtOnce how many workers may be booting at the same time
	 * @param bootTimeout time from spawn to ready
	 * @param timeout silence of the heartbeat after which a worker is hung
	 * @param requestTimeout age from which on a request may cost its worker a slot
	 * @param gracefulTimeout time that a leaving worker is given
	 * @param maxRequests requests after which a worker is recycled
	 * @param maxRequestsJitter upper bound of what is added to {@code maxRequests}
	 * @param backoff delays between respawns after crashes
	 * @param rollout how a new generation takes the place of the old one
	 */
	public PoolPolicy(int workers, int maximum, int bootsAtOnce, Duration bootTimeout, Duration timeout,
			Duration requestTimeout, Duration gracefulTimeout, long maxRequests, long maxRequestsJitter,
			Backoff backoff, RolloutPolicy rollout) {
		this(workers, maximum, bootsAtOnce, bootTimeout, timeout, requestTimeout, gracefulTimeout,
				RecyclePolicy.requests(maxRequests, maxRequestsJitter), backoff, rollout,
				ScalePolicy.fixed(Math.max(1, maximum)), LostSlots.THE_ONLY_ONE,
				new StaffingPolicy(0, Math.max(1, bootsAtOnce), RespawnPolicy.DEFAULT));
	}

	/**
	 * The same rules, but for the number of workers.
	 * @param scale how many workers there are, and what changes their number
	 * @return the rules
	 */
	public PoolPolicy with(ScalePolicy scale) {
		return new PoolPolicy(this.workers, this.maximum, this.bootsAtOnce, this.bootTimeout, this.timeout,
				this.requestTimeout, this.gracefulTimeout, this.recycling, this.backoff, this.rollout, scale,
				this.lostSlots, this.staffing);
	}

	/**
	 * The same rules, but for lost slots.
	 * @param lostSlots how many slots a worker may lose to requests past their timeout
	 * @return the rules
	 */
	public PoolPolicy with(LostSlots lostSlots) {
		return new PoolPolicy(this.workers, this.maximum, this.bootsAtOnce, this.bootTimeout, this.timeout,
				this.requestTimeout, this.gracefulTimeout, this.recycling, this.backoff, this.rollout, this.scale,
				lostSlots, this.staffing);
	}

	/**
	 * The same rules, but for how places are kept filled.
	 * @param staffing how they are
	 * @return the rules
	 */
	public PoolPolicy with(StaffingPolicy staffing) {
		return new PoolPolicy(this.workers, this.maximum, this.bootsAtOnce, this.bootTimeout, this.timeout,
				this.requestTimeout, this.gracefulTimeout, this.recycling, this.backoff, this.rollout, this.scale,
				this.lostSlots, staffing);
	}

	/**
	 * The same rules, but for recycling.
	 * @param recycling when a worker is replaced that is well
	 * @return the rules
	 */
	public PoolPolicy with(RecyclePolicy recycling) {
		return new PoolPolicy(this.workers, this.maximum, this.bootsAtOnce, this.bootTimeout, this.timeout,
				this.requestTimeout, this.gracefulTimeout, recycling, this.backoff, this.rollout, this.scale,
				this.lostSlots, this.staffing);
	}

	/**
	 * The most processes that ever live at the same time, those that are leaving
	 * included: the size of the scoreboard.
	 * @return the number of slots; the slot of every {@link WorkerId} is below it
	 */
	public int slots() {
		return (int) Math.min(Integer.MAX_VALUE, 2L * this.maximum + 2L * this.staffing.spares() + 2);
	}

	static void requireNotNegative(String name, Duration value) {
		if (value.isNegative()) {
			throw new IllegalArgumentException("'" + name + "' must not be negative but is " + value);
		}
	}

	/**
	 * Exponential delay between respawns.
	 *
	 * @param initial delay after the first crash
	 * @param factor growth with every further crash, at least 1
	 * @param maximum bound of the delay
	 * @param healthyAfter how long a worker must have been ready for the delay to start
	 * over
	 */
	public record Backoff(Duration initial, double factor, Duration maximum, Duration healthyAfter) {

		public Backoff {
			if (!(factor >= 1)) {
				throw new IllegalArgumentException("'factor' must be at least 1 but is " + factor);
			}
			requireNotNegative("initial", initial);
			requireNotNegative("maximum", maximum);
			requireNotNegative("healthyAfter", healthyAfter);
		}

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
