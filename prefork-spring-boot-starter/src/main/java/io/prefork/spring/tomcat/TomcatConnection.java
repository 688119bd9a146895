package io.prefork.spring.tomcat;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import io.prefork.worker.AcceptGate;

/**
 * What a worker knows of a connection besides Tomcat.
 */
final class TomcatConnection {

	private final AcceptGate.Claim claim;

	private final AtomicInteger exchanges = new AtomicInteger();

	private final Set<Exchange> suspended = ConcurrentHashMap.newKeySet();

	// Connections that are closed for being quiet are spread out by this.
	private final double patience = 1 + ThreadLocalRandom.current().nextDouble() / 2;

	private volatile long lastActive = System.nanoTime();

	private volatile boolean closed;

	TomcatConnection(AcceptGate.Claim claim) {
		this.claim = claim;
	}

	/**
	 * The slot that this connection holds while there is work for it.
	 */
	AcceptGate.Claim claim() {
		return this.claim;
	}

	void began() {
		this.exchanges.incrementAndGet();
		this.claim.settle();
	}

	void suspended(Exchange exchange) {
		this.suspended.add(exchange);
		if (this.closed) {
			exchange.endIfSuspended();
		}
	}

	void resumed(Exchange exchange) {
		this.suspended.remove(exchange);
	}

	void ended(Exchange exchange) {
		this.suspended.remove(exchange);
		this.lastActive = System.nanoTime();
		if (this.exchanges.decrementAndGet() == 0 && this.closed) {
			this.claim.close();
		}
	}

	/**
	 * A thread has done its work for the connection.
	 */
	void worked() {
		this.lastActive = System.nanoTime();
		this.claim.vacate();
	}

	/**
	 * The connection is closed. A request that still has a thread goes on holding its
	 * slot.
	 */
	void closed() {
		this.closed = true;
		this.suspended.forEach(Exchange::endIfSuspended);
		if (this.exchanges.get() == 0) {
			this.claim.close();
		}
	}

	boolean hasSuspended() {
		return !this.suspended.isEmpty();
	}

	/**
	 * Whether there is a request in flight, or bytes that nobody has looked at.
	 */
	boolean isBusy() {
		return this.exchanges.get() > 0 || this.claim.isOccupied();
	}

	/**
	 * Whether nothing has happened here for so long, and a little longer.
	 * @param quiet how long
	 * @param since the time from which on to count, as of {@link System#nanoTime()}
	 */
	boolean isQuiet(Duration quiet, long since) {
		long now = System.nanoTime();
		long silence = Math.min(now - this.lastActive, now - since);
		return !isBusy() && silence >= quiet.toNanos() * this.patience;
	}

}
