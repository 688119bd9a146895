package io.prefork.spring;

import io.prefork.worker.WorkerSpec;

/**
 * The worker begins to leave: Gunicorn's {@code worker_int}, and also what comes before a
 * drain. Published once, on a thread of its own while requests in flight are served; what
 * a listener throws is logged. Not published by a worker that is killed or crashes.
 */
public class WorkerLeavingEvent extends WorkerEvent {

	private final String reason;

	private final boolean quick;

	/**
	 * Makes the event.
	 * @param source who publishes it
	 * @param spec the worker
	 * @param reason why it leaves
	 * @param quick whether requests in flight are given up
	 */
	public WorkerLeavingEvent(Object source, WorkerSpec spec, String reason, boolean quick) {
		super(source, spec);
		this.reason = reason;
		this.quick = quick;
	}

	/**
	 * Why the worker leaves.
	 * @return such as {@code scale-down}
	 */
	public String getReason() {
		return this.reason;
	}

	/**
	 * Whether requests in flight are given up.
	 * @return {@code false} if the worker is drained
	 */
	public boolean isQuick() {
		return this.quick;
	}

}
