package io.prefork.master;

import io.prefork.pool.PoolView;
import io.prefork.pool.WorkerState;

/**
 * What a service manager distinguishes in the life of a service ({@code sd_notify(3)}).
 */
enum ServicePhase {

	/** Not ready yet; never entered again. */
	STARTING,
	/** As ready as it gets. */
	READY,
	/** A new generation is being rolled out. */
	RELOADING,
	/** The end. */
	STOPPING;

	/**
	 * The phase that comes after this one.
	 * @param view the pool
	 * @param reloadAsked whether a reload was asked for that was not announced. It is
	 * announced even if it is over already, or was refused: systemd, which may have sent
	 * the HUP, waits for it
	 */
	ServicePhase next(PoolView view, boolean reloadAsked) {
		PoolView.State state = view.state();
		if (state == PoolView.State.STOPPING) {
			return STOPPING;
		}
		if (this == STARTING) {
			return isUp(view) ? READY : STARTING;
		}
		return (state == PoolView.State.RELOADING || this == READY && reloadAsked) ? RELOADING : READY;
	}

	/**
	 * A pool that was told to have no workers is as it should be, too.
	 */
	private static boolean isUp(PoolView view) {
		return switch (view.state()) {
			case STARTING, SCALING, STOPPING -> false;
			case DISMISSED -> true;
			case RUNNING, RELOADING, FROZEN, DEGRADED ->
				view.workers().stream().anyMatch((worker) -> worker.state() == WorkerState.ACCEPTING);
		};
	}

}
