package io.prefork.spring.tomcat;

import java.util.function.Predicate;

import io.prefork.worker.AcceptGate;
import io.prefork.worker.RequestExpiry;
import io.prefork.worker.RequestTracker;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.jspecify.annotations.Nullable;

/**
 * A request and its answer, from the time that the head of the request has been read.
 * Holds a slot while it has a thread, and while it is suspended if it is told to.
 */
final class Exchange {

	private final Request request;

	private final RequestTracker.Tracked tracked;

	private final AcceptGate.Claim slot;

	private final boolean holdingWhileSuspended;

	private final @Nullable TomcatConnection connection;

	private boolean suspended;

	private boolean ended;

	private boolean expired;

	// Its client was told, or was about to be told, in place of the application
	private boolean overdue;

	private boolean reset;

	Exchange(Request request, RequestTracker.Tracked tracked, AcceptGate.Claim slot, boolean holdingWhileSuspended,
			@Nullable TomcatConnection connection) {
		this.request = request;
		this.tracked = tracked;
		this.slot = slot;
		this.holdingWhileSuspended = holdingWhileSuspended;
		this.connection = connection;
		slot.occupy();
		if (connection != null) {
			connection.began();
		}
	}

	/**
	 * The request has left its thread and goes on asynchronously.
	 */
	synchronized void suspend() {
		this.suspended = true;
		this.tracked.suspend();
		if (this.connection != null) {
			this.connection.suspended(this);
		}
		if (!this.holdingWhileSuspended) {
			this.slot.vacate();
		}
	}

	/**
	 * The request is worked on by the current thread again.
	 */
	synchronized void resume() {
		if (!this.ended) {
			this.suspended = false;
			this.tracked.resume();
			if (this.connection != null) {
				this.connection.resumed(this);
			}
			if (!this.holdingWhileSuspended) {
				this.slot.occupy();
			}
		}
	}

	/**
	 * Has the request end soon if it is suspended, and nothing of its answer was sent or
	 * it is a stream of events. It runs into its asynchronous timeout, which Tomcat looks
	 * for every second: the application then answers as it does when it has waited in
	 * vain, and a stream ends as it should. Where an answer is to be written without
	 * blocking, that is Spring's reactive adapter: it would answer with the status as it
	 * is, which becomes 503, and takes the timeout of a stream for a failure, so that a
	 * stream is completed as it is instead. Other answers that were begun would look
	 * whole to their clients, and are not.
	 */
	synchronized void expire() {
		Response response = this.request.getResponse();
		boolean begun = response.isCommitted();
		if (!this.suspended || this.ended || this.expired || isPartial(response)) {
			return;
		}
		this.expired = true;
		boolean unblocked = response.getWriteListener() != null;
		if (begun && unblocked) {
			complete();
			return;
		}
		if (unblocked) {
			response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
		}
		this.request.action(ActionCode.ASYNC_SETTIMEOUT, 1L);
	}

	private void complete() {
		try {
			this.request.action(ActionCode.ASYNC_COMPLETE, null);
		}
		catch (IllegalStateException ex) {
			// It ends by itself
		}
	}

	/**
	 * The request is past its timeout, and has its connection to itself.
	 */
	synchronized RequestExpiry.Outcome timeOut() {
		if (this.ended || this.suspended) {
			return timeOutSuspended();
		}
		boolean endsJustNow = !this.overdue && this.request.getResponse().isCommitted();
		this.overdue = true;
		return (this.connection == null || endsJustNow) ? RequestExpiry.Outcome.SPARED
				: this.connection.answerLock().take(this.request.getResponse());
	}

	/**
	 * The request is past its timeout, and is one of several streams of its connection.
	 * @param streamReset resets the stream, if that is possible
	 */
	synchronized RequestExpiry.Outcome timeOut(Predicate<Request> streamReset) {
		if (this.ended || this.suspended) {
			return timeOutSuspended();
		}
		if (!this.overdue) {
			this.overdue = true;
			return RequestExpiry.Outcome.SPARED;
		}
		if (!this.reset) {
			this.reset = true;
			streamReset.test(this.request);
		}
		return RequestExpiry.Outcome.BROKEN_OFF;
	}

	/**
	 * A request that has no thread runs into its asynchronous timeout, unless its answer
	 * has been begun. The application may give it a body.
	 */
	private RequestExpiry.Outcome timeOutSuspended() {
		Response response = this.request.getResponse();
		if (this.ended || response.isCommitted()) {
			return RequestExpiry.Outcome.SPARED;
		}
		if (!this.expired) {
			response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
			expire();
		}
		return RequestExpiry.Outcome.ANSWERED;
	}

	/**
	 * Whether the request is suspended, and a part of its answer was sent that its client
	 * would take for the whole if it ended now.
	 */
	synchronized boolean isUnfinished() {
		return this.suspended && !this.ended && isPartial(this.request.getResponse());
	}

	private static boolean isPartial(Response response) {
		String type = response.getContentType();
		return response.isCommitted() && (type == null || !type.startsWith("text/event-stream"));
	}

	/**
	 * The request has ended. Further calls do nothing.
	 * @param status the status of the answer, 0 if there is none
	 */
	synchronized void end(int status) {
		if (!this.ended) {
			this.ended = true;
			this.tracked.end(status);
			if (this.connection != null) {
				this.connection.ended(this);
			}
			if (!this.suspended || this.holdingWhileSuspended) {
				this.slot.vacate();
			}
		}
	}

	/**
	 * The connection is closed. A request that is suspended will not be heard of again;
	 * one that has a thread ends when it leaves the thread.
	 */
	synchronized void endIfSuspended() {
		if (this.suspended) {
			end(0);
		}
	}

}
