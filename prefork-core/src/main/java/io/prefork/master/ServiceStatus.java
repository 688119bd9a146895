package io.prefork.master;

import java.util.Locale;

import io.prefork.pool.Event;
import io.prefork.pool.PoolView;
import io.prefork.pool.Vitals;
import io.prefork.pool.WorkerState;

/**
 * One line about the pool, for {@code systemctl status}.
 */
final class ServiceStatus {

	private ServiceStatus() {
	}

	static String of(PoolView view, Event.Tick tick) {
		long accepting = view.workers().stream().filter((worker) -> worker.state() == WorkerState.ACCEPTING).count();
		int busy = tick.vitals().values().stream().mapToInt(Vitals::busy).sum();
		String line = accepting + " of " + view.target() + " workers accepting, generation " + view.generation() + ", "
				+ busy + ((busy == 1) ? " request" : " requests") + " running";
		return (view.state() == PoolView.State.RUNNING) ? line
				: view.state().name().toLowerCase(Locale.ROOT) + ": " + line;
	}

}
