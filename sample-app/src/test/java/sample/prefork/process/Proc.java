package sample.prefork.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What {@code /proc} tells about other processes (proc(5)). A process that ends while it
 * is looked at has nothing.
 */
final class Proc {

	private static final Path PROC = Path.of("/proc");

	private Proc() {
	}

	/**
	 * Descriptors of a process and what they refer to, such as {@code socket:[4711]}.
	 * @param pid the process
	 * @return targets by number
	 */
	static Map<Integer, String> descriptors(long pid) {
		Map<Integer, String> descriptors = new TreeMap<>();
		for (Path link : entries(PROC.resolve(pid + "/fd"))) {
			try {
				descriptors.put(Integer.valueOf(link.getFileName().toString()),
						Files.readSymbolicLink(link).toString());
			}
			catch (IOException ex) {
				// Closed meanwhile.
			}
		}
		return descriptors;
	}

	static List<Long> children(long parent) {
		return pids().filter((pid) -> stat(pid, 1).equals(String.valueOf(parent))).toList();
	}

	static List<Long> zombies(long parent) {
		return children(parent).stream().filter((pid) -> stat(pid, 0).equals("Z")).toList();
	}

	/**
	 * Whether a process runs: a zombie does not.
	 * @param pid the process
	 * @return whether it runs, or is stopped
	 */
	static boolean alive(long pid) {
		String state = stat(pid, 0);
		return !state.isEmpty() && !state.equals("Z");
	}

	/**
	 * Threads of a process that the kernel schedules as {@code SCHED_BATCH} (field 41 of
	 * proc_pid_stat(5)).
	 * @param pid the process
	 * @return how many
	 */
	static long batchThreads(long pid) {
		return entries(PROC.resolve(pid + "/task")).stream().filter((thread) -> stat(thread, 38).equals("3")).count();
	}

	/**
	 * Processes that were started with an entry in their environment, or descend from one
	 * that was.
	 * @param entry the entry, {@code NAME=value}
	 * @return their pids
	 */
	static List<Long> withEnvironment(String entry) {
		return pids().filter((pid) -> environment(pid).contains(entry)).toList();
	}

	/**
	 * What a process was started with.
	 * @param pid the process
	 * @return its environment, {@code NAME=value}
	 */
	static List<String> environment(long pid) {
		return List.of(read(pid, "environ").split("\0"));
	}

	/**
	 * A line of {@code status}.
	 * @param pid the process
	 * @param name what stands before the colon
	 * @return what stands behind it, words separated by one blank
	 */
	static String status(long pid, String name) {
		return line(pid, "status", name + ":");
	}

	/**
	 * A line of {@code limits}.
	 * @param pid the process
	 * @param name what it begins with
	 * @return soft limit, hard limit and unit, separated by one blank
	 */
	static String limit(long pid, String name) {
		return line(pid, "limits", name);
	}

	private static String line(long pid, String file, String start) {
		return read(pid, file).lines()
			.filter((line) -> line.startsWith(start))
			.map((line) -> line.substring(start.length()).strip().replaceAll("\\s+", " "))
			.findFirst()
			.orElse("");
	}

	/**
	 * Inodes of the TCP sockets that listen on a port, as in {@code socket:[inode]}.
	 * @param port the port
	 * @return the descriptors' targets
	 */
	static Set<String> listeners(int port) {
		String suffix = ":%04X".formatted(port);
		return Stream.of("net/tcp", "net/tcp6")
			.map(PROC::resolve)
			.flatMap((table) -> read(table).lines())
			.map((line) -> line.trim().split("\\s+"))
			.filter((column) -> column.length > 9 && column[1].endsWith(suffix) && column[3].equals("0A"))
			.map((column) -> "socket:[" + column[9] + "]")
			.collect(Collectors.toSet());
	}

	private static Stream<Long> pids() {
		return entries(PROC).stream()
			.map((entry) -> entry.getFileName().toString())
			.filter((name) -> name.chars().allMatch(Character::isDigit))
			.map(Long::valueOf);
	}

	/**
	 * A column of {@code stat}, counted from the one after the command's name: 0 is the
	 * state, 1 the parent.
	 */
	private static String stat(long pid, int column) {
		return stat(PROC.resolve(Long.toString(pid)), column);
	}

	private static String stat(Path process, int column) {
		String stat = read(process.resolve("stat"));
		return stat.isEmpty() ? "" : stat.substring(stat.lastIndexOf(')') + 2).split(" ")[column];
	}

	private static String read(long pid, String file) {
		return read(PROC.resolve(pid + "/" + file));
	}

	private static String read(Path file) {
		try {
			return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
		}
		catch (IOException ex) {
			return "";
		}
	}

	private static List<Path> entries(Path directory) {
		try (Stream<Path> entries = Files.list(directory)) {
			return entries.toList();
		}
		catch (IOException | UncheckedIOException ex) {
			return List.of();
		}
	}

}
