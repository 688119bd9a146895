package io.prefork.worker;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A request in flight.
 *
 * @param method its method
 * @param target its target, without the query
 * @param age how long ago it began
 * @param thread the thread that works on it, {@code null} while it is suspended
 */
public record RunningRequest(String method, String target, Duration age, @Nullable Thread thread) {

	/**
	 * What it is, in the words of evidence.
	 */
	String describe() {
		return this.method + ' ' + this.target + ", for " + this.age.toMillis() + " ms, on "
				+ ((this.thread != null) ? "thread \"" + this.thread.getName() + '"' : "no thread (asynchronous)");
	}

}
