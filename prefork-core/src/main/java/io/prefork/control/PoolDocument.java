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
 * @param scale how the number of workers comes about
 * @param pool the workers, by slot
 * @param obituaries the last exits in brief, newest first
 * @param rollout the rollout under way, or how the last one ended, or {@code null} if
 * there was none
 * @param trouble what is wrong with the pool as a whole, or {@code null} if nothing is
 */
public record PoolDocument(String state, Master master, String workerClass, int threads, int generation,
		List<ListenerDocument> listeners, Workers workers, Counters counters, Scale scale, List<WorkerSummary> pool,
		List<ObituaryDocument> obituaries, @Nullable Rollout rollout, @Nullable String trouble) {

	/**
	 * The master process.
	 *
	 * @param pid its process id
	 * @param uptime time since the process started, which an upgrade does not change
	 * @param upgrades how often it was upgraded in place
	 */
	public record Master(long pid, Duration uptime, int upgrades) {
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
	 * @param spare workers that are up with their gate closed until there is a place for
	 * them
	 * @param ready workers that are up with their gate about to be opened
	 * @param booting workers that are starting
	 * @param draining workers that are leaving
	 * @param busy requests in flight in all workers
	 * @param lost slots taken for nothing, by requests past their timeout, or hanging in
	 * a deadlock, whose threads have not come back
	 * @param slots requests that the accepting workers can serve at a time
	 */
	public record Workers(int target, int accepting, int spare, int ready, int booting, int draining, int busy,
			int lost, int slots) {
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
	 * @param timedOut requests that were ended at their timeout, or because they hung in
	 * a deadlock
	 * @param spawned processes started
	 * @param exits processes ended, by category in lower case
	 * @param causes processes ended, by kind of cause, such as {@code oom-kill}
	 * @param rollouts rollouts ended, by how they did in lower case
	 */
	public record Counters(long requests, long errors, long overflowed, long slowClients, long slowRequests,
			long timedOut, long spawned, Map<String, Long> exits, Map<String, Long> causes,
			Map<String, Long> rollouts) {
	}

	/**
	 * A rollout.
	 *
	 * @param generation the generation that it is to bring
	 * @param rollback whether that has the code of before
	 * @param stage how far it is, or how it ended
	 * @param took how long it took, or {@code null} while it is under way
	 * @param reason why it failed or was given up, or {@code null}
	 * @param output the last output of the worker that it failed by, cut to some
	 * kilobytes, or {@code null} if there is none
	 */
	public record Rollout(int generation, boolean rollback, String stage, @Nullable Duration took,
			@Nullable String reason, @Nullable String output) {
	}

	/**
	 * How the number of workers comes about.
	 *
	 * @param policy {@code static}, {@code spare} or {@code busyness}
	 * @param min the fewest that the load brings the target down to
	 * @param max the most that the load or a command brings it up to
	 * @param floor the target that a command has set, below which the load does not bring
	 * it until that is released, or {@code null} if there is none
	 * @param reason what was decided last because of the load and why, or {@code null}
	 * before the first decision
	 * @param decisions decisions so far, by reason in lower case
	 */
	public record Scale(String policy, int min, int max, @Nullable Integer floor, @Nullable String reason,
			Map<String, Long> decisions) {
	}

	/**
	 * One worker in brief.
	 *
	 * @param slot its slot
	 * @param pid its process id
	 * @param generation its generation
	 * @param state its state, {@code EXITED} of one that is gone
	 * @param age time since it was spawned, or that it lived
	 * @param busy requests in flight
	 * @param lost slots taken for nothing, by requests past their timeout, or hanging in
	 * a deadlock, whose threads have not come back
	 * @param requests requests answered
	 * @param oldestRequest age of the oldest request in flight, or {@code null} when idle
	 * @param heartbeat time since its last heartbeat, or {@code null} before the first
	 * @param rss resident memory in bytes, or {@code null} if unknown
	 * @param heapUsed used heap in bytes at its last heartbeat, or {@code null} before
	 * the first
	 * @param heapAfterGc heap in bytes that the last collection of its old generation
	 * left there, or {@code null} before the first
	 */
	public record WorkerSummary(int slot, long pid, int generation, String state, Duration age, int busy, int lost,
			long requests, @Nullable Duration oldestRequest, @Nullable Duration heartbeat, @Nullable Long rss,
			@Nullable Long heapUsed, @Nullable Long heapAfterGc) {
	}

}
