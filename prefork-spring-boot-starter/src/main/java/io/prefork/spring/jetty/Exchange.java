package io.prefork.spring.jetty;

import io.prefork.worker.AcceptGate;
import io.prefork.worker.RequestExpiry;
import io.prefork.worker.RequestTracker;
import org.eclipse.jetty.ee11.servlet.AsyncContextEvent;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpStatus;
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

	private volatile @Nullable ObservedStream stream;

	private @Nullable ServletContextRequest request;

	private boolean suspended;

	private boolean expired;

	// Its client was told, or was about to be told, in place of the application
	private boolean overdue;

	private boolean brokenOff;

	private boolean ended;

	Exchange(WorkerServer server, ObservedEndPoint endPoint, AcceptGate.Claim slot) {
		this.server = server;
		this.endPoint = endPoint;
		this.slot = slot;
		slot.occupy();
		endPoint.began();
	}

	/**
	 * Where the answer goes.
	 */
	void answersOn(ObservedStream stream) {
		this.stream = stream;
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
		this.tracked.onExpiry(this::timeOut);
		this.threads++;
		return true;
	}

	/**
	 * The current thread works on the request, which may have others.
	 * @param request the request as the application sees it
	 */
	synchronized void enter(@Nullable ServletContextRequest request) {
		this.request = request;
		this.threads++;
		if (this.suspended && !this.ended && this.tracked != null) {
			this.suspended = false;
			this.server.suspended().remove(this);
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
			this.server.suspended().add(this);
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
		this.server.suspended().remove(this);
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

	/**
	 * Has the request end soon if it is suspended, and nothing of its answer was sent or
	 * it is a stream of events. It runs into its asynchronous timeout: the application
	 * then answers as it does when it has waited in vain, and a stream ends as it should.
	 * Where an answer is to be written without blocking, that is Spring's reactive
	 * adapter, which takes a timeout for a failure: a stream is completed as it is
	 * instead, and what has no answer by a 503. Other answers that were begun would look
	 * whole to their clients, and are not. Does not wait.
	 */
	void expire() {
		ObservedStream stream = this.stream;
		if (stream == null || !stream.canBeEnded()) {
			return;
		}
		ServletContextRequest request = requestToExpire();
		if (request != null) {
			this.endPoint.execute(() -> expire(request, stream));
		}
	}

	/**
	 * The request is past its timeout. One that has no thread runs into its asynchronous
	 * timeout, unless its answer has been begun; the application may give it a body.
	 */
	private RequestExpiry.Outcome timeOut() {
		ObservedStream stream = this.stream;
		if (stream == null || isOver()) {
			return RequestExpiry.Outcome.SPARED;
		}
		if (isSuspended()) {
			return stream.isAnswered() ? RequestExpiry.Outcome.SPARED : timeOutSuspended(stream);
		}
		if (stream.isAnswered()) {
			return breakOff(stream);
		}
		return stream.answerInPlaceOfApplication() ? RequestExpiry.Outcome.ANSWERED : RequestExpiry.Outcome.SPARED;
	}

	private RequestExpiry.Outcome timeOutSuspended(ObservedStream stream) {
		ServletContextRequest request = requestToExpire();
		if (request != null) {
			request.getServletContextResponse().setStatus(HttpStatus.SERVICE_UNAVAILABLE_503);
			this.endPoint.execute(() -> expire(request, stream));
		}
		return isExpired() ? RequestExpiry.Outcome.ANSWERED : RequestExpiry.Outcome.SPARED;
	}

	/**
	 * One that was just answered when it was first looked at has ended the next time.
	 */
	private RequestExpiry.Outcome breakOff(ObservedStream stream) {
		synchronized (this) {
			if (!this.overdue) {
				this.overdue = true;
				return RequestExpiry.Outcome.SPARED;
			}
			if (this.brokenOff) {
				return RequestExpiry.Outcome.BROKEN_OFF;
			}
			this.brokenOff = true;
		}
		stream.breakOff();
		return RequestExpiry.Outcome.BROKEN_OFF;
	}

	private synchronized boolean isOver() {
		return this.ended;
	}

	private synchronized boolean isSuspended() {
		return this.suspended;
	}

	private synchronized boolean isExpired() {
		return this.expired;
	}

	/**
	 * The request, once. One that an executor of the application's own still keeps
	 * waiting has not come so far that it could run into a timeout.
	 */
	private synchronized @Nullable ServletContextRequest requestToExpire() {
		if (!this.suspended || this.ended || this.expired || this.request == null) {
			return null;
		}
		this.expired = true;
		return this.request;
	}

	private static void expire(ServletContextRequest request, ObservedStream stream) {
		AsyncContextEvent event = request.getServletRequestState().getAsyncContextEvent();
		if (event == null || !stream.canBeEnded()) {
			return;
		}
		try {
			if (request.getHttpOutput().isAsync()) {
				if (!stream.isAnswered()) {
					request.getServletContextResponse().setStatus(HttpStatus.SERVICE_UNAVAILABLE_503);
				}
				event.getAsyncContext().complete();
			}
			else {
				event.cancelTimeoutTask();
				event.setTimeoutTask(() -> false);
				event.run();
			}
		}
		catch (IllegalStateException ex) {
			// It ends by itself
		}
	}

	private void giveBack() {
		this.slot.vacate();
		this.server.slots().giveBack();
	}

}
