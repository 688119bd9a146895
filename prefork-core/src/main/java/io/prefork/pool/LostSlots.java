package io.prefork.pool;

/**
 * When a worker has lost too many of its request slots to requests that are past their
 * timeout, and is replaced. Below that, it goes on with those that are left.
 *
 * @param slots requests that a worker serves at a time, at least 1
 * @param share the share of them from which on it is replaced, above 0 and at most 1
 */
public record LostSlots(int slots, double share) {

	/**
	 * One of one, as for the {@code sync} class.
	 */
	public static final LostSlots THE_ONLY_ONE = new LostSlots(1, 1);

	public LostSlots {
		if (slots < 1) {
			throw new IllegalArgumentException("'slots' must be at least 1 but is " + slots);
		}
		if (!(share > 0 && share <= 1)) {
			throw new IllegalArgumentException("'share' must be above 0 and at most 1 but is " + share);
		}
	}

	/**
	 * Whether a worker is to be replaced.
	 */
	boolean tooMany(int lost) {
		return lost > 0 && lost >= this.share * this.slots;
	}

	/**
	 * Whether none is left, so that nothing is gained by waiting for a successor.
	 */
	boolean all(int lost) {
		return lost >= this.slots;
	}

}
