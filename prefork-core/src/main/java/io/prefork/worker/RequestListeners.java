package io.prefork.worker;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several listeners as one, which never throws.
 */
final class RequestListeners implements RequestListener {

	private static final Logger logger = LoggerFactory.getLogger(RequestListeners.class);

	private static final long COMPLAINT_INTERVAL = Duration.ofMinutes(1).toNanos();

	private final RequestListener[] listeners;

	private final AtomicLong complaintDue = new AtomicLong(System.nanoTime());

	RequestListeners(Collection<? extends RequestListener> listeners) {
		this.listeners = listeners.toArray(RequestListener[]::new);
	}

	@Override
	public void preRequest(Request request) {
		for (RequestListener listener : this.listeners) {
			try {
				listener.preRequest(request);
			}
			catch (RuntimeException | Error ex) {
				complain(listener, "preRequest", request, ex);
			}
		}
	}

	/**
	 * In the opposite order, so that pairs are nested.
	 */
	@Override
	public void postRequest(Request request, int status, Duration took) {
		for (int i = this.listeners.length - 1; i >= 0; i--) {
			try {
				this.listeners[i].postRequest(request, status, took);
			}
			catch (RuntimeException | Error ex) {
				complain(this.listeners[i], "postRequest", request, ex);
			}
		}
	}

	private void complain(RequestListener listener, String method, Request request, Throwable failure) {
		long now = System.nanoTime();
		long due = this.complaintDue.get();
		if (now - due >= 0 && this.complaintDue.compareAndSet(due, now + COMPLAINT_INTERVAL)) {
			logger.warn("{} failed in {} for {} {}, which goes on; further failures are not logged for a minute",
					listener.getClass().getName(), method, request.method(), request.target(), failure);
		}
	}

}
