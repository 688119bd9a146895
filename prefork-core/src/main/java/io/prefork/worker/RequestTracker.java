package io.prefork.worker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

import io.prefork.scoreboard.OldestRequest;
import org.jspecify.annotations.Nullable;

/**
 * The requests in flight in this worker. An asynchronous request is one request from its
 * beginning to its end, on whatever threads. Safe for use by any thread; a request costs
 * one entry in a concurrent set.
 */
public final class RequestTracker {

	private static final ThreadLocal<@Nullable Tracked> CURRENT = new ThreadLocal<>();

	private final Set<Tracked> running = ConcurrentHashMap.newKeySet();

	private final LongAdder completed = new LongAdder();

	private final LongAdder errors = new LongAdder();

	private final LongAdder slow = new LongAdder();

	private final LongAdder timedOut = new LongAdder();

	private volatile @Nullable RequestListener listener;

	/**
	 * Has somebody told of each request from now on.
	 * @param listeners whom, in order; nobody if there are none
	 */
	public void tell(Collection<? extends RequestListener> listeners) {
		this.listener = listeners.isEmpty() ? null : new RequestListeners(listeners);
	}

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
		CURRENT.set(tracked);
		RequestListener listener = this.listener;
		if (listener != null) {
			listener.preRequest(tracked);
		}
		return tracked;
	}

	/**
	 * The request that the current thread works on.
	 */
	static @Nullable Tracked current() {
		Tracked tracked = CURRENT.get();
		return (tracked != null && tracked.thread == Thread.currentThread()) ? tracked : null;
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
	 * Requests that took longer than they should, each counted once.
	 * @return their number
	 */
	public long slow() {
		return this.slow.sum();
	}

	/**
	 * Requests whose clients were answered, or broken off, because they were past their
	 * timeout.
	 * @return their number
	 */
	public long timedOut() {
		return this.timedOut.sum();
	}

	/**
	 * Requests whose threads do not come back: they have timed out, or hang in a
	 * deadlock.
	 * @return their number
	 */
	public int lost() {
		return (int) this.running.stream().filter(Tracked::isLost).count();
	}

	/**
	 * Takes note of which requests hang in a deadlock, and of which do not.
	 * @param hanging tells of a thread whether it hangs
	 * @return the number of those that do
	 */
	int deadlocked(Predicate<Thread> hanging) {
		int count = 0;
		for (Tracked tracked : this.running) {
			Thread thread = tracked.thread;
			tracked.deadlocked = thread != null && hanging.test(thread);
			count += tracked.deadlocked ? 1 : 0;
		}
		return count;
	}

	/**
	 * The requests in flight, for who watches over their time.
	 */
	Iterable<Tracked> inFlight() {
		return this.running;
	}

	/**
	 * The requests in flight, as evidence.
	 * @return what runs, the oldest first
	 */
	public List<RunningRequest> running() {
		long now = System.nanoTime();
		return this.running.stream()
			.map((tracked) -> tracked.asOf(now))
			.sorted(Comparator.comparing(RunningRequest::age).reversed())
			.toList();
	}

	/**
	 * A request in flight, for whoever serves it.
	 */
	public final class Tracked implements RequestListener.Request {

		private final String method;

		private final String target;

		private final long start = System.nanoTime();

		private final AtomicBoolean ended = new AtomicBoolean();

		private final AtomicLong granted = new AtomicLong();

		private volatile @Nullable Thread thread = Thread.currentThread();

		private volatile @Nullable RequestExpiry expiry;

		private volatile boolean timedOut;

		private volatile boolean deadlocked;

		// Used by who watches over its time alone
		private boolean slow;

		private boolean pastSoftLimit;

		private Tracked(String method, String target) {
			this.method = method;
			this.target = target;
		}

		@Override
		public String method() {
			return this.method;
		}

		@Override
		public String target() {
			return this.target;
		}

		/**
		 * Says how the exchange with the client is ended when the request is past its
		 * timeout.
		 * @param expiry what ends it
		 */
		public void onExpiry(RequestExpiry expiry) {
			this.expiry = expiry;
		}

		/**
		 * The request has left its thread and goes on asynchronously.
		 */
		public void suspend() {
			leave();
		}

		/**
		 * The request is worked on by the current thread again.
		 */
		public synchronized void resume() {
			this.thread = Thread.currentThread();
			CURRENT.set(this);
		}

		/**
		 * The request has ended. Further calls do nothing.
		 * @param status the status of the answer
		 */
		public void end(int status) {
			if (this.ended.compareAndSet(false, true)) {
				RequestTracker.this.running.remove(this);
				leave();
				this.expiry = null;
				RequestTracker.this.completed.increment();
				if (status >= 500) {
					RequestTracker.this.errors.increment();
				}
				RequestListener listener = RequestTracker.this.listener;
				if (listener != null) {
					listener.postRequest(this, status, Duration.ofNanos(age(System.nanoTime())));
				}
			}
		}

		private synchronized void leave() {
			this.thread = null;
			if (CURRENT.get() == this) {
				CURRENT.remove();
			}
		}

		/**
		 * Interrupts the thread that works on it, and no thread that has gone on to
		 * another request.
		 * @return whether there was one
		 */
		synchronized boolean interrupt() {
			Thread thread = this.thread;
			if (thread != null) {
				thread.interrupt();
			}
			return thread != null;
		}

		/**
		 * Where its thread is, if it has one and keeps it while that is looked at.
		 */
		StackTraceElement[] stack() {
			Thread thread = this.thread;
			StackTraceElement[] stack = (thread != null) ? thread.getStackTrace() : new StackTraceElement[0];
			return (this.thread == thread) ? stack : new StackTraceElement[0];
		}

		void extend(Duration by) {
			grant(by.toNanos());
		}

		/**
		 * Puts its limits off.
		 */
		void grant(long nanos) {
			this.granted.accumulateAndGet(nanos, (before, more) -> Math.min(before, Long.MAX_VALUE - more) + more);
		}

		long age(long now) {
			return now - this.start;
		}

		/**
		 * Its age as its limits have it.
		 */
		long countedAge(long now) {
			return age(now) - this.granted.get();
		}

		/**
		 * Takes note that it is slow.
		 * @return whether that is news
		 */
		boolean isNewlySlow() {
			boolean news = !this.slow;
			if (news) {
				this.slow = true;
				RequestTracker.this.slow.increment();
			}
			return news;
		}

		boolean isNewlyPastSoftLimit() {
			boolean news = !this.pastSoftLimit;
			this.pastSoftLimit = true;
			return news;
		}

		/**
		 * Has its client answered in place of the application.
		 */
		RequestExpiry.Outcome expire() {
			RequestExpiry current = this.expiry;
			return (current != null) ? current.expire() : RequestExpiry.Outcome.SPARED;
		}

		/**
		 * Takes note that it has timed out.
		 * @return whether that is news
		 */
		boolean isNewlyTimedOut() {
			boolean news = !this.timedOut;
			if (news) {
				this.timedOut = true;
				RequestTracker.this.timedOut.increment();
			}
			return news;
		}

		boolean isDeadlocked() {
			return this.deadlocked;
		}

		/**
		 * Whether it keeps its thread although it has timed out, or for ever.
		 */
		boolean isLost() {
			return (this.timedOut || this.deadlocked) && this.thread != null;
		}

		RunningRequest asOf(long now) {
			return new RunningRequest(this.method, this.target, Duration.ofNanos(age(now)), this.thread);
		}

	}

}
