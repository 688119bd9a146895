package io.prefork.spring;

import io.prefork.worker.WorkerSpec;

/**
 * The number of workers that there should be has changed: Gunicorn's
 * {@code nworkers_changed}, in every worker whose application is up, so that what belongs
 * to the pool as a whole can be shared out anew, such as connections to a database.
 * Published on a thread of its own, in the order of the changes; what a listener throws
 * is logged.
 */
public class WorkersChangedEvent extends WorkerEvent {

	private final int previous;

	private final int workers;

	/**
	 * Makes the event.
	 * @param source who publishes it
	 * @param spec the worker that this process is
	 * @param previous the number before
	 * @param workers the number now
	 */
	public WorkersChangedEvent(Object source, WorkerSpec spec, int previous, int workers) {
		super(source, spec);
		this.previous = previous;
		this.workers = workers;
	}

	/**
	 * The number before.
	 * @return from 1
	 */
	public int getPrevious() {
		return this.previous;
	}

	/**
	 * The number of workers that there should be.
	 * @return from 1
	 */
	public int getWorkers() {
		return this.workers;
	}

}
