package io.prefork.pool;

/**
 * States of a worker as the master sees it. A worker only ever moves forward.
 */
public enum WorkerState {

	/**
	 * The process was started; nothing was heard of it yet.
	 */
	SPAWNED,

	/**
	 * The process has connected its control link and is loading the application.
	 */
	BOOTING,

	/**
	 * The application is up, the accept gate closed until there is a place for it: a hot
	 * spare.
	 */
	SPARE,

	/**
	 * The application is up, the accept gate about to be opened.
	 */
	READY,

	/**
	 * The accept gate is open.
	 */
	ACCEPTING,

	/**
	 * The worker is on its way out: it takes no new connection and leaves as soon as it
	 * has answered what it holds, or it is being ended.
	 */
	DRAINING,

	/**
	 * The process is gone and has been reaped.
	 */
	EXITED;

	/**
	 * Whether the worker is capacity or is on its way to become capacity.
	 * @return {@code true} before {@link #DRAINING}
	 */
	public boolean counts() {
		return compareTo(DRAINING) < 0;
	}

	/**
	 * Whether the application is up and the worker is not on its way out.
	 * @return {@code true} from {@link #SPARE} to {@link #ACCEPTING}
	 */
	public boolean isUp() {
		return compareTo(SPARE) >= 0 && counts();
	}

	/**
	 * Whether a worker in this state may move to the given one.
	 * @param next the next state
	 * @return {@code true} if {@code next} lies ahead
	 */
	public boolean mayBecome(WorkerState next) {
		return compareTo(next) < 0;
	}

}
