package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * What was seen of one worker's heartbeat and processor time. Whether a silent worker is
 * at work is told by the processor time of the last window, not of the whole silence:
 * what it used between its last heartbeat and the moment it was stopped says nothing of
 * how it is now.
 */
final class Pulse {

	/**
	 * Processor time that is no sign of life. {@code /proc} counts in ticks of 10 ms, and
	 * an idle JVM's periodic tasks use some tenths of a percent.
	 */
	private static final Duration NOISE = Duration.ofMillis(10);

	private static final int NOISE_SHARE = 100;

	private @Nullable Vitals last;

	private Instant windowStart = Instant.MIN;

	private Duration windowCpu = Duration.ZERO;

	private boolean idle;

	/**
	 * Judge no silence from before this moment.
	 */
	private Instant excusedUntil = Instant.MIN;

	/**
	 * Takes a sample.
	 * @param vitals the sample
	 * @param window the least time over which processor time is compared
	 * @param now the time of the sample
	 */
	void take(Vitals vitals, Duration window, Instant now) {
		Vitals before = this.windowStart.equals(Instant.MIN) ? null : this.last;
		if (before == null || !before.heartbeat().equals(vitals.heartbeat())) {
			this.idle = false;
			open(vitals, now);
		}
		else {
			Duration elapsed = Duration.between(this.windowStart, now);
			if (elapsed.compareTo(window) >= 0) {
				Duration used = vitals.cpu().minus(this.windowCpu);
				this.idle = used.compareTo(NOISE.plus(elapsed.dividedBy(NOISE_SHARE))) <= 0;
				open(vitals, now);
			}
		}
		this.last = vitals;
	}

	/**
	 * Goes on from the last sample of before. Windows begin with the next one.
	 */
	void resume(Vitals vitals) {
		this.last = vitals;
	}

	private void open(Vitals vitals, Instant now) {
		this.windowStart = now;
		this.windowCpu = vitals.cpu();
	}

	/**
	 * Forgives all silence so far: the clock has jumped.
	 */
	void excuse(Instant now) {
		this.excusedUntil = now;
		this.windowStart = now;
		this.idle = false;
	}

	/**
	 * The last sample.
	 */
	Optional<Vitals> vitals() {
		return Optional.ofNullable(this.last);
	}

	/**
	 * Time since the last heartbeat, zero before the first.
	 */
	Duration silence(Instant now) {
		return (this.last != null) ? since(this.last.heartbeat(), now) : Duration.ZERO;
	}

	/**
	 * Age of the oldest request in flight, zero when idle.
	 */
	Duration oldestRequest(Instant now) {
		return vitals().flatMap(Vitals::oldestRequest).map((start) -> since(start, now)).orElse(Duration.ZERO);
	}

	private Duration since(Instant then, Instant now) {
		return Duration.between(then.isBefore(this.excusedUntil) ? this.excusedUntil : then, now);
	}

	/**
	 * Whether it used no processor time worth the name in the last whole window of its
	 * silence.
	 */
	boolean idle() {
		return this.idle;
	}

	int busy() {
		return vitals().map(Vitals::busy).orElse(0);
	}

	/**
	 * Request slots held by requests past their timeout.
	 */
	int lost() {
		return vitals().map(Vitals::lost).orElse(0);
	}

	/**
	 * Request slots that it has, 0 if it has not said.
	 */
	int slots() {
		return vitals().map(Vitals::slots).orElse(0);
	}

	long requests() {
		return vitals().map(Vitals::requests).orElse(0L);
	}

	long errors() {
		return vitals().map(Vitals::errors).orElse(0L);
	}

}
