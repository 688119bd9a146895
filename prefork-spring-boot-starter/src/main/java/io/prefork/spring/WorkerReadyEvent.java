package io.prefork.spring;

import io.prefork.worker.WorkerSpec;

/**
 * The application is up, and the worker has not taken a connection yet: Gunicorn's
 * {@code post_worker_init}. Published after Boot's
 * {@link org.springframework.boot.context.event.ApplicationReadyEvent}, on the thread
 * that has started the application, whose runners have run by then. The gate opens when
 * all listeners have returned; if one throws, the worker has failed to boot.
 */
public class WorkerReadyEvent extends WorkerEvent {

	/**
	 * Makes the event.
	 * @param source who publishes it
	 * @param spec the worker
	 */
	public WorkerReadyEvent(Object source, WorkerSpec spec) {
		super(source, spec);
	}

}
