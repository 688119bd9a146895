package io.prefork.spring;

import io.prefork.pool.ExitCause;
import io.prefork.pool.Obituary;

import org.springframework.context.ApplicationEvent;

/**
 * A worker's process has ended and was reaped, for whatever reason. Published in the
 * master's own context, where {@code management.server.port} is set, in the order of the
 * exits and on a thread that serves nothing else; exits before that context is up are not
 * published. An exception of a listener is logged and has no effect.
 */
public class WorkerExitedEvent extends ApplicationEvent {

	private final Obituary obituary;

	/**
	 * Makes the event.
	 * @param source who publishes it
	 * @param obituary what is kept of the worker
	 */
	public WorkerExitedEvent(Object source, Obituary obituary) {
		super(source);
		this.obituary = obituary;
	}

	/**
	 * What is kept of the worker.
	 * @return the obituary
	 */
	public Obituary getObituary() {
		return this.obituary;
	}

	/**
	 * Why the worker is gone.
	 * @return the cause
	 */
	public ExitCause getCause() {
		return this.obituary.cause();
	}

}
