package io.prefork.os;

/**
 * Signals that this JVM receives ({@code sun.misc.Signal}).
 */
public final class Signals {

	private Signals() {
	}

	/**
	 * Has an action run, on a thread of the JVM's, whenever a signal arrives. The action
	 * must not block. A JVM that was started with HUP, INT or TERM ignored
	 * ({@code nohup}) goes on ignoring it: the action never runs.
	 * @param signal the signal; never USR2, with which HotSpot suspends threads, nor
	 * QUIT, which is the thread dump
	 * @param action what to do
	 * @return {@code false} if the JVM does not let go of the signal (run with
	 * {@code -Xrs}), in which case nothing was changed
	 * @throws IllegalArgumentException if the signal is one that must not, or cannot, be
	 * handled, with the reason
	 */
	public static boolean handle(Signal signal, Runnable action) {
		switch (signal) {
			case USR2 -> throw refuse(signal, "HotSpot suspends threads with it");
			case QUIT -> throw refuse(signal, "it makes the JVM write a thread dump");
			case KILL, STOP -> throw refuse(signal, "no process can handle it (signal(7))");
			default -> {
			}
		}
		try {
			sun.misc.Signal.handle(new sun.misc.Signal(signal.name()), (received) -> action.run());
			return true;
		}
		catch (IllegalArgumentException ex) {
			// "Signal already used by VM or OS"
			return false;
		}
	}

	private static IllegalArgumentException refuse(Signal signal, String reason) {
		return new IllegalArgumentException("SIG" + signal.name() + " cannot be handled: " + reason);
	}

}
