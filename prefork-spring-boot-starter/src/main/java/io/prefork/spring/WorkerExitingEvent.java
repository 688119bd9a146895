package io.prefork.spring;

import io.prefork.worker.WorkerSpec;

/**
 * The worker has served what it held, and its application context is about to be closed:
 * Gunicorn's {@code worker_exit}. All beans are still there. Published on the thread that
 * closes the context; what a listener throws is logged. Not published by a worker that is
 * killed, halts or crashes.
 */
public class WorkerExitingEvent extends WorkerEvent {

	/**
	 * Makes the event.
	 * @param source who publishes it
	 * @param spec the worker
	 */
	public WorkerExitingEvent(Object source, WorkerSpec spec) {
		super(source, spec);
	}

}
