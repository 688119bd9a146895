package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The time in which a canary serves beside the whole old generation, and how its share of
 * server errors compares with theirs. A canary is bad if it has answered enough requests
 * to tell, and its share is beyond twice that of the others and some percentage points
 * more: the first keeps a service that fails often by itself from blaming new code for
 * it, the second keeps one error in a thousand from being nothing's double.
 */
final class CanaryWindow {

	/**
	 * Requests before which a share says nothing: with the default of 5 points one error
	 * in them is forgiven.
	 */
	private static final long LEAST_REQUESTS = 20;

	private final Map<WorkerId, Counts> before = new HashMap<>();

	private Instant end;

	/**
	 * Opens the window.
	 * @param others the old generation
	 */
	CanaryWindow(List<WorkerRecord> others, Duration length, Instant now) {
		this.end = now.plus(length);
		others.forEach((worker) -> this.before.put(worker.id(), Counts.of(worker)));
	}

	boolean over(Instant now) {
		return !now.isBefore(this.end);
	}

	void postpone(Duration gap) {
		this.end = this.end.plus(gap);
	}

	/**
	 * Compares the errors so far.
	 * @param canary the canary, all of whose requests count
	 * @param others the old generation now
	 * @param points percentage points that are forgiven
	 * @return what is wrong with the canary, or empty
	 */
	Optional<String> compare(WorkerRecord canary, List<WorkerRecord> others, int points) {
		Counts fresh = Counts.of(canary);
		Counts old = Counts.NONE;
		for (WorkerRecord worker : others) {
			old = old.plus(Counts.of(worker).since(this.before.getOrDefault(worker.id(), Counts.NONE)));
		}
		boolean bad = fresh.requests() >= LEAST_REQUESTS && fresh.share() > 2 * old.share() + points / 100.0;
		return bad ? Optional.of("it answered " + fresh + " with a server error, the older workers meanwhile " + old)
				: Optional.empty();
	}

	/**
	 * A lost request counts from the moment its client has been told: when, and whether,
	 * it ends is another matter.
	 */
	private record Counts(long requests, long errors) {

		private static final Counts NONE = new Counts(0, 0);

		static Counts of(WorkerRecord worker) {
			Pulse pulse = worker.pulse();
			return new Counts(pulse.requests() + pulse.lost(), pulse.errors() + pulse.lost());
		}

		Counts plus(Counts more) {
			return new Counts(this.requests + more.requests, this.errors + more.errors);
		}

		Counts since(Counts before) {
			return new Counts(this.requests - before.requests, this.errors - before.errors);
		}

		double share() {
			return (this.requests > 0) ? (double) this.errors / this.requests : 0;
		}

		@Override
		public String toString() {
			return String.format(Locale.ROOT, "%d of %d requests (%.1f %%)", this.errors, this.requests, share() * 100);
		}

	}

}
