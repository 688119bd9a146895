package io.prefork.spring;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Watches for how long this JVM stands still, because the machine gives it no processor
 * or collects garbage: a thread that wants to run every 20 ms notes the longest time that
 * it could not.
 */
final class Standstill implements AutoCloseable {

	private static final Duration STEP = Duration.ofMillis(20);

	private final AtomicLong longest = new AtomicLong();

	private final Thread thread = new Thread(this::watch, "standstill");

	private volatile boolean over;

	Standstill() {
		this.thread.setDaemon(true);
		this.thread.start();
	}

	private void watch() {
		long last = System.nanoTime();
		while (!this.over) {
			try {
				TimeUnit.NANOSECONDS.sleep(STEP.toNanos());
			}
			catch (InterruptedException ex) {
				return;
			}
			long now = System.nanoTime();
			this.longest.accumulateAndGet(now - last, Math::max);
			last = now;
		}
	}

	Duration longest() {
		return Duration.ofNanos(this.longest.get());
	}

	@Override
	public void close() {
		this.over = true;
		this.thread.interrupt();
	}

}
