package io.prefork.spring.jetty;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;

import io.prefork.worker.AcceptGate;
import io.prefork.worker.RequestTracker;
import io.prefork.worker.Worker;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;

/**
 * What the connectors of a worker's Jetty have in common.
 */
final class WorkerServer {

	private final AcceptGate gate;

	private final RequestTracker requests;

	private final WorkerSettings settings;

	private final RequestSlots slots;

	private final Semaphore connections;

	private volatile boolean closing;

	private volatile long closingSince;

	WorkerServer(Worker worker, int maxConnections) {
		this.gate = worker.gate();
		this.requests = worker.requests();
		this.settings = worker.settings();
		this.slots = new RequestSlots(this.settings.slots());
		this.connections = new Semaphore(maxConnections);
	}

	AcceptGate gate() {
		return this.gate;
	}

	RequestTracker requests() {
		return this.requests;
	}

	RequestSlots slots() {
		return this.slots;
	}

	/**
	 * One permit for each connection that may be open besides those that are.
	 */
	Semaphore connections() {
		return this.connections;
	}

	/**
	 * Whether a request holds its slot from beginning to end, or else while it has a
	 * thread.
	 */
	boolean isHoldingWhileSuspended() {
		return this.settings.type() != WorkerType.GTHREAD;
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

	long closingSince() {
		return this.closingSince;
	}

	/**
	 * Whether a connection closes after the answer that is about to be committed.
	 */
	boolean isClosingAfterAnswer() {
		return this.closing || this.settings.type() == WorkerType.SYNC
				|| this.settings.keepAlive().filter(Duration::isZero).isPresent();
	}

}
