package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Marks workers that have reached a limit of {@link RecyclePolicy}. They are replaced
 * like any others; how many and when is not decided here.
 */
final class Recycling {

	/**
	 * Below this age a worker that has grown too large has hardly leaked.
	 */
	private static final Duration YOUNG = Duration.ofMinutes(5);

	private final RecyclePolicy policy;

	private final RandomGenerator random;

	private final Roster roster;

	private final Orders orders;

	Recycling(RecyclePolicy policy, RandomGenerator random, Roster roster, Orders orders) {
		this.policy = policy;
		this.random = random;
		this.roster = roster;
		this.orders = orders;
	}

	/**
	 * What a new worker will be recycled by.
	 */
	Wear draw() {
		return new Wear(this.policy, this.policy.draw(this.random));
	}

	/**
	 * What a worker of before will be recycled by.
	 */
	Wear resume(CarriedWorker.Worn worn) {
		Lifespan before = new Lifespan(worn.maxRequests(), worn.maxAge());
		return Wear.resume(this.policy, this.policy.redraw(before, this.random), worn);
	}

	/**
	 * Takes note of samples of resident memory.
	 */
	void measured(Map<WorkerId, Long> resident) {
		for (WorkerRecord worker : this.roster.all()) {
			Long bytes = resident.get(worker.id());
			if (bytes != null) {
				worker.wear().measured(bytes);
			}
		}
	}

	/**
	 * Marks workers, the oldest first.
	 * @param allowed how many at most
	 */
	void mark(int allowed, Instant now) {
		int left = allowed;
		for (WorkerRecord worker : this.roster.all()) {
			if (left > 0 && worker.accepting() && worker.retirement() == null) {
				Duration age = worker.readyFor(now);
				Optional<Recycled> reached = worker.wear().reached(worker.pulse().requests(), age);
				if (reached.isPresent()) {
					mark(worker, reached.get(), age);
					left--;
				}
			}
		}
	}

	private void mark(WorkerRecord worker, Recycled cause, Duration age) {
		worker.retire(cause);
		String line = worker + " has reached " + cause.reached() + "; a new one takes its place";
		if (cause.isTooLarge() && age.compareTo(YOUNG) < 0) {
			this.orders.warn(line + ". It was ready for " + DurationText.of(age)
					+ " only: the limit may be lower than what any worker needs");
		}
		else {
			this.orders.info(line);
		}
	}

}
