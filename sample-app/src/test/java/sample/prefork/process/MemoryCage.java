package sample.prefork.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Assumptions;

/**
 * A control group with a limit of memory, of either version, where the machine lets one
 * be made; else the test is skipped and says why.
 */
final class MemoryCage implements AutoCloseable {

	private static final Path GROUPS = Path.of("/sys/fs/cgroup");

	private final Path group;

	private final String limit;

	private final String usage;

	private final String open;

	private MemoryCage(Path group, boolean second) {
		this.group = group;
		this.limit = second ? "memory.max" : "memory.limit_in_bytes";
		this.usage = second ? "memory.current" : "memory.usage_in_bytes";
		this.open = second ? "max" : "-1";
	}

	static MemoryCage make() {
		String name = "prefork-test-" + ProcessHandle.current().pid();
		boolean second = Files.exists(GROUPS.resolve("cgroup.controllers"));
		MemoryCage cage = new MemoryCage((second ? GROUPS : GROUPS.resolve("memory")).resolve(name), second);
		try {
			Files.createDirectory(cage.group);
			Files.readString(cage.group.resolve(cage.limit));
			return cage;
		}
		catch (IOException ex) {
			cage.close();
			String reason = "no control group with a limit of memory can be made here: " + ex;
			System.out.println("Skipped: " + reason);
			return Assumptions.abort(reason);
		}
	}

	/**
	 * A program that enters the group and then becomes another one.
	 * @return the program and its arguments
	 */
	String[] entering() {
		return new String[] { "/bin/sh", "-c", "echo $$ > " + this.group.resolve("cgroup.procs") + " && exec \"$@\"",
				"sh" };
	}

	/**
	 * Limits the memory to what is in use now, but for what is only cached, and some
	 * more.
	 * @param bytes how much more
	 */
	void leaveRoomFor(long bytes) {
		try {
			long cached = Files.readAllLines(this.group.resolve("memory.stat"))
				.stream()
				.filter((line) -> line.matches("(in)?active_file \\d+"))
				.mapToLong((line) -> Long.parseLong(line.split(" ")[1]))
				.sum();
			long used = Long.parseLong(Files.readString(this.group.resolve(this.usage)).strip());
			set(Long.toString(used - cached + bytes));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	void open() {
		set(this.open);
	}

	private void set(String value) {
		try {
			Files.writeString(this.group.resolve(this.limit), value);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Removes the group, which no process must be in any more.
	 */
	@Override
	public void close() {
		try {
			Files.deleteIfExists(this.group);
		}
		catch (IOException ex) {
			System.out.println("The control group " + this.group + " is left behind: " + ex);
		}
	}

}
