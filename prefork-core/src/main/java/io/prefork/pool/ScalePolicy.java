package io.prefork.pool;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * How many workers there are, and what changes their number. Values, checked when made.
 *
 * @param rule when there are to be more or fewer workers
 * @param minimum the fewest that the rule goes down to, at least 1
 * @param maximum the most that the rule or a command goes up to
 * @param slots requests that one worker serves at a time, at least 1
 * @param window time over which the load is looked at before the number is changed, at
 * least a second
 * @param memoryLimit resident memory, in bytes, that all workers together may have before
 * no more are added; empty for what the machine or its control group has
 */
public record ScalePolicy(Rule rule, int minimum, int maximum, int slots, Duration window, OptionalLong memoryLimit) {

	public ScalePolicy {
		if (minimum < 1 || minimum > maximum) {
			throw new IllegalArgumentException("'minimum' must be between 1 and " + maximum + " but is " + minimum);
		}
		if (slots < 1) {
			throw new IllegalArgumentException("'slots' must be at least 1 but is " + slots);
		}
		if (window.compareTo(Duration.ofSeconds(1)) < 0) {
			throw new IllegalArgumentException("'window' must be at least 1 s but is " + window);
		}
	}

	/**
	 * A number of workers that changes on command only.
	 * @param maximum the highest that a command may set
	 * @return the policy
	 */
	public static ScalePolicy fixed(int maximum) {
		return new ScalePolicy(new Static(), 1, maximum, 1, Duration.ofSeconds(1), OptionalLong.empty());
	}

	/**
	 * Whether the number of workers follows the load.
	 * @return {@code false} if it changes on command only
	 */
	public boolean elastic() {
		return !(this.rule instanceof Static);
	}

	/**
	 * When there are to be more or fewer workers.
	 */
	public sealed interface Rule {

		/**
		 * The name that settings and documents have for it.
		 * @return the name, lower case
		 */
		String name();

	}

	/**
	 * On command only.
	 */
	public record Static() implements Rule {

		@Override
		public String name() {
			return "static";
		}

	}

	/**
	 * So many that some request slots are free, as in php-fpm ({@code pm = dynamic}).
	 *
	 * @param minimum add workers when fewer workers' worth of slots are free, at least 1
	 * @param maximum remove workers when more are free, above {@code minimum}
	 */
	public record Spare(int minimum, int maximum) implements Rule {

		public Spare {
			if (minimum < 1 || minimum >= maximum) {
				throw new IllegalArgumentException(
						"'minimum' must be from 1 and below " + maximum + " but is " + minimum);
			}
		}

		@Override
		public String name() {
			return "spare";
		}

	}

	/**
	 * So many that their slots are busy to a certain share, as in uWSGI
	 * ({@code cheaper-algo = busyness}).
	 *
	 * @param low remove workers when a smaller percentage of the slots is busy, at least
	 * 1
	 * @param high add workers when a larger percentage is busy, above {@code low} and at
	 * most 99
	 * @param queueAlert add workers without waiting for the end of a window when more
	 * connections are queued, at least 1
	 */
	public record Busyness(int low, int high, int queueAlert) implements Rule {

		public Busyness {
			if (low < 1 || low >= high || high > 99) {
				throw new IllegalArgumentException(
						"1 <= 'low' < 'high' <= 99 is wanted but they are " + low + " and " + high);
			}
			if (queueAlert < 1) {
				throw new IllegalArgumentException("'queueAlert' must be at least 1 but is " + queueAlert);
			}
		}

		@Override
		public String name() {
			return "busyness";
		}

	}

}
