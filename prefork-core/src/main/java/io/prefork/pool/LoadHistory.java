package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.ToDoubleFunction;

import org.jspecify.annotations.Nullable;

/**
 * The load of the last window, a sample a second.
 */
final class LoadHistory {

	/**
	 * Seconds for which something must be so to be more than a moment's: uWSGI's
	 * {@code cheaper-overload}.
	 */
	private static final int MOMENT = 3;

	private static final Duration INTERVAL = Duration.ofSeconds(1);

	private final int window;

	private final Deque<Sample> samples = new ArrayDeque<>();

	private @Nullable Instant began;

	private int readings;

	private double busy;

	private int queued = Integer.MAX_VALUE;

	/**
	 * @param window how much is kept, in whole seconds, rounded up
	 */
	LoadHistory(Duration window) {
		this.window = (int) Math.max(1, window.plus(INTERVAL).minusNanos(1).toSeconds());
	}

	/**
	 * Takes a reading.
	 * @param accepting workers that accept
	 * @param busy slots of theirs that are taken
	 * @param queued connections that wait
	 * @return whether it completed a sample
	 */
	boolean add(int accepting, int busy, int queued, Instant now) {
		if (this.began == null) {
			this.began = now;
		}
		this.readings++;
		this.busy += busy;
		this.queued = Math.min(this.queued, queued);
		if (now.isBefore(this.began.plus(INTERVAL))) {
			return false;
		}
		this.samples.addLast(new Sample(accepting, this.busy / this.readings, this.queued));
		if (this.samples.size() > Math.max(this.window, MOMENT)) {
			this.samples.removeFirst();
		}
		begin(now);
		return true;
	}

	private void begin(@Nullable Instant now) {
		this.began = now;
		this.readings = 0;
		this.busy = 0;
		this.queued = Integer.MAX_VALUE;
	}

	/**
	 * Begins anew: what was is no measure for what is.
	 */
	void forget() {
		this.samples.clear();
		begin(null);
	}

	/**
	 * The last second.
	 */
	Sample last() {
		return this.samples.getLast();
	}

	/**
	 * The mean of a value over a whole window.
	 * @return the mean, or {@link Double#NaN} if there is no whole window yet
	 */
	double mean(ToDoubleFunction<Sample> value) {
		if (this.samples.size() < this.window) {
			return Double.NaN;
		}
		return this.samples.stream()
			.skip(this.samples.size() - this.window)
			.mapToDouble(value)
			.average()
			.orElse(Double.NaN);
	}

	/**
	 * What a value has not been below for some seconds.
	 * @return the least, 0 if not so much is known yet
	 */
	double lasting(ToDoubleFunction<Sample> value) {
		if (this.samples.size() < MOMENT) {
			return 0;
		}
		return this.samples.stream().skip(this.samples.size() - MOMENT).mapToDouble(value).min().orElse(0);
	}

	/**
	 * A second.
	 *
	 * @param accepting workers that accepted at its end
	 * @param busy slots of theirs that were taken, on average
	 * @param queued connections that waited all the while
	 */
	record Sample(int accepting, double busy, int queued) {

		/**
		 * Slots that there is work for. A queue says that there is too little room and
		 * not how much: it grows with the time that workers take to boot. So it counts
		 * for no more than what is being served.
		 */
		double demand() {
			return this.busy + Math.min(this.queued, this.busy);
		}

	}

}
