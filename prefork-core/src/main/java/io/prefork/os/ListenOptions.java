package io.prefork.os;

import java.time.Duration;

/**
 * How to listen.
 *
 * @param backlog length of the accept queue, at least 1; the kernel caps it at
 * {@code net.core.somaxconn}
 * @param reusePort whether {@code SO_REUSEPORT} is set, for a socket per worker
 * @param deferAccept how long the kernel may hold a connection back until its first byte
 * arrives ({@code TCP_DEFER_ACCEPT}, in whole seconds, rounded up), zero for not at all
 */
public record ListenOptions(int backlog, boolean reusePort, Duration deferAccept) {

	public ListenOptions {
		if (backlog < 1) {
			throw new IllegalArgumentException("The backlog must be at least 1, and is " + backlog);
		}
		if (deferAccept.isNegative()) {
			throw new IllegalArgumentException("The time to defer must not be negative, and is " + deferAccept);
		}
	}

}
