package io.prefork.spring.jetty;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.prefork.worker.AcceptGate;

/**
 * What a worker knows of a connection besides Jetty, from {@code accept} on.
 */
final class JettyConnection {

	private final AcceptGate.Claim claim;

	private final AtomicInteger exchanges = new AtomicInteger();

	private final AtomicBoolean toldToGoAway = new AtomicBoolean();

	// Connections that are closed for being quiet are spread out by this.
	private final double patience = 1 + ThreadLocalRandom.current().nextDouble() / 2;

	private volatile long lastActive = System.nanoTime();

	private volatile boolean closed;

	JettyConnection(AcceptGate.Claim claim) {
		this.claim = claim;
	}

	/**
	 * The slot that this connection holds while there is work for it.
	 */
	AcceptGate.Claim claim() {
		return this.claim;
	}

	/**
	 * A request begins.
	 * @return whether it is the only one
	 */
	boolean began() {
		this.claim.settle();
		return this.exchanges.incrementAndGet() == 1;
	}

	/**
	 * A request has ended.
	 * @return whether none is left
	 */
	boolean ended() {
		this.lastActive = System.nanoTime();
		boolean idle = this.exchanges.decrementAndGet() == 0;
		if (idle && this.closed) {
			this.claim.close();
		}
		return idle;
	}

	/**
	 * Bytes have arrived.
	 */
	void received() {
		this.lastActive = System.nanoTime();
	}

	/**
	 * The connection is closed. A request that is still served goes on holding its slot.
	 */
	void closed() {
		this.closed = true;
		if (this.exchanges.get() == 0) {
			this.claim.close();
		}
	}

	/**
	 * Whether the client is still to be told to go away, in HTTP/2. Says so once.
	 */
	boolean mustBeToldToGoAway() {
		return this.toldToGoAway.compareAndSet(false, true);
	}

	/**
	 * Whether there has been no request and nothing has arrived for so long, and a little
	 * longer.
	 * @param quiet how long
	 * @param since the time from which on to count, as of {@link System#nanoTime()}
	 */
	boolean isQuiet(Duration quiet, long since) {
		long now = System.nanoTime();
		long silence = Math.min(now - this.lastActive, now - since);
		return this.exchanges.get() == 0 && silence >= quiet.toNanos() * this.patience;
	}

}
