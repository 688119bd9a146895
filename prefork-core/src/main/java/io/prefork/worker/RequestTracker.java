package io.prefork.worker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

import io.prefork.scoreboard.OldestRequest;
import org.jspecify.annotations.Nullable;

/**
 * The requests in flight in this worker. An asynchronous request is one request from its
 * beginning to its end, on whatever threads. Safe for use by any thread; a request costs
 * one entry in a concurrent set.
 */
public final class RequestTracker {

	private final Set<Tracked> running = ConcurrentHashMap.newKeySet();

	private final LongAdder completed = new LongAdder();

	private final LongAdder errors = new LongAdder();

	/**
	 * Takes note of a request that begins on the current thread.
	 * @param method its method
	 * @param target its target, without the query: that may hold secrets, and this goes
	 * into logs
	 * @return the request, to be ended by {@link Tracked#end(int)}
	 */
	public Tracked begin(String method, String target) {
		Tracked tracked = new Tracked(method, target);
		this.running.add(tracked);
		return tracked;
	}

	/**
	 * Requests in flight.
	 * @return their number
	 */
	public int busy() {
		return this.running.size();
	}

	/**
	 * When the oldest request in flight began.
	 * @return the time as of {@link System#nanoTime()}, or empty if none is in flight
	 */
	public OptionalLong oldestStart() {
		long now = System.nanoTime();
		// Ages are compared, since values of nanoTime may be negative and wrap around.
		return this.running.stream()
			.mapToLong((tracked) -> now - tracked.start)
			.max()
			.stream()
			.map((age) -> now - age)
			.findFirst();
	}

	/**
	 * The oldest requests in flight.
	 * @param limit how many at most
	 * @return the requests, the oldest first
	 */
	List<OldestRequest> oldest(int limit) {
		List<Tracked> oldest = new ArrayList<>(limit + 1);
		for (Tracked tracked : this.running) {
			int at = oldest.size();
			// Differences are compared, since values of nanoTime may wrap around.
			while (at > 0 && tracked.start - oldest.get(at - 1).start < 0) {
				at--;
			}
			if (at < limit) {
				oldest.add(at, tracked);
				if (oldest.size() > limit) {
					oldest.remove(limit);
				}
			}
		}
		return oldest.stream()
			.map((tracked) -> new OldestRequest(tracked.start, tracked.method + " " + tracked.target))
			.toList();
	}

	/**
	 * Requests that have ended, whatever their answer.
	 * @return their number
	 */
	public long completed() {
		return this.completed.sum();
	}

	/**
	 * Requests that ended with a status of 500 or above.
	 * @return their number
	 */
	public long errors() {
		return this.errors.sum();
	}

	/**
	 * The requests in flight, as evidence.
	 * @return what runs, the oldest first
	 */
	public List<RunningRequest> running() {
		long now = System.nanoTime();
		return this.running.stream()
			.map((tracked) -> new RunningRequest(tracked.method, tracked.target, Duration.ofNanos(now - tracked.start),
					tracked.thread))
			.sorted(Comparator.comparing(RunningRequest::age).reversed())
			.toList();
	}

	/**
	 * A request in flight.
	 *
	 * @param method its method
	 * @param target its target, without the query
	 * @param age how long ago it began
	 * @param thread the thread that works on it, {@code null} while it is suspended
	 */
	public record RunningRequest(String method, String target, Duration age, @Nullable Thread thread) {
	}

	/**
	 * A request in flight, for whoever serves it.
	 */
	public final class Tracked {

		private final String method;

		private final String target;

		private final long start = System.nanoTime();

		private final AtomicBoolean ended = new AtomicBoolean();

		private volatile @Nullable Thread thread = Thread.currentThread();

		private Tracked(String method, String target) {
			this.method = method;
			this.target = target;
		}

		/**
		 * The request has left its thread and goes on asynchronously.
		 */
		public void suspend() {
			this.thread = null;
		}

		/**
		 * The request is worked on by the current thread again.
		 */
		public void resume() {
			this.thread = Thread.currentThread();
		}

		/**
		 * The request has ended. Further calls do nothing.
		 * @param status the status of the answer
		 */
		public void end(int status) {
			if (this.ended.compareAndSet(false, true)) {
				RequestTracker.this.running.remove(this);
				RequestTracker.this.completed.increment();
				if (status >= 500) {
					RequestTracker.this.errors.increment();
				}
			}
		}

	}

}
