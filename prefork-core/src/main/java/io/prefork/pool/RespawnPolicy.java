package io.prefork.pool;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How many ends of workers are too many, and which one is enough. As in Erlang's
 * supervisors an intensity is a number of exits within a window; unlike there, nothing is
 * given up beyond it but haste. Values, checked when made.
 *
 * @param slotIntensity unexpected exits in one slot within the window beyond which each
 * further one lengthens the delay of that slot, whatever lies between them, at least 1
 * @param poolIntensity the same for all slots together; beyond it the pool is degraded,
 * and the delay of every slot grows, at least 1
 * @param window the time within which exits are counted, positive
 * @param fatalExitCodes exit statuses, 0 to 255, after which a new worker would end in
 * the same way, so that none is started until a rollout brings other code
 */
public record RespawnPolicy(int slotIntensity, int poolIntensity, Duration window, Set<Integer> fatalExitCodes) {

	public RespawnPolicy {
		fatalExitCodes = Set.copyOf(fatalExitCodes);
		if (slotIntensity < 1 || poolIntensity < 1) {
			throw new IllegalArgumentException("'slotIntensity' and 'poolIntensity' must be at least 1 but are "
					+ slotIntensity + " and " + poolIntensity);
		}
		if (window.isNegative() || window.isZero()) {
			throw new IllegalArgumentException("'window' must be positive but is " + window);
		}
		if (fatalExitCodes.stream().anyMatch((code) -> code < 0 || code > 255)) {
			throw new IllegalArgumentException("'fatalExitCodes' must be between 0 and 255 but are " + fatalExitCodes);
		}
	}

	/**
	 * 5 exits of a slot, 10 of the pool within 5 min, and none is fatal.
	 */
	public static final RespawnPolicy DEFAULT = new RespawnPolicy(5, 10, Duration.ofMinutes(5), Set.of());

	/**
	 * Whether an end is one after which a new worker would end in the same way.
	 */
	boolean isFatal(ExitCause cause, OptionalInt code) {
		return switch (cause.category()) {
			case CRASH, BOOT -> code.isPresent() && this.fatalExitCodes.contains(code.getAsInt());
			case VOLUNTARY, RECYCLED, TIMEOUT -> false;
		};
	}

}
