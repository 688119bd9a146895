package io.prefork.spring.tomcat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

import io.prefork.worker.AcceptGate;
import io.prefork.worker.RequestTracker;
import io.prefork.worker.Worker;
import io.prefork.worker.WorkerType;
import org.apache.coyote.Request;
import org.jspecify.annotations.Nullable;

/**
 * Ties requests to the worker's slots, whatever connector they come from. What holds a
 * slot depends on the worker class: for {@code gthread} a request as long as it has a
 * thread, else from beginning to end.
 * <p>
 * {@code sync} is strict: while an asynchronous request is under way that has left the
 * only thread, whatever other connections have to say waits, although the thread is free.
 * The thread cannot simply be blocked, because the request needs it in order to end.
 */
final class RequestObservation {

	private final AcceptGate gate;

	private final RequestTracker requests;

	private final WorkerType type;

	private final ThreadLocal<@Nullable TomcatConnection> current = new ThreadLocal<>();

	private final Deque<Runnable> postponed = new ArrayDeque<>();

	// Whose work does not ask to be admitted
	private final Set<TomcatConnection> upgraded = new HashSet<>();

	// What the thread works for, or has left it and not ended
	private @Nullable TomcatConnection served;

	RequestObservation(Worker worker) {
		this.gate = worker.gate();
		this.requests = worker.requests();
		this.type = worker.settings().type();
	}

	/**
	 * A request begins.
	 * @param streamReset resets the stream of the request, if it has one
	 * @param streamsOf the connection whose stream this is, or {@code null} if it has the
	 * connection that the thread {@linkplain #enter(TomcatConnection) works for} to
	 * itself
	 */
	Exchange begin(Request request, @Nullable TomcatConnection streamsOf, @Nullable Predicate<Request> streamReset) {
		TomcatConnection connection = (streamsOf != null) ? streamsOf : this.current.get();
		AcceptGate.Claim slot = (streamsOf == null && connection != null) ? connection.claim() : this.gate.claim();
		RequestTracker.Tracked tracked = this.requests.begin(String.valueOf(request.getMethod()),
				String.valueOf(request.requestURI()));
		Exchange exchange = new Exchange(request, tracked, slot, this.type != WorkerType.GTHREAD, connection);
		tracked.onExpiry((streamReset != null) ? () -> exchange.timeOut(streamReset) : exchange::timeOut);
		return exchange;
	}

	/**
	 * The current thread works for a connection from now on.
	 */
	void enter(TomcatConnection connection) {
		this.current.set(connection);
	}

	/**
	 * The current thread has done its work for a connection.
	 */
	void leave() {
		this.current.remove();
	}

	/**
	 * Whether a connection may be worked for now.
	 * @param later what to run when it may, if not
	 */
	boolean admit(TomcatConnection connection, Runnable later) {
		return !isStrict() || admitStrictly(connection, later);
	}

	private synchronized boolean admitStrictly(TomcatConnection connection, Runnable later) {
		if (this.served == null || this.served == connection) {
			this.served = connection;
			return true;
		}
		this.postponed.add(later);
		return false;
	}

	/**
	 * Whether there is one request at a time.
	 */
	boolean isStrict() {
		return this.type == WorkerType.SYNC;
	}

	/**
	 * Whether a connection may be worked for now by another thread than the pool's only
	 * one, and nothing waits. If so, it is {@linkplain #admit admitted}. The pool's
	 * thread may have work at any time that it does not ask for, as long as there is a
	 * WebSocket or a connection of HTTP/2.
	 */
	synchronized boolean admitAtOnce(TomcatConnection connection) {
		boolean free = this.served == null && this.postponed.isEmpty() && this.upgraded.isEmpty();
		if (free) {
			this.served = connection;
		}
		return free;
	}

	/**
	 * A connection is none of HTTP/1.1 any more.
	 */
	synchronized void upgraded(TomcatConnection connection) {
		if (isStrict() && !connection.isClosed()) {
			this.upgraded.add(connection);
		}
	}

	/**
	 * A connection is closed.
	 */
	synchronized void closed(TomcatConnection connection) {
		this.upgraded.remove(connection);
	}

	/**
	 * A connection has been worked for, or was closed: its request may have left the
	 * thread, or may have ended.
	 * @return what is to be run now
	 */
	List<Runnable> done(TomcatConnection connection) {
		return isStrict() ? doneStrictly(connection) : List.of();
	}

	private synchronized List<Runnable> doneStrictly(TomcatConnection connection) {
		if (connection.hasSuspended()) {
			this.served = connection;
		}
		else if (this.served == connection) {
			this.served = null;
		}
		if (this.served != null || this.postponed.isEmpty()) {
			return List.of();
		}
		List<Runnable> turns = List.copyOf(this.postponed);
		this.postponed.clear();
		return turns;
	}

}
