package io.prefork.os;

import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What the kernel tells of the memory that this process and its children have: how much
 * is left, whether it is short, and how often the OOM killer has ended one of them. No
 * native code; for any thread.
 */
public final class MemoryGroup {

	/**
	 * Of a limit: what is used when memory counts as short.
	 */
	private static final int SHORT_PERCENT = 95;

	private final Path root;

	private final KernelFile machine;

	private MemoryGroup(Path root) {
		this.root = root;
		this.machine = new KernelFile(root.resolve("proc/meminfo"));
	}

	/**
	 * The control group of this process, which its children are born into, and the
	 * machine.
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
		return ControlGroup.current(this.root).flatMapToLong((group) -> group.oomKills().stream()).findFirst();
	}

	/**
	 * The least of what the machine has available ({@code MemAvailable}, proc(5)) and
	 * what the limits of the control groups that hold this process leave, from its own to
	 * the topmost. Pages of files that nobody has used lately do not count as used, since
	 * the kernel gives them up first.
	 * @return bytes, not negative, or empty if nothing tells
	 */
	public OptionalLong available() {
		Stream<OptionalLong> groups = ControlGroup.current(this.root)
			.flatMap(ControlGroup::andHolders)
			.map(MemoryGroup::left);
		return Stream.concat(groups, Stream.of(this.machine.bytes("MemAvailable:")))
			.flatMapToLong(OptionalLong::stream)
			.map((bytes) -> Math.max(0, bytes))
			.min();
	}

	private static OptionalLong left(ControlGroup group) {
		OptionalLong limit = group.limit();
		OptionalLong used = group.used();
		return (limit.isPresent() && used.isPresent())
				? OptionalLong.of(limit.getAsLong() - used.getAsLong() + group.reclaimable()) : OptionalLong.empty();
	}

	/**
	 * Whether memory is short, on the machine or in the group.
	 * @return a clause that says where and how short, or empty if it is not
	 */
	public String pressure() {
		return ControlGroup.current(this.root)
			.map(MemoryGroup::pressureOf)
			.filter((clause) -> !clause.isEmpty())
			.findFirst()
			.orElseGet(this::pressureOfMachine);
	}

	private static String pressureOf(ControlGroup group) {
		long limit = group.limit().orElse(0);
		long used = group.used().orElse(0);
		return (limit > 0 && used >= limit / 100 * SHORT_PERCENT)
				? mebibytes(used) + " of the " + mebibytes(limit) + " MiB of the control group were used" : "";
	}

	private String pressureOfMachine() {
		long total = this.machine.bytes("MemTotal:").orElse(0);
		long available = this.machine.bytes("MemAvailable:").orElse(total);
		return (available < total / 100 * (100 - SHORT_PERCENT))
				? mebibytes(available) + " of " + mebibytes(total) + " MiB of the machine's memory were available" : "";
	}

	private static long mebibytes(long bytes) {
		return bytes / (1024 * 1024);
	}

}
