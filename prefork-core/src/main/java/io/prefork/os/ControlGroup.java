package io.prefork.os;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * A control group that accounts for memory, of either version (cgroups(7);
 * {@code memory.stat}, {@code memory.events} and {@code memory.oom_control} in the
 * kernel's documentation).
 *
 * @param top the topmost group that is mounted
 * @param directory the group itself, which is the topmost or below it
 * @param version how its files are called
 */
record ControlGroup(Path top, Path directory, Version version) {

	/**
	 * The groups that this process is in, and its children are born into. Inside a
	 * container the path may be the host's, while what is mounted is the container's own
	 * group.
	 * @param root the root of the file system
	 */
	static Stream<ControlGroup> current(Path root) {
		Path mounted = root.resolve("sys/fs/cgroup");
		return new KernelFile(root.resolve("proc/self/cgroup")).lines()
			.stream()
			.map((line) -> line.split(":", 3))
			.filter((fields) -> fields.length == 3)
			.flatMap((fields) -> switch (fields[1]) {
				case "" -> Stream.of(at(mounted, fields[2], Version.SECOND));
				case "memory" -> Stream.of(at(mounted.resolve("memory"), fields[2], Version.FIRST));
				default -> Stream.empty();
			});
	}

	private static ControlGroup at(Path top, String path, Version version) {
		Path own = top.resolve(path.substring(1)).normalize();
		return new ControlGroup(top, (own.startsWith(top) && Files.isDirectory(own)) ? own : top, version);
	}

	/**
	 * The group and those that hold it, up to the topmost.
	 */
	Stream<ControlGroup> andHolders() {
		return Stream.iterate(this.directory, (group) -> group != null && group.startsWith(this.top), Path::getParent)
			.map((group) -> new ControlGroup(this.top, group, this.version));
	}

	/**
	 * Bytes that the group may use, empty if there is no limit; that of version 1 may be
	 * beyond any machine.
	 */
	OptionalLong limit() {
		return file(this.version.limit).number();
	}

	/**
	 * Bytes that the group uses.
	 */
	OptionalLong used() {
		return file(this.version.used).number();
	}

	/**
	 * Bytes of those used that the kernel gives up first: files that nobody has looked at
	 * lately.
	 */
	long reclaimable() {
		return file("memory.stat").number(this.version.reclaimable).orElse(0);
	}

	/**
	 * Processes of the group that the OOM killer has ended so far.
	 */
	OptionalLong oomKills() {
		return file(this.version.events).number("oom_kill");
	}

	private KernelFile file(String name) {
		return new KernelFile(this.directory.resolve(name));
	}

	/**
	 * The files of the two versions.
	 */
	enum Version {

		FIRST("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file", "memory.oom_control"),

		SECOND("memory.max", "memory.current", "inactive_file", "memory.events");

		private final String limit;

		private final String used;

		private final String reclaimable;

		private final String events;

		Version(String limit, String used, String reclaimable, String events) {
			this.limit = limit;
			this.used = used;
			this.reclaimable = reclaimable;
			this.events = events;
		}

	}

}
