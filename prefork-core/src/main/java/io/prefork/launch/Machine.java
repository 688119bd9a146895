package io.prefork.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The part of the machine that this process and its children have.
 *
 * @param processors processors, at least 1
 * @param memory bytes of memory, {@link Long#MAX_VALUE} if unknown
 */
public record Machine(int processors, long memory) {

	/**
	 * The machine as it is: the JVM's number of processors, and the least of the physical
	 * memory and the memory limits of the control groups that hold this process, from its
	 * own to the topmost (cgroups(7): a limit binds all groups below).
	 * @return processors and memory
	 */
	public static Machine current() {
		return new Machine(Runtime.getRuntime().availableProcessors(), readMemory(Path.of("/")));
	}

	static long readMemory(Path root) {
		Path groups = root.resolve("sys/fs/cgroup");
		long memory = lines(root.resolve("proc/meminfo")).filter((line) -> line.startsWith("MemTotal:"))
			.mapToLong((line) -> number(line.replaceAll("\\D", "")) * 1024)
			.findFirst()
			.orElse(Long.MAX_VALUE);
		return lines(root.resolve("proc/self/cgroup")).map((line) -> line.split(":", 3))
			.filter((fields) -> fields.length == 3)
			.mapToLong((fields) -> switch (fields[1]) {
				case "" -> leastLimit(groups, fields[2], "memory.max");
				case "memory" -> leastLimit(groups.resolve("memory"), fields[2], "memory.limit_in_bytes");
				default -> Long.MAX_VALUE;
			})
			.reduce(memory, Math::min);
	}

	/**
	 * Groups that cannot be seen are passed over: inside a container the path may be the
	 * host's, while the topmost group that is mounted is the container's own.
	 */
	private static long leastLimit(Path top, String group, String file) {
		long least = Long.MAX_VALUE;
		Path own = top.resolve(group.substring(1)).normalize();
		Path directory = own.startsWith(top) ? own : top;
		while (directory != null && directory.startsWith(top)) {
			least = lines(directory.resolve(file)).mapToLong(Machine::number).reduce(least, Math::min);
			directory = directory.getParent();
		}
		return least;
	}

	private static Stream<String> lines(Path file) {
		try {
			return Files.isReadable(file) ? Files.readAllLines(file).stream() : Stream.empty();
		}
		catch (IOException ex) {
			return Stream.empty();
		}
	}

	private static long number(String text) {
		// Anything else is "max", or a version 1 limit beyond any machine
		return text.matches("\\d{1,18}") ? Long.parseLong(text) : Long.MAX_VALUE;
	}

}
