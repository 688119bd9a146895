package io.prefork.worker;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

import io.prefork.control.Message;

/**
 * Looks from time to time whether threads of this worker wait for each other
 * ({@link ThreadMXBean#findDeadlockedThreads()}: monitors and exclusive locks, platform
 * threads). What is found in two looks in a row does not end by itself: a thread that
 * waits for a lock only for some time looks the same in one. The master is told at each
 * look for as long as it lasts, since more and more requests may come to hang on it.
 */
final class DeadlockWatch {

	private final RequestTracker requests;

	private final Duration interval;

	private final Runnable expiry;

	private final Consumer<Message> master;

	private Set<Long> before = Set.of();

	/**
	 * Makes a watch, which does nothing yet.
	 * @param requests the worker's requests
	 * @param interval time between two looks, zero for none
	 * @param expiry has somebody end requests that hang in a deadlock; called again and
	 * again
	 * @param master who is told
	 */
	DeadlockWatch(RequestTracker requests, Duration interval, Runnable expiry, Consumer<Message> master) {
		this.requests = requests;
		this.interval = interval;
		this.expiry = expiry;
		this.master = master;
	}

	/**
	 * Begins to watch, with a thread that ends with the process.
	 */
	void start() {
		if (!this.interval.isZero()) {
			Thread thread = new Thread(new Rounds(this::look, this.interval.toMillis()), "prefork-deadlocks");
			thread.setDaemon(true);
			thread.start();
		}
	}

	void look() {
		ThreadMXBean threads = ManagementFactory.getThreadMXBean();
		long[] found = threads.findDeadlockedThreads();
		Set<Long> deadlocked = new HashSet<>();
		if (found != null) {
			Arrays.stream(found).forEach(deadlocked::add);
		}
		Set<Long> lasting = new HashSet<>(deadlocked);
		lasting.retainAll(this.before);
		this.before = deadlocked;
		int hanging = this.requests.deadlocked((thread) -> waitsFor(threads, lasting, thread.getId()));
		if (hanging > 0) {
			this.expiry.run();
		}
		if (!lasting.isEmpty()) {
			this.master
				.accept(new Message.Deadlocked(lasting.size(), hanging, ThreadDump.ofDeadlock(lasting, this.requests)));
		}
	}

	/**
	 * Whether a thread is one of those, or waits for a lock that one of them has,
	 * directly or through others.
	 */
	private static boolean waitsFor(ThreadMXBean threads, Set<Long> deadlocked, long thread) {
		Set<Long> passed = new HashSet<>();
		long at = thread;
		while (!deadlocked.isEmpty() && at > 0 && passed.add(at)) {
			if (deadlocked.contains(at)) {
				return true;
			}
			ThreadInfo info = threads.getThreadInfo(at);
			at = (info != null) ? info.getLockOwnerId() : -1;
		}
		return false;
	}

}
