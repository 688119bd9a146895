package io.prefork.os;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * What {@code /proc} tells of a process (proc(5)). No native code.
 */
public final class Processes {

	private Processes() {
	}

	/**
	 * Resident memory.
	 * @param pid the process
	 * @return bytes, or empty if there is no such process
	 */
	public static OptionalLong resident(int pid) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Processor time used, user and system, of all threads.
	 * @param pid the process
	 * @return the time, zero if there is no such process
	 */
	public static Duration cpu(int pid) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Whether the process is stopped ({@code T} or {@code t}: SIGSTOP, or traced).
	 * @param pid the process
	 * @return whether it is stopped
	 */
	public static boolean stopped(int pid) {
		throw new UnsupportedOperationException();
	}

}
