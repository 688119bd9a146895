package io.prefork.os;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What {@code /proc} tells of a process (proc(5)). No native code.
 */
public final class Processes {

	/**
	 * The unit of processor times that the kernel shows to programs: {@code USER_HZ},
	 * 1/100 s on every architecture that jnr-ffi runs on.
	 */
	private static final long TICK_MILLIS = 10;

	private static final int STATE = 0;

	private static final int PARENT = 1;

	private static final int TERMINAL = 4;

	private static final int USER_TIME = 11;

	private static final int SYSTEM_TIME = 12;

	private Processes() {
	}

	/**
	 * Resident memory.
	 * @param pid the process
	 * @return bytes, or empty if there is no such process, or it has ended and was not
	 * waited for
	 */
	public static OptionalLong resident(int pid) {
		return file(pid, "status").bytes("VmRSS:");
	}

	/**
	 * Processor time used, user and system, of all threads.
	 * @param pid the process
	 * @return the time, in steps of 10 ms; zero if there is no such process
	 */
	public static Duration cpu(int pid) {
		List<String> stat = stat(pid);
		if (stat.size() <= SYSTEM_TIME) {
			return Duration.ZERO;
		}
		long ticks = Long.parseLong(stat.get(USER_TIME)) + Long.parseLong(stat.get(SYSTEM_TIME));
		return Duration.ofMillis(ticks * TICK_MILLIS);
	}

	/**
	 * The calling thread, as the kernel numbers it. Not for virtual threads.
	 * @return the number, or empty if this is not Linux from 3.17 on
	 */
	public static OptionalInt currentThread() {
		try {
			String name = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString();
			return OptionalInt.of(Integer.parseInt(name));
		}
		catch (IOException ex) {
			return OptionalInt.empty();
		}
	}

	/**
	 * Whether a thread belongs to a process.
	 * @param pid the process
	 * @param thread the thread, as the kernel numbers it
	 * @return whether it does, and has not ended
	 */
	public static boolean hasThread(int pid, int thread) {
		return Files.exists(Path.of("/proc", Integer.toString(pid), "task", Integer.toString(thread)));
	}

	/**
	 * Whether a HotSpot JVM has its performance data in place. It keeps them in a file
	 * ({@code -XX:+UsePerfData}, the default), which it removes at every exit,
	 * {@code Runtime.halt} included, but not when it ends itself at once, for lack of
	 * memory ({@code os::_exit}) or after a fault.
	 * @param pid the process
	 * @param user name of the user that it ran as
	 * @return whether the file is there
	 */
	public static boolean hasPerformanceData(int pid, String user) {
		return Files.exists(Path.of("/tmp", "hsperfdata_" + user, Integer.toString(pid)));
	}

	/**
	 * Whether the process is stopped ({@code T} or {@code t}: SIGSTOP, or traced).
	 * @param pid the process
	 * @return whether it is stopped
	 */
	public static boolean stopped(int pid) {
		List<String> stat = stat(pid);
		return !stat.isEmpty() && stat.get(STATE).equalsIgnoreCase("T");
	}

	/**
	 * Whether the process has a controlling terminal, whose keys and size changes reach
	 * it as signals (tty(4)).
	 * @param pid the process
	 * @return whether it has one
	 */
	public static boolean hasTerminal(int pid) {
		List<String> stat = stat(pid);
		return !stat.isEmpty() && !stat.get(TERMINAL).equals("0");
	}

	/**
	 * Whether the process ignores a signal, as one does that was started by
	 * {@code nohup}.
	 * @param pid the process
	 * @param signal the signal
	 * @return whether it is ignored
	 */
	public static boolean ignores(int pid, Signal signal) {
		return file(pid, "status").lines()
			.stream()
			.filter((line) -> line.startsWith("SigIgn:"))
			.map((line) -> new BigInteger(line.substring(line.indexOf(':') + 1).strip(), 16))
			.anyMatch((ignored) -> ignored.testBit(signal.number() - 1));
	}

	/**
	 * The children of a process that have ended and have not been waited for.
	 * @param pid the parent
	 * @return their process ids
	 */
	public static List<Integer> zombies(int pid) {
		String parent = Integer.toString(pid);
		try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
			return processes.map((path) -> path.getFileName().toString())
				.filter((name) -> name.matches("\\d+"))
				.map(Integer::valueOf)
				.filter((process) -> {
					List<String> stat = stat(process);
					return !stat.isEmpty() && stat.get(STATE).equals("Z") && stat.get(PARENT).equals(parent);
				})
				.toList();
		}
		catch (IOException ex) {
			return List.of();
		}
	}

	/**
	 * The fields of {@code stat} from the state on. What stands before is the name of the
	 * executable in parentheses, which may itself contain parentheses and spaces.
	 */
	static List<String> fields(String stat) {
		int end = stat.lastIndexOf(')');
		return (end < 0) ? List.of() : List.of(stat.substring(end + 1).strip().split(" "));
	}

	private static List<String> stat(int pid) {
		// The name in it may contain line breaks
		return fields(String.join("\n", file(pid, "stat").lines()));
	}

	private static KernelFile file(int pid, String name) {
		return new KernelFile(Path.of("/proc", Integer.toString(pid), name));
	}

}
