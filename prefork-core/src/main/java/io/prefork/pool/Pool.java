package io.prefork.pool;

import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The decision core.
 */
public final class Pool {

	public Pool(PoolPolicy policy, RandomGenerator random) {
	}

	/**
	 * Takes an event in and says what is to be done.
	 * @param event what happened
	 * @param now monotonic time of the event, never before that of the event before
	 * @return what to do, in order
	 */
	public List<Action> on(Event event, Instant now) {
		throw new UnsupportedOperationException();
	}

	/**
	 * The pool as it is now.
	 * @return a snapshot
	 */
	public PoolView view() {
		throw new UnsupportedOperationException();
	}

}
