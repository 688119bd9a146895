package io.prefork.os;

/**
 * How a child ended, as {@code waitpid(2)} tells it.
 */
public sealed interface ExitStatus {

	/**
	 * It exited.
	 *
	 * @param code the exit status, 0 to 255
	 */
	record Exited(int code) implements ExitStatus {
	}

	/**
	 * A signal ended it.
	 *
	 * @param number the signal
	 * @param coreDumped whether a core was dumped
	 */
	record Signalled(int number, boolean coreDumped) implements ExitStatus {
	}

}
