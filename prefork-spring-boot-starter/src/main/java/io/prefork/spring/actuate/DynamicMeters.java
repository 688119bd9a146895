package io.prefork.spring.actuate;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.prefork.control.PoolDocument;
import org.jspecify.annotations.Nullable;

/**
 * Meters of single workers and listeners, in one registry. A worker is tagged with its
 * slot and never with its pid, so that respawns make no new series. A meter is there
 * while its value is known and removed when it is not: a free slot that reported 0 would
 * spoil averages, and one that reported {@code NaN} would spoil sums. A registry that is
 * being scraped may show a new meter only at its next scrape.
 */
class DynamicMeters {

	private final MeterRegistry registry;

	private final Runnable refresh;

	private final Map<Series, Meter> meters = new HashMap<>();

	private volatile Map<Series, Double> values = Map.of();

	/**
	 * Makes the meters, none at first.
	 * @param registry where to register them
	 * @param refresh run before a value is read; may end in {@link #update}
	 */
	DynamicMeters(MeterRegistry registry, Runnable refresh) {
		this.registry = registry;
		this.refresh = refresh;
	}

	/**
	 * Takes over the values, registers what has come and removes what has gone. For one
	 * thread at a time.
	 * @param pool the pool as it is now, or {@code null} if unknown
	 */
	void update(@Nullable PoolDocument pool) {
		Map<Series, Double> values = (pool != null) ? values(pool) : Map.of();
		this.values = values;
		values.keySet().forEach((series) -> this.meters.computeIfAbsent(series, this::register));
		Set<Series> gone = new HashSet<>(this.meters.keySet());
		gone.removeAll(values.keySet());
		for (Series series : gone) {
			Meter meter = this.meters.remove(series);
			if (meter != null) {
				this.registry.remove(meter);
			}
		}
	}

	private static Map<Series, Double> values(PoolDocument pool) {
		Map<Series, Double> values = new HashMap<>();
		for (PoolDocument.ListenerDocument listener : pool.listeners()) {
			put(values, Kind.QUEUED, listener.address(), listener.queued());
		}
		for (PoolDocument.WorkerSummary worker : pool.pool()) {
			String slot = Integer.toString(worker.slot());
			put(values, Kind.BUSY, slot, worker.busy());
			put(values, Kind.REQUESTS, slot, worker.requests());
			put(values, Kind.RSS, slot, worker.rss());
			put(values, Kind.HEAP_USED, slot, worker.heapUsed());
			put(values, Kind.HEAP_AFTER_GC, slot, worker.heapAfterGc());
			put(values, Kind.AGE, slot, worker.age().toMillis());
		}
		return values;
	}

	private static void put(Map<Series, Double> values, Kind kind, String id, @Nullable Number value) {
		if (value != null) {
			values.put(new Series(kind, id), value.doubleValue());
		}
	}

	private Meter register(Series series) {
		Kind kind = series.kind();
		return switch (kind) {
			case REQUESTS -> FunctionCounter.builder(kind.meter, this, (meters) -> meters.read(series))
				.description(kind.description)
				.tag(kind.tag, series.id())
				.register(this.registry);
			case AGE -> TimeGauge.builder(kind.meter, this, TimeUnit.MILLISECONDS, (meters) -> meters.read(series))
				.description(kind.description)
				.tag(kind.tag, series.id())
				.register(this.registry);
			case QUEUED, BUSY, RSS, HEAP_USED,
					HEAP_AFTER_GC ->
				Gauge.builder(kind.meter, this, (meters) -> meters.read(series))
					.description(kind.description)
					.baseUnit(kind.unit)
					.tag(kind.tag, series.id())
					.register(this.registry);
		};
	}

	private double read(Series series) {
		this.refresh.run();
		return this.values.getOrDefault(series, Double.NaN);
	}

	private record Series(Kind kind, String id) {
	}

	private enum Kind {

		QUEUED("prefork.listener.queued", "listener", "Connections in the accept queue", null),
		BUSY("prefork.worker.busy", "worker", "Requests in flight", null),
		REQUESTS("prefork.worker.requests", "worker", "Requests answered by the slot's present process", null),
		RSS("prefork.worker.rss", "worker", "Resident memory", BaseUnits.BYTES),
		HEAP_USED("prefork.worker.heap.used", "worker", "Used heap at the last heartbeat", BaseUnits.BYTES),
		HEAP_AFTER_GC("prefork.worker.heap.after.gc", "worker",
				"Heap that the last collection of the old generation left there", BaseUnits.BYTES),
		AGE("prefork.worker.age", "worker", "Time since the process was spawned", null);

		private final String meter;

		private final String tag;

		private final String description;

		private final @Nullable String unit;

		Kind(String meter, String tag, String description, @Nullable String unit) {
			this.meter = meter;
			this.tag = tag;
			this.description = description;
			this.unit = unit;
		}

	}

}
