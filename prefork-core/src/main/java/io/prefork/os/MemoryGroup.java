package io.prefork.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What the kernel tells of the memory that this process and its children have: how often
 * its OOM killer has ended one of them, and whether memory is short. Control groups of
 * both versions (cgroups(7); {@code memory.events} and {@code memory.oom_control} in the
 * kernel's documentation).
 */
public final class MemoryGroup {

	/**
	 * Of a limit: what is used when memory counts as short.
	 */
	private static final int SHORT_PERCENT = 95;

	private final Path root;

	private MemoryGroup(Path root) {
		this.root = root;
	}

	/**
	 * The control group of this process, which its children are born into.
	 * @return the group
	 */
	public static MemoryGroup current() {
		return at(Path.of("/"));
	}

	static MemoryGroup at(Path root) {
		return new MemoryGroup(root);
	}

	/**
	 * Processes of the group that the OOM killer has ended so far.
	 * @return how many, or empty if nobody counts: no memory controller, the topmost
	 * group of version 2, or a kernel before 4.13
	 */
	public OptionalLong oomKills() {
		return groups().flatMap((group) -> Stream.of("memory.events", "memory.oom_control").map(group::resolve))
			.flatMap((file) -> lines(file).stream())
			.filter((line) -> line.matches("oom_kill \\d{1,18}"))
			.mapToLong((line) -> Long.parseLong(line.substring("oom_kill ".length())))
			.findFirst();
	}

	/**
	 * Whether memory is short, on the machine or in the group.
	 * @return a clause that says where and how short, or empty if it is not
	 */
	public String pressure() {
		return groups().map(MemoryGroup::pressureOf).filter((clause) -> !clause.isEmpty()).findFirst().orElseGet(() -> {
			long total = meminfo("MemTotal:");
			long available = meminfo("MemAvailable:");
			return (available >= 0 && total > 0 && available < total / 100 * (100 - SHORT_PERCENT))
					? mebibytes(available) + " of " + mebibytes(total) + " MiB of the machine's memory were available"
					: "";
		});
	}

	private static String pressureOf(Path group) {
		long limit = Math.max(number(group.resolve("memory.max")), number(group.resolve("memory.limit_in_bytes")));
		long used = Math.max(number(group.resolve("memory.current")), number(group.resolve("memory.usage_in_bytes")));
		return (limit > 0 && used >= limit / 100 * SHORT_PERCENT)
				? mebibytes(used) + " of the " + mebibytes(limit) + " MiB of the control group were used" : "";
	}

	/**
	 * The group's directory. Inside a container the path may be the host's, while what is
	 * mounted is the container's own group.
	 */
	private Stream<Path> groups() {
		Path mounted = this.root.resolve("sys/fs/cgroup");
		return lines(this.root.resolve("proc/self/cgroup")).stream()
			.map((line) -> line.split(":", 3))
			.filter((fields) -> fields.length == 3)
			.flatMap((fields) -> switch (fields[1]) {
				case "" -> Stream.of(group(mounted, fields[2]));
				case "memory" -> Stream.of(group(mounted.resolve("memory"), fields[2]));
				default -> Stream.empty();
			});
	}

	private static Path group(Path top, String path) {
		Path own = top.resolve(path.substring(1)).normalize();
		return (own.startsWith(top) && Files.isDirectory(own)) ? own : top;
	}

	private long meminfo(String name) {
		return lines(this.root.resolve("proc/meminfo")).stream()
			.filter((line) -> line.startsWith(name))
			.mapToLong((line) -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
			.findFirst()
			.orElse(-1);
	}

	private static long number(Path file) {
		List<String> lines = lines(file);
		return (!lines.isEmpty() && lines.get(0).matches("\\d{1,18}")) ? Long.parseLong(lines.get(0)) : -1;
	}

	private static long mebibytes(long bytes) {
		return bytes / (1024 * 1024);
	}

	private static List<String> lines(Path file) {
		try {
			return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
		}
		catch (IOException ex) {
			return List.of();
		}
	}

}
