package io.prefork.worker;

import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;

/**
 * Evidence: what a worker is doing, as text. First the requests in flight, oldest first,
 * each with the stack of its thread, then deadlocks, then the other threads that are not
 * waiting idle.
 */
final class ThreadDump {

	/**
	 * Bound of the text, so that it fits into a control message.
	 */
	private static final int LONGEST = 128 * 1024;

	private final StringBuilder text = new StringBuilder();

	private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

	private final Set<Long> told = new HashSet<>();

	private ThreadDump() {
	}

	/**
	 * Takes a dump.
	 * @param requests the requests in flight
	 * @return the text
	 */
	static String of(RequestTracker requests) {
		ThreadDump dump = new ThreadDump();
		dump.requests(requests);
		dump.deadlocks();
		dump.others();
		return dump.finished();
	}

	/**
	 * Takes a dump of threads that wait for each other, and of the requests in flight.
	 * @param deadlocked the ids of the threads
	 * @param requests the requests in flight
	 * @return the text
	 */
	static String ofDeadlock(Set<Long> deadlocked, RequestTracker requests) {
		ThreadDump dump = new ThreadDump();
		dump.deadlock(deadlocked.stream().mapToLong(Long::longValue).sorted().toArray());
		dump.requests(requests);
		return dump.finished();
	}

	private void requests(RequestTracker requests) {
		requests.running().stream().sorted(Comparator.comparing(RunningRequest::age).reversed()).forEach((request) -> {
			this.text.append("request ").append(request.describe()).append('\n');
			Thread thread = request.thread();
			if (thread != null) {
				stack(thread.getStackTrace());
				this.told.add(thread.getId());
			}
		});
	}

	private void deadlocks() {
		long[] ids = this.threads.findDeadlockedThreads();
		if (ids != null) {
			deadlock(ids);
		}
	}

	private void deadlock(long[] ids) {
		this.text.append("deadlock of ").append(ids.length).append(" threads\n");
		for (ThreadInfo thread : this.threads.getThreadInfo(ids, true, true)) {
			if (thread != null) {
				describe(thread);
			}
		}
	}

	private void others() {
		for (ThreadInfo thread : this.threads.dumpAllThreads(true, true)) {
			if (!this.told.contains(thread.getThreadId()) && thread.getStackTrace().length > 0
					&& thread.getThreadId() != Thread.currentThread().getId()) {
				describe(thread);
			}
		}
	}

	private void describe(ThreadInfo thread) {
		this.told.add(thread.getThreadId());
		this.text.append('"').append(thread.getThreadName()).append("\" ").append(thread.getThreadState());
		LockInfo lock = thread.getLockInfo();
		if (lock != null) {
			this.text.append(" on ").append(lock);
			if (thread.getLockOwnerName() != null) {
				this.text.append(" held by \"").append(thread.getLockOwnerName()).append('"');
			}
		}
		this.text.append('\n');
		stack(thread.getStackTrace());
		MonitorInfo[] monitors = thread.getLockedMonitors();
		if (monitors.length > 0) {
			this.text.append("\tholds ").append(Arrays.toString(monitors)).append('\n');
		}
	}

	private void stack(StackTraceElement[] stack) {
		for (StackTraceElement frame : stack) {
			this.text.append("\tat ").append(frame).append('\n');
		}
	}

	private String finished() {
		if (this.text.length() > LONGEST) {
			this.text.setLength(LONGEST);
			this.text.append("\n(cut off)");
		}
		return this.text.toString().stripTrailing();
	}

}
