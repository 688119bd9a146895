package io.prefork.worker;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way out of a worker, without loss. In this order: no connection is taken any more
 * while those that were taken are served; every further answer announces that its
 * connection closes; connections that stay silent are closed after a quiet period. What
 * is still there after the graceful timeout is left to whoever asked, with the evidence
 * in the {@link RequestTracker}. The process goes on beating its heart all the while.
 */
public final class Drain {

	private static final Logger logger = LoggerFactory.getLogger(Drain.class);

	private static final Duration TICK = Duration.ofMillis(20);

	private final AcceptGate gate;

	private final RequestTracker requests;

	private final List<ServerAdapter> servers;

	private final WorkerSettings settings;

	private final Set<ServerAdapter> failed = new HashSet<>();

	/**
	 * Makes a drain, which does nothing yet.
	 * @param gate the worker's gate
	 * @param requests the worker's requests
	 * @param servers the worker's servers
	 * @param settings supplies the quiet period and the graceful timeout
	 */
	public Drain(AcceptGate gate, RequestTracker requests, Collection<? extends ServerAdapter> servers,
			WorkerSettings settings) {
		this.gate = gate;
		this.requests = requests;
		this.servers = List.copyOf(servers);
		this.settings = settings;
	}

	/**
	 * Leaves at once: no connection is taken any more, and nothing is waited for.
	 * @return what is left behind
	 */
	public Result quick() {
		long start = System.nanoTime();
		stopAccepting();
		each(ServerAdapter::announceClose);
		return result(start);
	}

	/**
	 * Leaves gracefully, on a thread of its own.
	 * @return completed when nothing is left or the graceful timeout is over
	 */
	public CompletableFuture<Result> graceful() {
		CompletableFuture<Result> future = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			try {
				future.complete(drain());
			}
			catch (Throwable ex) {
				future.completeExceptionally(ex);
			}
		}, "prefork-drain");
		thread.setDaemon(true);
		thread.start();
		return future;
	}

	private Result drain() throws InterruptedException {
		long start = System.nanoTime();
		stopAccepting();
		each(ServerAdapter::announceClose);
		Result result = result(start);
		while (!result.isComplete() && result.took().compareTo(this.settings.gracefulTimeout()) < 0) {
			TimeUnit.NANOSECONDS.sleep(TICK.toNanos());
			each((server) -> server.closeIdle(this.settings.drainQuietPeriod()));
			result = result(start);
		}
		logger.debug("Drained: {}", result);
		return result;
	}

	private void stopAccepting() {
		this.gate.shut();
		each(ServerAdapter::stopAccepting);
	}

	/**
	 * A step that fails on one server must not end the requests that are in flight.
	 */
	private void each(Consumer<ServerAdapter> step) {
		for (ServerAdapter server : this.servers) {
			try {
				step.accept(server);
			}
			catch (RuntimeException | Error ex) {
				warn(server, ex);
			}
		}
	}

	/**
	 * Steps are repeated many times a second.
	 */
	private void warn(ServerAdapter server, Throwable failure) {
		if (this.failed.add(server)) {
			logger.warn("{} failed while the worker leaves, which goes on", server, failure);
		}
	}

	private Result result(long start) {
		int connections = this.servers.stream().mapToInt(ServerAdapter::connections).sum();
		int busy = Math.max(0, this.requests.busy() - this.requests.lost());
		return new Result(connections, busy, Duration.ofNanos(System.nanoTime() - start));
	}

	/**
	 * How a drain ended.
	 *
	 * @param connections connections that are still open
	 * @param busy requests that are still in flight; those that have timed out are not
	 * waited for
	 * @param took how long it took
	 */
	public record Result(int connections, int busy, Duration took) {

		/**
		 * Whether nothing is left.
		 * @return whether neither a connection nor a request is left
		 */
		public boolean isComplete() {
			return this.connections == 0 && this.busy == 0;
		}

	}

}
