package io.prefork.pool;

/**
 * When a worker has lost too many of its request slots to requests that are past their
 * timeout, and is replaced. Below that, it goes on with those that are left.
 *
 * @param slots requests that a worker serves at a time if it does not say otherwise, at
 * least 1
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
	 * @param said how many slots it says that it has, or 0: a reload may have changed
	 * that
	 */
	boolean tooMany(int lost, int said) {
		return lost > 0 && lost >= this.share * of(said);
	}

	/**
	 * Whether none is left, so that nothing is gained by waiting for a successor.
	 * @param said how many slots it says that it has, or 0
	 */
	boolean all(int lost, int said) {
		return lost >= of(said);
	}

	private int of(int said) {
		return (said > 0) ? said : this.slots;
	}

}
