package io.prefork.spring.netty;

import java.time.Duration;

import io.prefork.worker.ServerAdapter;

/**
 * Reactor Netty, as a leaving worker sees it. A WebSocket is closed with code 1012, each
 * in its turn within the quiet period. A stream of server-sent events may end by itself
 * until just before the graceful timeout, and is ended then; its client connects again. A
 * request that has no answer by then gets a 503. Other answers go on until the graceful
 * timeout.
 */
final class NettyServerAdapter implements ServerAdapter {

	/**
	 * An application that has not answered is cancelled a second after its client was.
	 */
	private static final Duration LAST_MOMENT = Duration.ofSeconds(2);

	/**
	 * HTTP/2 connections and WebSockets may come about after close was announced.
	 */
	private static final Duration REMINDER = Duration.ofMillis(100);

	private final NettyEndpoint endpoint;

	// Used by the drain alone
	private long remindedAt = System.nanoTime();

	NettyServerAdapter(NettyEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	@Override
	public void stopAccepting() {
		this.endpoint.stopAccepting();
		this.endpoint.closeServer();
	}

	@Override
	public void announceClose() {
		this.endpoint.announceClose();
	}

	@Override
	public int connections() {
		return this.endpoint.connections().size();
	}

	@Override
	public void closeIdle(Duration quiet) {
		for (NettyConnection connection : this.endpoint.connections()) {
			if (connection.isQuiet(quiet)) {
				connection.closeIfIdle();
			}
		}
		long now = System.nanoTime();
		if (now - this.remindedAt >= REMINDER.toNanos()) {
			this.remindedAt = now;
			this.endpoint.takeLeave(isLastMoment());
		}
	}

	@Override
	public long aliveAt() {
		return this.endpoint.aliveAt();
	}

	private boolean isLastMoment() {
		Duration timeout = this.endpoint.settings().gracefulTimeout();
		Duration half = timeout.dividedBy(2);
		Duration margin = (half.compareTo(LAST_MOMENT) < 0) ? half : LAST_MOMENT;
		return System.nanoTime() - this.endpoint.closingSince() >= timeout.minus(margin).toNanos();
	}

}
