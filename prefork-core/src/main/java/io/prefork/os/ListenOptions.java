package io.prefork.os;

import java.time.Duration;

/**
 * How to listen.
 *
 * @param backlog length of the accept queue, at least 1; the kernel caps it at
 * {@code net.core.somaxconn}
 * @param reusePort whether {@code SO_REUSEPORT} is set, for a socket per worker
 * @param deferAccept how long the kernel may hold a connection back until its first byte
 * arrives ({@code TCP_DEFER_ACCEPT}), zero for not at all
 */
public record ListenOptions(int backlog, boolean reusePort, Duration deferAccept) {
}
