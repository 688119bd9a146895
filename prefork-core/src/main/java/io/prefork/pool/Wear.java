package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import io.prefork.pool.Recycled.Limit;
import org.jspecify.annotations.Nullable;

/**
 * How much one worker has served and how large it has grown, against the limits of
 * {@link RecyclePolicy}.
 */
final class Wear {

	/**
	 * Collections in a row after which the heap must have been too full, and the time
	 * that they must span. One collection says little: an incremental one leaves garbage
	 * behind, and what is in flight just then counts as kept.
	 */
	static final int COLLECTIONS = 3;

	static final Duration COLLECTING = Duration.ofMinutes(1);

	private final RecyclePolicy policy;

	private final Lifespan lifespan;

	private long resident;

	private int large;

	private HeapAfterGc heap = HeapAfterGc.NONE;

	private int full;

	private @Nullable Instant fullSince;

	private Duration fullFor = Duration.ZERO;

	Wear(RecyclePolicy policy, Lifespan lifespan) {
		this.policy = policy;
		this.lifespan = lifespan;
	}

	/**
	 * Goes on with a worker of before, perhaps by other rules: what exceeds no limit of
	 * these is not counted.
	 */
	static Wear resume(RecyclePolicy policy, Lifespan lifespan, CarriedWorker.Worn worn) {
		Wear wear = new Wear(policy, lifespan);
		wear.resident = worn.resident();
		wear.large = (worn.resident() > policy.memory().resident()) ? worn.large() : 0;
		wear.heap = worn.heap();
		wear.full = (worn.heap().percent() > policy.memory().heap()) ? worn.full() : 0;
		wear.fullSince = worn.fullSince().orElse(null);
		wear.fullFor = worn.fullFor();
		return wear;
	}

	CarriedWorker.Worn carry() {
		return new CarriedWorker.Worn(this.lifespan.requests(), this.lifespan.age(), this.resident, this.large,
				this.heap, this.full, Optional.ofNullable(this.fullSince), this.fullFor);
	}

	/**
	 * Its resident memory was sampled.
	 */
	void measured(long bytes) {
		this.resident = bytes;
		this.large = (bytes > this.policy.memory().resident()) ? this.large + 1 : 0;
	}

	/**
	 * Its heap was looked at, perhaps without a collection since the last time.
	 */
	void collected(HeapAfterGc heap, Instant now) {
		if (heap.collections() == this.heap.collections()) {
			return;
		}
		this.heap = heap;
		boolean tooFull = heap.percent() > this.policy.memory().heap();
		this.full = tooFull ? this.full + 1 : 0;
		if (this.full <= 1 || this.fullSince == null) {
			this.fullSince = now;
		}
		this.fullFor = Duration.between(this.fullSince, now);
	}

	/**
	 * Which limit it has reached.
	 * @param requests requests it has answered
	 * @param age time for which it has been ready
	 */
	Optional<Recycled> reached(long requests, Duration age) {
		RecyclePolicy.Memory memory = this.policy.memory();
		if (memory.heap() > 0 && this.full >= COLLECTIONS && this.fullFor.compareTo(COLLECTING) >= 0) {
			return recycled(Limit.HEAP, memory.heap() + " %", this.heap.percent() + " % of "
					+ SizeText.of(this.heap.max()) + " after " + this.full + " collections in a row");
		}
		if (memory.resident() > 0 && this.large >= memory.samples()) {
			return recycled(Limit.MEMORY, SizeText.of(memory.resident()), SizeText.of(this.resident) + " resident");
		}
		if (requests >= this.lifespan.requests()) {
			return recycled(Limit.REQUESTS, Long.toString(this.policy.maxRequests()), requests + " answered");
		}
		if (!this.lifespan.age().isZero() && age.compareTo(this.lifespan.age()) >= 0) {
			return recycled(Limit.AGE, DurationText.of(this.policy.maxAge()), "ready for " + DurationText.of(age));
		}
		return Optional.empty();
	}

	private static Optional<Recycled> recycled(Limit limit, String bound, String value) {
		return Optional.of(new Recycled(limit, bound, value));
	}

}
