package io.prefork.spring.actuate;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.prefork.control.PoolDocument;
import io.prefork.pool.ExitCause;
import io.prefork.pool.RolloutView;
import io.prefork.pool.ScaleReason;
import org.jspecify.annotations.Nullable;

/**
 * Meters of the pool, {@code prefork.*}. They show the master's account, so every process
 * of the pool reports the same values. Nothing is registered in a process that is not
 * part of a pool.
 * <p>
 * While the master does not answer, gauges of the pool are {@code NaN}, counters stay
 * where they were, and there are no meters of single workers.
 *
 * @see DynamicMeters
 */
class PreforkMetrics implements MeterBinder {

	private final PoolSnapshot snapshot;

	private final List<DynamicMeters> dynamicMeters = new CopyOnWriteArrayList<>();

	private final ReentrantLock updating = new ReentrantLock();

	private volatile @Nullable PoolDocument seen;

	private volatile @Nullable PoolDocument lastKnown;

	PreforkMetrics(PoolSnapshot snapshot) {
		this.snapshot = snapshot;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		if (!this.snapshot.exists()) {
			return;
		}
		workers(registry, "target", PoolDocument.Workers::target);
		workers(registry, "accepting", PoolDocument.Workers::accepting);
		workers(registry, "spare", PoolDocument.Workers::spare);
		workers(registry, "ready", PoolDocument.Workers::ready);
		workers(registry, "booting", PoolDocument.Workers::booting);
		workers(registry, "draining", PoolDocument.Workers::draining);
		gauge("prefork.busy", (pool) -> pool.workers().busy()).description("Requests in flight in all workers")
			.register(registry);
		gauge("prefork.slots", (pool) -> pool.workers().slots())
			.description("Requests that the accepting workers can serve at a time")
			.register(registry);
		gauge("prefork.lost", (pool) -> pool.workers().lost())
			.description("Request slots held by requests past their timeout, or in a deadlock")
			.register(registry);
		counter("prefork.requests", (pool) -> pool.counters().requests()).description("Requests answered")
			.register(registry);
		counter("prefork.errors", (pool) -> pool.counters().errors())
			.description("Requests answered with a server error")
			.register(registry);
		counter("prefork.overflowed", (pool) -> pool.counters().overflowed())
			.description("Requests begun beyond the slots of their worker")
			.register(registry);
		counter("prefork.slow.clients", (pool) -> pool.counters().slowClients())
			.description("Connections broken off because their clients were too slow")
			.register(registry);
		counter("prefork.requests.slow", (pool) -> pool.counters().slowRequests())
			.description("Requests that took longer than they should")
			.register(registry);
		counter("prefork.requests.timed.out", (pool) -> pool.counters().timedOut())
			.description("Requests ended at their timeout, or because they hung in a deadlock")
			.register(registry);
		counter("prefork.spawned", (pool) -> pool.counters().spawned()).description("Worker processes started")
			.register(registry);
		counter("prefork.upgrades", (pool) -> pool.master().upgrades()).description("Upgrades of the master in place")
			.register(registry);
		endings(registry);
		this.dynamicMeters.add(new DynamicMeters(registry, this::read));
	}

	private void endings(MeterRegistry registry) {
		for (ExitCause.Kind cause : ExitCause.Kind.values()) {
			counter("prefork.exits", (pool) -> pool.counters().causes().getOrDefault(cause.label(), 0L))
				.description("Worker processes ended")
				.tag("category", cause.category().name().toLowerCase(Locale.ROOT))
				.tag("cause", cause.label())
				.register(registry);
		}
		for (RolloutView.Stage end : RolloutView.Stage.values()) {
			if (end.isEnd()) {
				String name = end.name().toLowerCase(Locale.ROOT);
				counter("prefork.rollouts", (pool) -> pool.counters().rollouts().getOrDefault(name, 0L))
					.description("Reloads and rollbacks ended")
					.tag("outcome", name)
					.register(registry);
			}
		}
		for (ScaleReason reason : ScaleReason.values()) {
			String name = reason.name().toLowerCase(Locale.ROOT);
			counter("prefork.scale.decisions", (pool) -> pool.scale().decisions().getOrDefault(name, 0L))
				.description("Decisions on the number of workers because of the load")
				.tag("direction", reason.direction().name().toLowerCase(Locale.ROOT))
				.tag("reason", name)
				.register(registry);
		}
	}

	private void workers(MeterRegistry registry, String state, ToDoubleFunction<PoolDocument.Workers> value) {
		gauge("prefork.workers", (pool) -> value.applyAsDouble(pool.workers())).description("Workers by state")
			.tag("state", state)
			.register(registry);
	}

	private Gauge.Builder<PreforkMetrics> gauge(String name, ToDoubleFunction<PoolDocument> value) {
		return Gauge.builder(name, this, (metrics) -> {
			PoolDocument pool = metrics.read();
			return (pool != null) ? value.applyAsDouble(pool) : Double.NaN;
		});
	}

	private FunctionCounter.Builder<PreforkMetrics> counter(String name, ToDoubleFunction<PoolDocument> value) {
		return FunctionCounter.builder(name, this, (metrics) -> {
			metrics.read();
			PoolDocument pool = metrics.lastKnown;
			return (pool != null) ? value.applyAsDouble(pool) : 0;
		});
	}

	private @Nullable PoolDocument read() {
		PoolDocument pool = readSnapshot();
		if (pool != this.seen) {
			update(pool);
		}
		return pool;
	}

	private @Nullable PoolDocument readSnapshot() {
		try {
			return this.snapshot.get();
		}
		catch (RuntimeException ex) {
			return null;
		}
	}

	// Never waits: a registry may hold its own lock while it reads a meter.
	private void update(@Nullable PoolDocument pool) {
		if (!this.updating.tryLock()) {
			return;
		}
		try {
			this.seen = pool;
			if (pool != null) {
				this.lastKnown = pool;
			}
			this.dynamicMeters.forEach((meters) -> meters.update(pool));
		}
		finally {
			this.updating.unlock();
		}
	}

}
