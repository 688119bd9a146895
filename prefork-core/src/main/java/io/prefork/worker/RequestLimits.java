package io.prefork.worker;

import java.time.Duration;

/**
 * How long a request may take. Each limit is zero for none, and counted from when the
 * head of the request has been read.
 *
 * @param slow from when on it is logged as slow
 * @param soft from when on it is reported, and interrupted if told so; shorter than
 * {@code hard}
 * @param interrupt whether the thread of a request past its soft limit is interrupted
 * @param hard when its client is answered in place of the application, and its thread is
 * given up
 * @param lostShare the share of a worker's request slots, above 0 and at most 1, that may
 * be lost to such threads; from then on the worker is replaced
 */
public record RequestLimits(Duration slow, Duration soft, boolean interrupt, Duration hard, double lostShare) {

	/**
	 * No limits.
	 */
	public static final RequestLimits NONE = new RequestLimits(Duration.ZERO, Duration.ZERO, false, Duration.ZERO, 1);

	/**
	 * Whether there is anything to look for.
	 */
	boolean any() {
		return !this.slow.isZero() || !this.soft.isZero() || !this.hard.isZero();
	}

}
