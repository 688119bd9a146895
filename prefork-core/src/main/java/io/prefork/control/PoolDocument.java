package io.prefork.control;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The pool, as the endpoint shows it.
 *
 * @param state state of the whole pool
 * @param master the master process
 * @param workerClass the worker class
 * @param threads request threads of a worker
 * @param generation the current generation, from 1
 * @param listeners the listening sockets
 * @param workers counts of workers by state, and of request slots
 * @param counters what has happened since the master started; never goes backwards
 * @param pool the workers, by slot
 */
public record PoolDocument(String state, Master master, String workerClass, int threads, int generation,
		List<ListenerDocument> listeners, Workers workers, Counters counters, List<WorkerSummary> pool) {

	/**
	 * The master process.
	 *
	 * @param pid its process id
	 * @param uptime time since it started
	 */
	public record Master(long pid, Duration uptime) {
	}

	/**
	 * A listening socket.
	 *
	 * @param address its real address
	 * @param backlog length of the accept queue that was asked for
	 * @param queued connections in the accept queue, or {@code null} where the kernel
	 * does not tell
	 */
	public record ListenerDocument(String address, int backlog, @Nullable Integer queued) {
	}

	/**
	 * Workers by state, and request slots.
	 *
	 * @param target workers that there should be
	 * @param accepting workers that accept
	 * @param ready workers that are up with their gate closed
	 * @param booting workers that are starting
	 * @param draining workers that are leaving
	 * @param busy requests in flight in all workers
	 * @param lost slots taken for nothing, by requests past their timeout whose threads
	 * have not come back
	 * @param slots requests that the accepting workers can serve at a time
	 */
	public record Workers(int target, int accepting, int ready, int booting, int draining, int busy, int lost,
			int slots) {
	}

	/**
	 * What has happened since the master started.
	 *
	 * @param requests requests answered; like the other counts of requests and
	 * connections, those of workers that are gone included
	 * @param errors requests answered with a server error
	 * @param overflowed requests of kept-alive connections that were begun although all
	 * slots of their worker were taken
	 * @param slowClients connections broken off because their clients were too slow
	 * @param slowRequests requests that took longer than the threshold of the slow log,
	 * or than their soft timeout
	 * @param timedOut requests that were ended at their timeout
	 * @param spawned processes started
	 * @param exits processes ended, by category in lower case
	 */
	public record Counters(long requests, long errors, long overflowed, long slowClients, long slowRequests,
			long timedOut, long spawned, Map<String, Long> exits) {
	}

	/**
	 * One worker in brief.
	 *
	 * @param slot its slot
	 * @param pid its process id
	 * @param generation its generation
	 * @param state its state
	 * @param age time since it was spawned
	 * @param busy requests in flight
	 * @param lost slots taken for nothing, by requests past their timeout whose threads
	 * have not come back
	 * @param requests requests answered
	 * @param oldestRequest age of the oldest request in flight, or {@code null} when idle
	 * @param heartbeat time since its last heartbeat, or {@code null} before the first
	 * @param rss resident memory in bytes, or {@code null} if unknown
	 * @param heapUsed used heap in bytes at its last heartbeat, or {@code null} before
	 * the first
	 */
	public record WorkerSummary(int slot, long pid, int generation, String state, Duration age, int busy, int lost,
			long requests, @Nullable Duration oldestRequest, @Nullable Duration heartbeat, @Nullable Long rss,
			@Nullable Long heapUsed) {
	}

}
