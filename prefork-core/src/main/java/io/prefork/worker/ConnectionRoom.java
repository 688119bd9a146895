package io.prefork.worker;

import java.util.concurrent.Semaphore;

/**
 * Room for the connections of a worker, {@code prefork.worker-connections} at a time, for
 * servers that have no bound of their own. An acceptor takes a place before it waits for
 * a client, so there is one more for each acceptor but the first: a bound of 1 leaves
 * none without. Safe for use by any thread.
 */
public final class ConnectionRoom {

	/**
	 * More than there are descriptors, and far from what a semaphore can count: acceptors
	 * are freed by places that nobody has taken.
	 */
	private static final int MOST = 1 << 30;

	private final Semaphore places;

	/**
	 * Makes room.
	 * @param worker the worker, which has an acceptor for each listening socket
	 */
	public ConnectionRoom(Worker worker) {
		this(worker.settings().workerConnections(), worker.spec().listeners().size());
	}

	ConnectionRoom(int connections, int acceptors) {
		this.places = new Semaphore(Math.min(connections, MOST) + acceptors - 1);
	}

	/**
	 * Waits until there may be one connection more, and takes its place. Goes on waiting
	 * when interrupted.
	 */
	public void take() {
		this.places.acquireUninterruptibly();
	}

	/**
	 * Gives a place back, or frees an acceptor that waits for one and is to end.
	 */
	public void giveBack() {
		this.places.release();
	}

	int left() {
		return this.places.availablePermits();
	}

}
