package io.prefork.spring;

import io.prefork.worker.WorkerSpec;

import org.springframework.context.ApplicationEvent;

/**
 * Something in the life of the worker that this process is, published in its application
 * context. In the master, in an ordinary application and in tests there is none.
 */
public abstract class WorkerEvent extends ApplicationEvent {

	private final int slot;

	private final int generation;

	/**
	 * Makes an event.
	 * @param source who publishes it
	 * @param spec the worker
	 */
	protected WorkerEvent(Object source, WorkerSpec spec) {
		super(source);
		this.slot = spec.slot();
		this.generation = spec.generation();
	}

	/**
	 * The worker's slot.
	 * @return from 0
	 */
	public int getSlot() {
		return this.slot;
	}

	/**
	 * The generation of the worker's code and configuration.
	 * @return from 1
	 */
	public int getGeneration() {
		return this.generation;
	}

}
