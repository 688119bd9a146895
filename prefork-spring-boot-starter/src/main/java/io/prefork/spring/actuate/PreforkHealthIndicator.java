package io.prefork.spring.actuate;

import io.prefork.control.PoolDocument;
import io.prefork.pool.PoolView;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * Health of the pool as a whole, at most one second old.
 * <ul>
 * <li>{@code UP}: at least one worker accepts. Also after a rollout that failed: the
 * service is none the worse for it.
 * <li>{@code DEGRADED}: at least one worker accepts, but workers die faster than they are
 * healthy. HTTP 200 and of no effect on the aggregate, since the service answers.
 * <li>{@code OUT_OF_SERVICE}: the pool is starting, dismissed or stopping.
 * <li>{@code DOWN}: no worker accepts though some did.
 * <li>{@code UNKNOWN}: the master does not answer, or there is no pool.
 * </ul>
 * Blocks no longer than the control link waits for the master.
 */
class PreforkHealthIndicator implements HealthIndicator {

	static final Status DEGRADED = new Status("DEGRADED", "Workers die faster than they are healthy");

	private final PoolSnapshot snapshot;

	PreforkHealthIndicator(PoolSnapshot snapshot) {
		this.snapshot = snapshot;
	}

	@Override
	public Health health() {
		if (!this.snapshot.exists()) {
			return Health.unknown().withDetail("reason", "This process is not part of a pool").build();
		}
		try {
			PoolDocument pool = this.snapshot.get();
			Health.Builder health = Health.status(status(pool))
				.withDetail("state", pool.state())
				.withDetail("target", pool.workers().target())
				.withDetail("accepting", pool.workers().accepting())
				.withDetail("generation", pool.generation());
			PoolDocument.Rollout rollout = pool.rollout();
			if (rollout != null && rollout.reason() != null) {
				health.withDetail("rollout", rollout.stage() + ": " + rollout.reason());
			}
			if (pool.trouble() != null) {
				health.withDetail("trouble", pool.trouble());
			}
			return health.build();
		}
		catch (RuntimeException ex) {
			return Health.unknown().withException(ex).build();
		}
	}

	private Status status(PoolDocument pool) {
		if (isState(pool, PoolView.State.STARTING) || isState(pool, PoolView.State.DISMISSED)
				|| isState(pool, PoolView.State.STOPPING)) {
			return Status.OUT_OF_SERVICE;
		}
		if (pool.workers().accepting() > 0) {
			return isState(pool, PoolView.State.DEGRADED) ? DEGRADED : Status.UP;
		}
		return hasLostWorkers(pool) ? Status.DOWN : Status.OUT_OF_SERVICE;
	}

	// Once a worker of the first generation is ready the pool is no longer STARTING, but
	// its gate may not be open yet: without a single exit so far that is still the boot.
	private boolean hasLostWorkers(PoolDocument pool) {
		return pool.counters().exits().values().stream().anyMatch((count) -> count > 0);
	}

	private static boolean isState(PoolDocument pool, PoolView.State state) {
		return state.name().equals(pool.state());
	}

}
