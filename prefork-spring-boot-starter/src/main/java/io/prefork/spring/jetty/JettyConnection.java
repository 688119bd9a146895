package io.prefork.spring.jetty;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.prefork.worker.AcceptGate;
import io.prefork.worker.ClientWatch;
import io.prefork.worker.SlowClients;
import org.jspecify.annotations.Nullable;

/**
 * What a worker knows of a connection besides Jetty, from {@code accept} on. What its
 * client owes is watched as far as one request of HTTP/1.1 follows the other: of anything
 * else, only that it takes what is sent.
 */
final class JettyConnection {

	/**
	 * How much a client is sent at once, without having acknowledged anything (RFC 6928):
	 * ten segments on Ethernet.
	 */
	private static final int INITIAL_WINDOW = 10 * 1460;

	private final AcceptGate.Claim claim;

	private final ClientWatch watch;

	// Requests in flight, and what they were upgraded to
	private final AtomicInteger exchanges = new AtomicInteger();

	private final AtomicInteger requests = new AtomicInteger();

	private final AtomicBoolean toldToGoAway = new AtomicBoolean();

	// Connections that are closed for being quiet are spread out by this.
	private final double patience = 1 + ThreadLocalRandom.current().nextDouble() / 2;

	private volatile @Nullable ObservedEndPoint endPoint;

	private volatile long lastActive = System.nanoTime();

	private volatile boolean upgraded;

	// Nothing is left to be read of the last request, and nothing has come since
	private volatile boolean whole;

	// Since the last request began
	private volatile long sent;

	private volatile boolean closed;

	private volatile boolean answeredInPlaceOfApplication;

	JettyConnection(AcceptGate.Claim claim, SlowClients slowClients) {
		this.claim = claim;
		this.watch = slowClients.watch(this::breakOff);
	}

	private void breakOff() {
		ObservedEndPoint endPoint = this.endPoint;
		if (endPoint != null) {
			endPoint.breakOff(this.exchanges.get() > 0);
		}
	}

	/**
	 * Jetty has made an endpoint of the socket, for which it needs a thread.
	 */
	void opened(ObservedEndPoint endPoint) {
		this.endPoint = endPoint;
		this.watch.awaitHead();
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
		this.watch.headRead();
		this.whole = false;
		this.sent = 0;
		this.requests.incrementAndGet();
		return this.exchanges.incrementAndGet() == 1;
	}

	/**
	 * Requests that have begun so far.
	 */
	int requests() {
		return this.requests.get();
	}

	/**
	 * A request has ended, or what it was upgraded to.
	 * @return whether none is left
	 */
	boolean ended() {
		this.lastActive = System.nanoTime();
		if (this.exchanges.decrementAndGet() > 0) {
			return false;
		}
		this.watch.requestDone();
		if (this.closed) {
			this.claim.close();
		}
		return true;
	}

	/**
	 * The request has been read to its end.
	 */
	void requestRead() {
		this.whole = true;
	}

	/**
	 * Whether the client's only request has been answered, in so few bytes that they are
	 * on their way, and it has nothing more to send that belongs to it.
	 */
	boolean isAnswered() {
		return this.whole && this.sent <= INITIAL_WINDOW && !this.upgraded && this.exchanges.get() == 0;
	}

	/**
	 * A request becomes a conversation in another protocol, which ends by itself.
	 */
	void upgraded() {
		this.exchanges.incrementAndGet();
		this.upgraded = true;
	}

	/**
	 * HTTP/2 is spoken from now on.
	 */
	void multiplexed() {
		this.upgraded = true;
	}

	/**
	 * Whether another protocol is spoken than one request of HTTP/1.1 after the other.
	 */
	boolean isUpgraded() {
		return this.upgraded;
	}

	/**
	 * Somebody waits for bytes.
	 */
	void waitToRead() {
		if (!this.upgraded && this.exchanges.get() > 0) {
			this.watch.waitToRead();
		}
	}

	/**
	 * There are bytes, for which there may be no thread.
	 */
	void readable() {
		this.watch.holdHead();
	}

	/**
	 * A thread reads what there is.
	 */
	void read() {
		this.watch.goOnWithHead();
	}

	/**
	 * Bytes have arrived.
	 */
	void received(int bytes) {
		this.lastActive = System.nanoTime();
		if (this.upgraded) {
			return;
		}
		if (this.exchanges.get() > 0) {
			this.watch.read(bytes);
		}
		else {
			this.whole = false;
			this.watch.awaitHead();
		}
	}

	/**
	 * Bytes were sent. The first that are sent in HTTP/2 answer the preface (RFC 9113,
	 * section 3.4).
	 * @param bytes how many the client has taken
	 * @param waiting whether there are more, for which somebody waits
	 */
	void sent(long bytes, boolean waiting) {
		if (bytes > 0) {
			this.sent += bytes;
			this.watch.wrote(bytes);
			if (this.upgraded) {
				this.watch.headRead();
			}
		}
		if (waiting) {
			this.watch.waitToWrite();
		}
	}

	/**
	 * The connection is closed. A request that is still served goes on holding its slot.
	 */
	void closed() {
		this.closed = true;
		this.watch.close();
		if (this.exchanges.get() == 0) {
			this.claim.close();
		}
	}

	/**
	 * The worker has answered, or broken off, what takes the application too long. The
	 * connection is over as soon as that gives its thread back.
	 */
	void answeredInPlaceOfApplication() {
		this.answeredInPlaceOfApplication = true;
	}

	boolean isOver() {
		return this.answeredInPlaceOfApplication;
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
