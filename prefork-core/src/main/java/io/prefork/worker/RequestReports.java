package io.prefork.worker;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Log lines about single requests, each with the stack of its thread: at most one a
 * second, since what makes one request slow makes many slow. For one thread.
 */
final class RequestReports {

	private static final long INTERVAL = TimeUnit.SECONDS.toNanos(1);

	private final Consumer<String> log;

	private boolean any;

	private long last;

	private int suppressed;

	RequestReports(Consumer<String> log) {
		this.log = log;
	}

	/**
	 * Reports a request, or counts it for the next report.
	 * @param what what is the matter with it
	 */
	void report(long now, String what, RunningRequest request, StackTraceElement[] stack) {
		if (this.any && now - this.last < INTERVAL) {
			this.suppressed++;
			return;
		}
		StringBuilder text = new StringBuilder("A request is ").append(what).append(": ").append(request.describe());
		if (this.suppressed > 0) {
			text.append("; ").append(this.suppressed).append(" more since the last report");
		}
		for (StackTraceElement frame : stack) {
			text.append("\n\tat ").append(frame);
		}
		this.log.accept(text.toString());
		this.any = true;
		this.last = now;
		this.suppressed = 0;
	}

}
