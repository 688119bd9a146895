package io.prefork.worker;

/**
 * The worker classes. All but the last are named so in {@code prefork.worker-class}.
 */
public enum WorkerType {

	/**
	 * One request per process, strictly; never keep-alive.
	 */
	SYNC,

	/**
	 * A pool of platform threads; keep-alive.
	 */
	GTHREAD,

	/**
	 * A virtual thread per request (Java 21 and later), as many as
	 * {@code prefork.worker-connections} allows connections; with HTTP/2 on Tomcat, more.
	 */
	ASYNC,

	/**
	 * Event loops.
	 */
	REACTIVE,

	/**
	 * A {@link WorkerClass} of the user's own.
	 */
	CUSTOM

}
