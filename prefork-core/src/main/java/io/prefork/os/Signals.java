package io.prefork.os;

/**
 * Signals that this JVM receives ({@code sun.misc.Signal}).
 */
public final class Signals {

	private Signals() {
	}

	/**
	 * Has an action run, on a thread of the JVM's, whenever a signal arrives. The action
	 * must not block.
	 * @param signal the signal; never USR2, with which HotSpot suspends threads, nor
	 * QUIT, which is the thread dump
	 * @param action what to do
	 * @return {@code false} if the JVM does not let go of the signal (run with
	 * {@code -Xrs}), in which case nothing was changed
	 */
	public static boolean handle(Signal signal, Runnable action) {
		throw new UnsupportedOperationException();
	}

}
