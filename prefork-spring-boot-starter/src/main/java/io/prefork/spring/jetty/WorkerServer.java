package io.prefork.spring.jetty;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.prefork.worker.AcceptGate;
import io.prefork.worker.ConnectionRoom;
import io.prefork.worker.ListenerChannelSource;
import io.prefork.worker.RequestTracker;
import io.prefork.worker.SharedListener;
import io.prefork.worker.SlowClients;
import io.prefork.worker.Worker;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerSpec;
import io.prefork.worker.WorkerType;

/**
 * What the connectors of a worker's Jetty have in common.
 */
final class WorkerServer {

	/**
	 * Time for suspended requests to end in order.
	 */
	private static final Duration LAST_MOMENTS = Duration.ofSeconds(2);

	private final Worker worker;

	private final WorkerSettings settings;

	private final RequestSlots slots;

	private final ConnectionRoom room;

	private final WebSockets webSockets = new WebSockets();

	private final Set<Exchange> suspended = ConcurrentHashMap.newKeySet();

	private volatile boolean closing;

	private volatile long closingSince;

	WorkerServer(Worker worker) {
		this.worker = worker;
		this.settings = worker.settings();
		this.slots = new RequestSlots(this.settings.slots() + overflow(this.settings));
		this.room = new ConnectionRoom(worker);
	}

	/**
	 * Requests that are served beyond the slots, for kept-alive connections, which cannot
	 * go to another worker.
	 */
	static int overflow(WorkerSettings settings) {
		return (settings.type() == WorkerType.GTHREAD) ? settings.overflowThreads() : 0;
	}

	AcceptGate gate() {
		return this.worker.gate();
	}

	RequestTracker requests() {
		return this.worker.requests();
	}

	SharedListener share(WorkerSpec.InheritedListener listener, ListenerChannelSource channels) {
		return new SharedListener(this.worker, listener, channels);
	}

	void acceptorStarted() {
		this.worker.acceptorStarted();
	}

	SlowClients slowClients() {
		return this.worker.slowClients();
	}

	/**
	 * What bounds the requests that are served at a time.
	 */
	RequestSlots slots() {
		return this.slots;
	}

	/**
	 * Requests that have left their threads.
	 */
	Set<Exchange> suspended() {
		return this.suspended;
	}

	WebSockets webSockets() {
		return this.webSockets;
	}

	/**
	 * What bounds the connections that are open at a time.
	 */
	ConnectionRoom room() {
		return this.room;
	}

	/**
	 * Whether a request holds its slot from beginning to end, or else while it has a
	 * thread.
	 */
	boolean isHoldingWhileSuspended() {
		return this.settings.type() != WorkerType.GTHREAD;
	}

	/**
	 * Whether there is one request at a time.
	 */
	boolean isStrict() {
		return this.settings.type() == WorkerType.SYNC;
	}

	/**
	 * How long an idle connection is kept, if that differs from what the connector says.
	 */
	Optional<Duration> keepAlive() {
		return this.settings.keepAlive();
	}

	/**
	 * Announces with every further answer that its connection closes.
	 */
	void announceClose() {
		if (!this.closing) {
			this.closingSince = System.nanoTime();
			this.closing = true;
		}
	}

	boolean isClosing() {
		return this.closing;
	}

	/**
	 * Whether the time that a leaving worker is given is nearly over.
	 */
	boolean isInLastMoments() {
		Duration graceful = this.settings.gracefulTimeout();
		Duration half = graceful.dividedBy(2);
		Duration most = graceful.minus((half.compareTo(LAST_MOMENTS) < 0) ? half : LAST_MOMENTS);
		return this.closing && System.nanoTime() - this.closingSince >= most.toNanos();
	}

	long closingSince() {
		return this.closingSince;
	}

	/**
	 * Whether a connection closes after the answer that is about to be committed. A
	 * worker that leaves is left by its clients; one that is full sends those that it
	 * holds on to a worker that is not.
	 */
	boolean isClosingAfterAnswer(JettyConnection connection) {
		return this.closing || isStrict() || this.settings.keepAlive().filter(Duration::isZero).isPresent()
				|| hasHad(this.settings.clients().keepAliveRequests(), connection) || this.worker.sendsElsewhere();
	}

	/**
	 * Whether a connection of HTTP/2 is to have no more requests, so that its client
	 * makes a new one and all workers get their share.
	 */
	boolean hasHadItsStreams(JettyConnection connection) {
		return hasHad(this.settings.clients().keepAliveStreams(), connection);
	}

	private static boolean hasHad(int bound, JettyConnection connection) {
		return bound > 0 && connection.requests() >= bound;
	}

}
