package io.prefork.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The memory that is left to this process and its children. No native code.
 */
public final class FreeMemory {

	private final Path root;

	FreeMemory(Path root) {
		this.root = root;
	}

	/**
	 * The least of what the machine has available ({@code MemAvailable}, proc(5)) and
	 * what the limits of the control groups that hold this process leave, from its own to
	 * the topmost (cgroups(7)). Pages of files that nobody has used lately do not count
	 * as used, since the kernel gives them up first.
	 * @return bytes, not negative, or empty if nothing tells
	 */
	public static OptionalLong current() {
		return new FreeMemory(Path.of("/")).read();
	}

	OptionalLong read() {
		long available = field(this.root.resolve("proc/meminfo"), "MemAvailable:") * 1024;
		long least = lines(this.root.resolve("proc/self/cgroup")).map((line) -> line.split(":", 3))
			.filter((fields) -> fields.length == 3)
			.mapToLong((fields) -> switch (fields[1]) {
				case "" -> leftBelow("", fields[2], Controller.SECOND);
				case "memory" -> leftBelow("memory", fields[2], Controller.FIRST);
				default -> Long.MAX_VALUE;
			})
			.reduce((available >= 0) ? available : Long.MAX_VALUE, Math::min);
		return (least != Long.MAX_VALUE) ? OptionalLong.of(Math.max(0, least)) : OptionalLong.empty();
	}

	/**
	 * Groups that cannot be seen are passed over: inside a container the path may be the
	 * host's, while the topmost group that is mounted is the container's own.
	 */
	private long leftBelow(String mount, String group, Controller controller) {
		Path top = this.root.resolve("sys/fs/cgroup").resolve(mount);
		Path own = top.resolve(group.substring(1)).normalize();
		long least = Long.MAX_VALUE;
		for (Path directory = own.startsWith(top) ? own : top; directory != null
				&& directory.startsWith(top); directory = directory.getParent()) {
			least = Math.min(least, left(directory, controller));
		}
		return least;
	}

	private static long left(Path group, Controller controller) {
		long limit = number(group.resolve(controller.limit));
		long used = number(group.resolve(controller.usage));
		if (limit < 0 || used < 0) {
			return Long.MAX_VALUE;
		}
		return limit - used + Math.max(0, field(group.resolve("memory.stat"), controller.reclaimable));
	}

	/**
	 * The number behind a name, or -1 if there is none.
	 */
	private static long field(Path file, String name) {
		return lines(file).filter((line) -> line.startsWith(name + " "))
			.mapToLong((line) -> parse(line.replaceAll("\\D", "")))
			.findFirst()
			.orElse(-1);
	}

	private static long number(Path file) {
		return lines(file).mapToLong(FreeMemory::parse).findFirst().orElse(-1);
	}

	private static long parse(String text) {
		// Anything else is "max", or a version 1 limit beyond any machine
		return text.matches("\\d{1,18}") ? Long.parseLong(text) : -1;
	}

	private static Stream<String> lines(Path file) {
		try {
			return Files.isReadable(file) ? Files.readAllLines(file).stream() : Stream.empty();
		}
		catch (IOException ex) {
			return Stream.empty();
		}
	}

	/**
	 * The files of the two versions of control groups.
	 */
	private enum Controller {

		FIRST("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),

		SECOND("memory.max", "memory.current", "inactive_file");

		private final String limit;

		private final String usage;

		private final String reclaimable;

		Controller(String limit, String usage, String reclaimable) {
			this.limit = limit;
			this.usage = usage;
			this.reclaimable = reclaimable;
		}

	}

}
