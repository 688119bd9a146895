package io.prefork.master;

/**
 * The accept queues of a server that is stopping: nothing new is let in, and what waits
 * is watched until it is gone. For the loop thread.
 */
final class AcceptQueues {

	/**
	 * Ticks for which they must be seen empty: clients whose SYN was let in are given the
	 * time between two to complete their handshake.
	 */
	private static final int EMPTY_TICKS = 2;

	private final ListenerSet listeners;

	private boolean closing;

	private int emptyTicks;

	AcceptQueues(ListenerSet listeners) {
		this.listeners = listeners;
	}

	void refuseNew() {
		this.listeners.refuseNew();
		this.closing = true;
	}

	/**
	 * Looks at them, once a tick.
	 * @return {@code true} once, when they are empty
	 */
	boolean emptied() {
		if (!this.closing) {
			return false;
		}
		this.emptyTicks = this.listeners.queuesEmpty() ? this.emptyTicks + 1 : 0;
		this.closing = this.emptyTicks < EMPTY_TICKS;
		return !this.closing;
	}

}
