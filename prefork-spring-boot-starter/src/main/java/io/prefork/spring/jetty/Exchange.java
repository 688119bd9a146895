package io.prefork.spring.jetty;

import io.prefork.worker.AcceptGate;
import io.prefork.worker.RequestTracker;
import org.jspecify.annotations.Nullable;

/**
 * A request and its answer, from the time that the head of the request has been read.
 * Holds a slot while it has a thread, and while it is suspended if it is told to.
 */
final class Exchange {

	private final WorkerServer server;

	private final ObservedEndPoint endPoint;

	private final AcceptGate.Claim slot;

	private RequestTracker.@Nullable Tracked tracked;

	private int threads;

	private boolean suspended;

	private boolean ended;

	Exchange(WorkerServer server, ObservedEndPoint endPoint, AcceptGate.Claim slot) {
		this.server = server;
		this.endPoint = endPoint;
		this.slot = slot;
		slot.occupy();
		endPoint.began();
	}

	/**
	 * The request, which has got one of the {@link RequestSlots}, is served by the
	 * current thread from now on.
	 * @return whether it is; {@code false} if it has ended already
	 */
	synchronized boolean begin(String method, String target) {
		if (this.ended) {
			this.server.slots().giveBack();
			return false;
		}
		this.tracked = this.server.requests().begin(method, target);
		this.threads++;
		return true;
	}

	/**
	 * The current thread works on the request, which may have others.
	 */
	synchronized void enter() {
		this.threads++;
		if (this.suspended && !this.ended && this.tracked != null) {
			this.suspended = false;
			this.tracked.resume();
			if (!this.server.isHoldingWhileSuspended()) {
				this.slot.occupy();
				this.server.slots().takeAgain();
			}
		}
	}

	/**
	 * The current thread does not work on the request any more.
	 */
	synchronized void leave() {
		this.threads--;
		if (this.threads == 0 && !this.ended && this.tracked != null) {
			this.suspended = true;
			this.tracked.suspend();
			if (!this.server.isHoldingWhileSuspended()) {
				giveBack();
			}
		}
	}

	/**
	 * The request has ended. Further calls do nothing.
	 * @param status the status of the answer, 0 if there is none
	 */
	synchronized void end(int status) {
		if (this.ended) {
			return;
		}
		this.ended = true;
		this.endPoint.ended();
		if (this.tracked == null) {
			this.slot.vacate();
			return;
		}
		this.tracked.end(status);
		if (!this.suspended || this.server.isHoldingWhileSuspended()) {
			giveBack();
		}
	}

	private void giveBack() {
		this.slot.vacate();
		this.server.slots().giveBack();
	}

}
