package io.prefork.os;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A process to start. Its standard input is {@code /dev/null}.
 *
 * @param command executable and arguments
 * @param environment its whole environment
 * @param output file that receives its standard output and error (created, appended to)
 * @param descriptors descriptors of this process that it gets at 3, 4, 5…, in order;
 * nothing else is open in it
 */
public record SpawnRequest(List<String> command, Map<String, String> environment, Path output,
		List<Integer> descriptors) {

	/**
	 * Number of the first descriptor handed over.
	 */
	public static final int FIRST_DESCRIPTOR = 3;

	public SpawnRequest {
		if (command.isEmpty()) {
			throw new IllegalArgumentException("The command must name an executable");
		}
		command = List.copyOf(command);
		environment = Map.copyOf(environment);
		descriptors = List.copyOf(descriptors);
	}

}
