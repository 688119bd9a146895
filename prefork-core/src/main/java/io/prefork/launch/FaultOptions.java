package io.prefork.launch;

import java.util.List;
import java.util.Optional;

/**
 * Options for when the JVM cannot go on.
 */
final class FaultOptions {

	/**
	 * A JVM that was out of memory may go on with threads missing and locks held for
	 * ever; a worker need not, for there are others.
	 */
	private static final String EXIT_ON_OUT_OF_MEMORY = "-XX:+ExitOnOutOfMemoryError";

	private static final String DO_NOT_EXIT_ON_OUT_OF_MEMORY = "-XX:-ExitOnOutOfMemoryError";

	private static final String ERROR_FILE = "-XX:ErrorFile=";

	private FaultOptions() {
	}

	/**
	 * Options that a worker gets unless the user has decided the same thing.
	 * @param chosen the options that the user chose
	 * @return options of the JVM
	 */
	static List<String> defaults(List<String> chosen) {
		return OptionFamily.OUT_OF_MEMORY.isSetIn(chosen) ? List.of() : List.of(EXIT_ON_OUT_OF_MEMORY);
	}

	static Optional<String> errorFile(List<String> options) {
		return options.stream()
			.filter((option) -> option.startsWith(ERROR_FILE))
			.map((option) -> option.substring(ERROR_FILE.length()))
			.reduce((first, second) -> second);
	}

	static boolean exitsOnOutOfMemory(List<String> options) {
		return options.lastIndexOf(EXIT_ON_OUT_OF_MEMORY) > options.lastIndexOf(DO_NOT_EXIT_ON_OUT_OF_MEMORY);
	}

}
