package io.prefork.worker;

import java.time.Duration;
import java.util.Optional;

/**
 * How a worker serves, from {@code prefork.*} as resolved in the worker itself.
 *
 * @param type the worker class
 * @param threads request threads of {@code gthread}, requests at a time of a worker class
 * of the user's own; 1 for {@code sync}
 * @param overflowThreads threads beyond {@code threads} that {@code gthread} has for
 * kept-alive connections, which cannot go to another worker
 * @param workerConnections bound of connections; {@code async} and {@code reactive} take
 * one while they have fewer requests in flight
 * @param keepAlive how long an idle kept-alive connection is kept, zero for closing after
 * every answer, empty for what the server itself is configured with
 * @param drainQuietPeriod how long an idle kept-alive connection must stay silent, from
 * the beginning of the drain, before it is closed
 * @param gracefulTimeout time that a leaving worker is given
 * @param clients what clients are held to
 */
public record WorkerSettings(WorkerType type, int threads, int overflowThreads, int workerConnections,
		Optional<Duration> keepAlive, Duration drainQuietPeriod, Duration gracefulTimeout, ClientLimits clients) {

	/**
	 * Settings under which clients are held to nothing.
	 * @param type the worker class
	 * @param threads request threads of {@code gthread}
	 * @param overflowThreads threads beyond {@code threads}
	 * @param workerConnections bound of connections
	 * @param keepAlive how long an idle kept-alive connection is kept
	 * @param drainQuietPeriod how long one must stay silent before a drain closes it
	 * @param gracefulTimeout time that a leaving worker is given
	 */
	public WorkerSettings(WorkerType type, int threads, int overflowThreads, int workerConnections,
			Optional<Duration> keepAlive, Duration drainQuietPeriod, Duration gracefulTimeout) {
		this(type, threads, overflowThreads, workerConnections, keepAlive, drainQuietPeriod, gracefulTimeout,
				ClientLimits.NONE);
	}

	/**
	 * The same settings, but for what clients are held to.
	 * @param clients what clients are held to
	 * @return the settings
	 */
	public WorkerSettings with(ClientLimits clients) {
		return new WorkerSettings(this.type, this.threads, this.overflowThreads, this.workerConnections, this.keepAlive,
				this.drainQuietPeriod, this.gracefulTimeout, clients);
	}

	/**
	 * Requests that the worker serves at a time.
	 * @return the number of request slots, at least 1
	 */
	public int slots() {
		return switch (this.type) {
			case SYNC -> 1;
			case GTHREAD, CUSTOM -> this.threads;
			case ASYNC, REACTIVE -> this.workerConnections;
		};
	}

}
