package io.prefork.spring.tomcat;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import io.prefork.worker.AcceptGate;
import io.prefork.worker.ClientWatch;
import org.apache.tomcat.util.net.SocketEvent;

/**
 * What a worker knows of a connection besides Tomcat.
 */
final class TomcatConnection {

	private final AcceptGate.Claim claim;

	private final ClientWatch watch;

	private final int mostStreams;

	private final AnswerLock answerLock = new AnswerLock();

	private final AtomicInteger exchanges = new AtomicInteger();

	private final Set<Exchange> suspended = ConcurrentHashMap.newKeySet();

	// Connections that are closed for being quiet are spread out by this.
	private final double patience = 1 + ThreadLocalRandom.current().nextDouble() / 2;

	private volatile long lastActive = System.nanoTime();

	private volatile boolean closed;

	private volatile boolean upgraded;

	// From the beginning of a request until nobody works for the connection any more
	private volatile boolean serving;

	private volatile boolean readingBody;

	private volatile boolean inAHead;

	private final AtomicInteger requests = new AtomicInteger();

	private long toldToClose;

	private volatile long quietSince;

	TomcatConnection(AcceptGate.Claim claim, ClientWatch watch, int mostStreams) {
		this.claim = claim;
		this.watch = watch;
		this.mostStreams = mostStreams;
		watch.awaitHead();
	}

	/**
	 * The slot that this connection holds while there is work for it.
	 */
	AcceptGate.Claim claim() {
		return this.claim;
	}

	/**
	 * What each write to the socket is done under.
	 */
	AnswerLock answerLock() {
		return this.answerLock;
	}

	void began() {
		this.exchanges.incrementAndGet();
		this.requests.incrementAndGet();
		this.serving = true;
		this.watch.headRead();
		this.claim.settle();
	}

	/**
	 * Whether the client has had as many streams of HTTP/2 as it may, with the one that
	 * has just begun, or more: streams begin side by side. Closing after each one is of
	 * HTTP/1.1 alone.
	 */
	boolean isAtItsLastRequest() {
		return this.mostStreams > 1 && this.requests.get() >= this.mostStreams;
	}

	/**
	 * Bytes were read from the socket, or none were there. After a request, Tomcat reads
	 * what is left of its body.
	 */
	void hasRead(long bytes) {
		if (this.upgraded) {
			if (bytes > 0) {
				this.lastActive = System.nanoTime();
			}
		}
		else if (!this.serving) {
			if (bytes > 0) {
				this.watch.awaitHead();
			}
		}
		else if (bytes > 0) {
			this.watch.read(bytes);
		}
		else if (bytes == 0 && (this.readingBody || this.exchanges.get() == 0)) {
			this.watch.waitToRead();
		}
	}

	/**
	 * Bytes were written to the socket, or it took none.
	 */
	void hasWritten(long bytes, boolean remaining) {
		if (bytes == 0 && remaining) {
			this.watch.waitToWrite();
		}
		else if (bytes >= 0) {
			this.watch.wrote(bytes);
		}
	}

	/**
	 * The client has done something, which waits for a thread from now on.
	 */
	void hasWork(SocketEvent event) {
		this.claim.occupy();
		if (event == SocketEvent.OPEN_READ) {
			this.watch.holdHead();
			if (this.serving) {
				this.watch.read(0);
			}
		}
		else if (event == SocketEvent.OPEN_WRITE) {
			this.watch.wrote(0);
		}
	}

	/**
	 * A thread looks at what the client has done.
	 */
	void isWorkedFor() {
		this.watch.goOnWithHead();
	}

	/**
	 * A thread begins or ends to read a body, and waits for it if need be, or in vain.
	 */
	void readsBody(boolean reading) {
		this.readingBody = reading;
		if (!reading) {
			this.watch.read(0);
		}
	}

	/**
	 * The application is to be told when more of a body has come.
	 */
	void waitsForBody() {
		this.watch.waitToRead();
	}

	/**
	 * Tomcat has done for the connection what there was to do.
	 * @param upgraded whether it is none of HTTP/1.1 any more
	 * @param unfinished whether a head, or a request, is not over
	 * @return whether it is none of HTTP/1.1 any more, which is news
	 */
	boolean processed(boolean upgraded, boolean unfinished) {
		boolean news = upgraded && !this.upgraded;
		if (news) {
			this.upgraded = true;
			this.watch.headRead();
			this.watch.requestDone();
		}
		else if (!upgraded && this.exchanges.get() == 0) {
			this.serving = false;
			this.watch.requestDone();
			this.inAHead = unfinished;
			if (unfinished) {
				this.watch.awaitHead();
			}
			else if (this.requests.get() > 0) {
				// Empty lines after a request are not the next one yet
				this.watch.headRead();
			}
		}
		return news;
	}

	/**
	 * A file is being sent, which needs no thread.
	 */
	void isActive() {
		this.lastActive = System.nanoTime();
	}

	long lastActive() {
		return this.lastActive;
	}

	/**
	 * Takes note that the connection was found quiet, and is to be closed when a thread
	 * is free.
	 * @param lastActive what {@link #lastActive()} was before
	 */
	void foundQuiet(long lastActive) {
		this.quietSince = lastActive;
	}

	boolean wasFoundQuiet() {
		return this.quietSince != 0;
	}

	/**
	 * Whether nothing has happened since the connection was found quiet.
	 */
	boolean isStillQuiet() {
		return this.exchanges.get() == 0 && this.lastActive == this.quietSince;
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
		if (this.inAHead) {
			// Others may come in while the client takes its time
			this.claim.settle();
		}
	}

	/**
	 * The connection is closed. A request that still has a thread goes on holding its
	 * slot.
	 */
	void closed() {
		this.closed = true;
		this.watch.close();
		this.suspended.forEach(Exchange::endIfSuspended);
		if (this.exchanges.get() == 0) {
			this.claim.close();
		}
	}

	boolean isClosed() {
		return this.closed;
	}

	/**
	 * Lets asynchronous requests run into their timeouts.
	 */
	void expire() {
		this.suspended.forEach(Exchange::expire);
	}

	/**
	 * Whether there is part of an answer that goes on asynchronously, and would look
	 * whole if it ended now.
	 */
	boolean hasUnfinishedAnswer() {
		return this.suspended.stream().anyMatch(Exchange::isUnfinished);
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
