package io.prefork.os;

/**
 * The signals that matter here, with their numbers on Linux (signal(7), x86 and ARM).
 */
public enum Signal {

	HUP(1), INT(2), QUIT(3), ILL(4), TRAP(5), ABRT(6), BUS(7), FPE(8), KILL(9), USR1(10), SEGV(11), USR2(12), PIPE(13),
	ALRM(14), TERM(15), CHLD(17), CONT(18), STOP(19), TSTP(20), TTIN(21), TTOU(22), XCPU(24), XFSZ(25), WINCH(28),
	SYS(31);

	private final int number;

	Signal(int number) {
		this.number = number;
	}

	public int number() {
		return this.number;
	}

	/**
	 * The name of a signal.
	 * @param number its number
	 * @return the name with its prefix, such as {@code SIGKILL}, or {@code signal 34} for
	 * one that is not listed
	 */
	public static String name(int number) {
		for (Signal signal : values()) {
			if (signal.number == number) {
				return "SIG" + signal.name();
			}
		}
		return "signal " + number;
	}

}
