package io.prefork.pool;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Why workers are gone: keeps the last exits and counts them all.
 */
final class Obituaries {

	private static final int KEPT = 50;

	private final Deque<Obituary> last = new ArrayDeque<>();

	private final Map<ExitCause.Kind, Long> counts = new EnumMap<>(ExitCause.Kind.class);

	Obituaries() {
		for (ExitCause.Kind kind : ExitCause.Kind.values()) {
			this.counts.put(kind, 0L);
		}
	}

	Obituary add(WorkerRecord worker, ExitCause cause, Postmortem found, Instant now) {
		// The last reading may be younger than the last sample
		int inFlight = Math.max(worker.pulse().busy(), found.inFlight().size());
		Obituary obituary = new Obituary(worker.id(), worker.pid(), worker.generation(), worker.reached(), cause,
				worker.age(now), worker.pulse().requests(), inFlight, worker.evidence(), found);
		this.last.addFirst(obituary);
		if (this.last.size() > KEPT) {
			this.last.removeLast();
		}
		this.counts.merge(cause.kind(), 1L, Long::sum);
		return obituary;
	}

	/**
	 * Goes on from what was kept before.
	 */
	void resume(CarriedPool.Exits carried) {
		this.last.addAll(carried.last());
		this.counts.putAll(carried.causes());
	}

	CarriedPool.Exits carry() {
		return new CarriedPool.Exits(last(), counts());
	}

	List<Obituary> last() {
		return List.copyOf(this.last);
	}

	Map<ExitCause.Kind, Long> counts() {
		return Collections.unmodifiableMap(new EnumMap<>(this.counts));
	}

}
