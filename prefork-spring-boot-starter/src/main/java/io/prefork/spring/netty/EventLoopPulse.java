package io.prefork.spring.netty;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.netty.util.concurrent.EventExecutor;

/**
 * Tells whether an event loop comes round: asks it every second. One that a request
 * blocks does not answer, and neither does it serve its other connections. Used by the
 * heartbeat's thread alone.
 */
final class EventLoopPulse {

	private static final long PERIOD = TimeUnit.SECONDS.toNanos(1);

	private final EventExecutor loop;

	private long asked = System.nanoTime() - PERIOD;

	private volatile boolean answered = true;

	EventLoopPulse(EventExecutor loop) {
		this.loop = loop;
	}

	/**
	 * Until when the loop was seen to come round.
	 * @param now the time as of {@link System#nanoTime()}
	 * @return {@code now}, or when the loop was asked if it has not answered
	 */
	long aliveAt(long now) {
		// What shuts down ends when nobody has asked anything of it for a while
		if (this.loop.isShuttingDown()) {
			return now;
		}
		if (!this.answered) {
			return this.asked;
		}
		if (now - this.asked >= PERIOD) {
			ask(now);
		}
		return now;
	}

	private void ask(long now) {
		this.asked = now;
		this.answered = false;
		try {
			this.loop.execute(() -> this.answered = true);
		}
		catch (RejectedExecutionException ex) {
			// The loop has been shut down
		}
	}

}
