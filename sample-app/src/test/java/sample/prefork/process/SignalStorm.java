package sample.prefork.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/**
 * Signals to a master in quick succession, at random, and now and then the death of one
 * of its workers. One shell sends them all: to start a process for each takes longer than
 * the gaps are.
 */
final class SignalStorm {

	private static final Duration LONGEST_GAP = Duration.ofMillis(25);

	private static final Duration SHORTEST_TRUCE = Duration.ofSeconds(1);

	private static final Duration LONGEST_TRUCE = Duration.ofSeconds(6);

	private final long master;

	private final RandomGenerator random;

	private final Map<Kind, Integer> sent = new EnumMap<>(Kind.class);

	private final List<Long> kills = new ArrayList<>();

	SignalStorm(long master, long seed) {
		this.master = master;
		this.random = new Random(seed);
	}

	/**
	 * Rages, and returns when it is over.
	 * @param length for how long
	 */
	void rage(Duration length) {
		try {
			Process shell = new ProcessBuilder("/bin/sh").start();
			long end = System.nanoTime() + length.toNanos();
			long nextKill = System.nanoTime() + pause(SHORTEST_TRUCE, LONGEST_TRUCE);
			while (System.nanoTime() < end) {
				Kind kind = Kind.values()[this.random.nextInt(Kind.values().length)];
				send(shell, kind.name(), this.master);
				this.sent.merge(kind, 1, Integer::sum);
				if (System.nanoTime() > nextKill) {
					killOne(shell);
					nextKill = System.nanoTime() + pause(SHORTEST_TRUCE, LONGEST_TRUCE);
				}
				LockSupport.parkNanos(pause(Duration.ZERO, LONGEST_GAP));
			}
			shell.getOutputStream().close();
			shell.waitFor();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Whatever it is at: booting, serving, or leaving.
	 */
	private void killOne(Process shell) throws IOException {
		List<Long> workers = Proc.children(this.master).stream().filter(Proc::alive).toList();
		if (!workers.isEmpty()) {
			this.kills.add(System.nanoTime());
			send(shell, "KILL", workers.get(this.random.nextInt(workers.size())));
		}
	}

	private static void send(Process shell, String signal, long pid) throws IOException {
		shell.getOutputStream().write(("kill -" + signal + " " + pid + "\n").getBytes(StandardCharsets.US_ASCII));
		shell.getOutputStream().flush();
	}

	private long pause(Duration shortest, Duration longest) {
		return this.random.nextLong(shortest.toNanos(), longest.toNanos() + 1);
	}

	/**
	 * How many of each were sent.
	 */
	Map<Kind, Integer> sent() {
		return this.sent;
	}

	/**
	 * When workers were killed, as of {@link System#nanoTime()}.
	 */
	List<Long> kills() {
		return this.kills;
	}

	/**
	 * The signals to the master.
	 */
	enum Kind {

		/** One worker more. */
		TTIN,
		/** One worker fewer. */
		TTOU,
		/** Reload. */
		HUP,
		/** Reopen log files. */
		USR1,
		/** Nothing. */
		CHLD

	}

}
