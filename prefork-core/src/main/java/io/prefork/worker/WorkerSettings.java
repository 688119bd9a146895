package io.prefork.worker;

import java.time.Duration;
import java.util.Optional;

/**
 * How a worker serves, from {@code prefork.*} as resolved in the worker itself.
 *
 * @param type the worker class
 * @param threads request threads of {@code gthread}; 1 for {@code sync}
 * @param overflowThreads threads beyond {@code threads} that {@code gthread} has for
 * kept-alive connections, which cannot go to another worker
 * @param workerConnections bound of connections and, for {@code async}, of requests in
 * flight
 * @param keepAlive how long an idle kept-alive connection is kept, zero for closing after
 * every answer, empty for what the server itself is configured with
 * @param drainQuietPeriod how long an idle kept-alive connection must stay silent, from
 * the beginning of the drain, before it is closed
 * @param gracefulTimeout time that a leaving worker is given
 */
public record WorkerSettings(WorkerType type, int threads, int overflowThreads, int workerConnections,
		Optional<Duration> keepAlive, Duration drainQuietPeriod, Duration gracefulTimeout) {

	/**
	 * Requests that the worker serves at a time.
	 * @return the number of request slots, at least 1
	 */
	public int slots() {
		return switch (this.type) {
			case SYNC -> 1;
			case GTHREAD -> this.threads;
			case ASYNC, REACTIVE -> this.workerConnections;
		};
	}

}
