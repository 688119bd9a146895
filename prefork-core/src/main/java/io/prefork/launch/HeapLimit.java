package io.prefork.launch;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The maximum heap that options of the JVM set. What the JVM itself would not understand
 * counts as not set.
 */
final class HeapLimit {

	private static final Pattern SIZE = Pattern
		.compile("(?:-Xmx|(?:-XX:)?MaxHeapSize=)(?<number>\\d{1,15})(?<unit>[kKmMgGtT]?)");

	private static final Pattern PERCENTAGE = Pattern
		.compile("(?:-XX:)?MaxRAMPercentage=(?<number>\\d{1,3}(?:\\.\\d{1,9})?)");

	private HeapLimit() {
	}

	/**
	 * Finds the limit. A size beats a percentage; among their like, the last one wins.
	 * @param options options of the JVM
	 * @param memory bytes of memory
	 * @return bytes of heap, or empty if there is no limit
	 */
	static Optional<Long> of(List<String> options, long memory) {
		return last(SIZE, options).map(HeapLimit::bytes)
			.or(() -> last(PERCENTAGE, options)
				.map((matcher) -> (long) (memory / 100.0 * Double.parseDouble(matcher.group("number")))))
			.filter((limit) -> limit > 0);
	}

	private static Optional<Matcher> last(Pattern pattern, List<String> options) {
		return options.stream().map(pattern::matcher).filter(Matcher::matches).reduce((first, second) -> second);
	}

	private static long bytes(Matcher matcher) {
		int shift = switch (matcher.group("unit")) {
			case "k", "K" -> 10;
			case "m", "M" -> 20;
			case "g", "G" -> 30;
			case "t", "T" -> 40;
			default -> 0;
		};
		long number = Long.parseLong(matcher.group("number"));
		return (number <= Long.MAX_VALUE >> shift) ? number << shift : Long.MAX_VALUE;
	}

}
