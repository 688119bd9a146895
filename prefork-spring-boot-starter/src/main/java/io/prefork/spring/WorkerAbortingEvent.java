package io.prefork.spring;

import io.prefork.worker.WorkerSpec;

/**
 * The master is about to end this worker because of a timeout, now or, where requests are
 * stuck, after a drain, and has had a thread dump taken: Gunicorn's {@code worker_abort}.
 * Published on a thread of its own, if the process still answers; a worker that is hung
 * is killed within two seconds, whatever listeners do.
 */
public class WorkerAbortingEvent extends WorkerEvent {

	private final String reason;

	private final String evidence;

	/**
	 * Makes the event.
	 * @param source who publishes it
	 * @param spec the worker
	 * @param reason why it is to be ended
	 * @param evidence the thread dump
	 */
	public WorkerAbortingEvent(Object source, WorkerSpec spec, String reason, String evidence) {
		super(source, spec);
		this.reason = reason;
		this.evidence = evidence;
	}

	/**
	 * Why the worker is to be ended.
	 * @return a readable clause
	 */
	public String getReason() {
		return this.reason;
	}

	/**
	 * The thread dump that was taken, threads with the oldest requests first.
	 * @return the dump
	 */
	public String getEvidence() {
		return this.evidence;
	}

}
