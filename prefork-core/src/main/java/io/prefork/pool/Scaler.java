package io.prefork.pool;

import java.util.Optional;

/**
 * A rule of elasticity: says what the load asks for, and leaves it to {@link Elasticity}
 * whether that can be had. Asked once a second.
 * <p>
 * More workers are asked for by comparing the load with the <em>target</em>, so that
 * workers which are still booting count as free: more of them on top would take
 * processors from those that serve. Fewer are asked for by comparing it with the workers
 * that <em>accept</em>: what is not up yet carries nothing.
 */
sealed interface Scaler permits BusynessScaler, SpareScaler {

	/**
	 * The scaler for a rule.
	 * @return the scaler, or empty if the number of workers changes on command only
	 */
	static Optional<Scaler> of(ScalePolicy policy) {
		ScalePolicy.Rule rule = policy.rule();
		if (rule instanceof ScalePolicy.Spare spare) {
			return Optional.of(new SpareScaler(spare, policy.slots()));
		}
		if (rule instanceof ScalePolicy.Busyness busyness) {
			return Optional.of(new BusynessScaler(busyness, policy.slots()));
		}
		return Optional.empty();
	}

	/**
	 * How many more workers there should be.
	 * @param target workers that there should be so far
	 * @param settled whether those that were asked for last have had their time to boot
	 * @return what is wanted, or empty
	 */
	Optional<Growth> growth(LoadHistory load, int target, boolean settled);

	/**
	 * Whether there could be one worker fewer.
	 * @param target workers that there should be so far
	 */
	boolean surplus(LoadHistory load, int target);

	/**
	 * More workers.
	 *
	 * @param workers how many more, at least 1
	 * @param reason why
	 */
	record Growth(int workers, ScaleReason reason) {
	}

}
