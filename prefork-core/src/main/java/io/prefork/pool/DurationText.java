package io.prefork.pool;

import java.time.Duration;
import java.util.Locale;

/**
 * Durations as people write them: {@code 150 ms}, {@code 2.9 s}, {@code 3 min 20 s}.
 */
final class DurationText {

	private DurationText() {
	}

	static String of(Duration duration) {
		long millis = duration.toMillis();
		if (millis < 1000) {
			return millis + " ms";
		}
		if (millis < 60_000) {
			return (millis % 1000 < 50) ? millis / 1000 + " s"
					: String.format(Locale.ROOT, "%.1f s", Math.floor(millis / 100.0) / 10);
		}
		if (duration.toHours() < 1) {
			return join(duration.toMinutes(), " min", duration.toSecondsPart(), " s");
		}
		if (duration.toDays() < 1) {
			return join(duration.toHours(), " h", duration.toMinutesPart(), " min");
		}
		return join(duration.toDays(), " d", duration.toHoursPart(), " h");
	}

	private static String join(long large, String largeUnit, int small, String smallUnit) {
		return large + largeUnit + ((small != 0) ? " " + small + smallUnit : "");
	}

}
