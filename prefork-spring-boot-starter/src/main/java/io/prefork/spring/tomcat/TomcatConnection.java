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

	private long toldToClose;

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

	/**
	 * Lets asynchronous requests run into their timeouts.
	 */
	void expire() {
		this.suspended.forEach(Exchange::expire);
	}

	/**
	 * How far into a period this connection's turn is, where connections have theirs one
	 * after the other.
	 */
	Duration turn(Duration period) {
		return Duration.ofNanos((long) (period.toNanos() * (this.patience - 1) * 2));
	}

	/**
	 * Takes note that the client is told to close.
	 * @return whether it is told for the first time
	 */
	boolean tellToClose() {
		boolean first = this.toldToClose == 0;
		if (first) {
			this.toldToClose = System.nanoTime();
		}
		return first;
	}

	/**
	 * Whether the client was told to close so long ago.
	 */
	boolean wasToldToClose(Duration ago) {
		return this.toldToClose != 0 && System.nanoTime() - this.toldToClose >= ago.toNanos();
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
