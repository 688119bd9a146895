package io.prefork.launch;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Options of the JVM that decide the same thing, so that a choice of one by the user
 * stands against all others.
 */
enum OptionFamily {

	/**
	 * Maximum size of the heap. {@code -Xmx} beats a percentage whatever their order.
	 */
	HEAP("-Xmx.*|(-XX:)?(MaxHeapSize|MaxRAMPercentage|MaxRAMFraction)=.*"),

	/**
	 * The garbage collector. A JVM that is told two of them does not start.
	 */
	COLLECTOR("(-XX:)?\\+Use(Serial|Parallel|ParallelOld|ConcMarkSweep|G1|Z|Shenandoah|Epsilon)GC"),

	/**
	 * Fine adjustment of a collector, which only makes sense with that collector.
	 */
	COLLECTOR_TUNING(
			"(-XX:)?[+-]?(G1[A-Z]|Shenandoah[A-Z]|Z[A-Z]|MaxGCPauseMillis|ParallelGCThreads|ConcGCThreads)\\w*(=.*)?"),

	/**
	 * Number of processors that the JVM believes in.
	 */
	PROCESSORS("(-XX:)?ActiveProcessorCount=.*"),

	/**
	 * What the JVM does when it is out of memory, beside writing a heap dump.
	 */
	OUT_OF_MEMORY("(-XX:)?([+-](Exit|Crash)OnOutOfMemoryError|OnOutOfMemoryError=.*)");

	private final Pattern pattern;

	OptionFamily(String pattern) {
		this.pattern = Pattern.compile(pattern);
	}

	boolean contains(String option) {
		return this.pattern.matcher(option).matches();
	}

	boolean isSetIn(List<String> options) {
		return options.stream().anyMatch(this::contains);
	}

	/**
	 * Puts later options behind earlier ones, and leaves out the earlier ones that the
	 * JVM would not let the later ones override.
	 * @param earlier the earlier options
	 * @param later the later options
	 * @return both, in order
	 */
	static List<String> override(List<String> earlier, List<String> later) {
		List<OptionFamily> chosen = Stream.of(HEAP, COLLECTOR).filter((family) -> family.isSetIn(later)).toList();
		Stream<String> kept = earlier.stream()
			.filter((option) -> chosen.stream().noneMatch((family) -> family.contains(option)));
		return Stream.concat(kept, later.stream()).toList();
	}

}
