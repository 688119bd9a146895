package io.prefork.worker;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.prefork.control.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a worker comes to its end: drained when told to leave, at once when told to quit,
 * by itself when its master is gone, and with its clients let go first when somebody else
 * ends its JVM. For any thread.
 */
final class WorkerShutdown {

	private static final Logger logger = LoggerFactory.getLogger(WorkerShutdown.class);

	/**
	 * Time for an application to close whose threads do not all come back.
	 */
	private static final Duration CLOSE_WITHOUT_LOST_THREADS = Duration.ofSeconds(5);

	private final WorkerSpec spec;

	private final RequestTracker requests;

	private final List<ServerAdapter> adapters;

	private final MasterLink master;

	private final AtomicBoolean leaving = new AtomicBoolean();

	private volatile @Nullable Serving serving;

	private volatile @Nullable Runnable closeApplication;

	private volatile WorkerObserver observer = WorkerObserver.NONE;

	/**
	 * @param adapters the servers' adapters, which may still be registered
	 */
	WorkerShutdown(WorkerSpec spec, RequestTracker requests, List<ServerAdapter> adapters, MasterLink master) {
		this.spec = spec;
		this.requests = requests;
		this.adapters = adapters;
		this.master = master;
	}

	/**
	 * From now on there may be something to drain.
	 */
	void serving(Serving serving) {
		this.serving = serving;
	}

	/**
	 * From now on the application can be closed in an orderly way.
	 */
	void applicationIsUp(Runnable closeApplication) {
		this.closeApplication = closeApplication;
	}

	/**
	 * From now on somebody is told when it begins.
	 */
	void observe(WorkerObserver observer) {
		this.observer = observer;
	}

	/**
	 * Whether the application can be closed in an orderly way.
	 */
	boolean isApplicationUp() {
		return this.closeApplication != null;
	}

	/**
	 * Whether the worker leaves already.
	 */
	boolean hasBegun() {
		return this.leaving.get();
	}

	/**
	 * Ends at once, as far as the application lets it.
	 */
	void quit() {
		if (!this.leaving.getAndSet(true)) {
			this.observer.leaving("it is to end at once", true);
		}
		new Thread(() -> System.exit(0), "prefork-exit").start();
	}

	/**
	 * Drains, closes the application and ends.
	 */
	void leave(String reason) {
		if (this.leaving.compareAndSet(false, true)) {
			this.observer.leaving(reason, false);
			Thread thread = new Thread(() -> {
				try {
					drain(reason);
					// That it leaves by its own word, say
					this.master.flush();
				}
				finally {
					System.exit(0);
				}
			}, "prefork-leave");
			// A JVM ends with its last thread that is no daemon, which may be one of a
			// server's that waits for the listening socket to be closed.
			thread.setDaemon(false);
			thread.start();
		}
	}

	/**
	 * Leaves by its own word.
	 */
	void resign(String reason) {
		if (!this.leaving.get()) {
			this.master.tell(new Message.Leaving(reason));
			leave(reason);
		}
	}

	private void drain(String reason) {
		Serving current = this.serving;
		Runnable close = this.closeApplication;
		if (current == null || close == null) {
			return;
		}
		logger.info("Worker {} is leaving: {}", this.spec.slot(), reason);
		// First: whatever fails from here on, nobody connects to a worker that ends
		current.gate().shut();
		try {
			drainOf(current).graceful().join();
			if (this.requests.lost() > 0) {
				haltAfter(CLOSE_WITHOUT_LOST_THREADS);
			}
			close.run();
		}
		catch (RuntimeException | Error ex) {
			logger.warn("Worker {} did not leave in an orderly way", this.spec.slot(), ex);
		}
		current.heartbeat().stop();
	}

	private Drain drainOf(Serving current) {
		return new Drain(current.gate(), this.requests, this.adapters, current.settings());
	}

	/**
	 * TERM: leave; a second time, or before the application is up: end.
	 */
	void terminated() {
		Message leaving = new Message.Leaving("it was sent SIGTERM");
		if (this.leaving.get()) {
			quit();
		}
		else if (this.closeApplication == null) {
			this.master.tellNow(leaving);
			quit();
		}
		else {
			this.master.tell(leaving);
			leave("it was sent SIGTERM");
		}
	}

	/**
	 * With no master to end a worker that does not leave in time, it does so itself, also
	 * if it was leaving already.
	 */
	void masterGone() {
		Serving current = this.serving;
		haltAfter((current != null) ? current.settings().gracefulTimeout() : Duration.ZERO);
		if (!this.leaving.get()) {
			logger.warn("Worker {} leaves because the master is gone", this.spec.slot());
			leave("the master is gone");
		}
	}

	private static void haltAfter(Duration limit) {
		Thread watchdog = new Thread(() -> {
			try {
				TimeUnit.NANOSECONDS.sleep(limit.toNanos());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			Runtime.getRuntime().halt(1);
		}, "prefork-watchdog");
		watchdog.setDaemon(true);
		watchdog.start();
	}

	/**
	 * The application closes although this worker was not told to leave, of its own
	 * accord or because somebody called {@link System#exit}. Returns when nothing is in
	 * flight and clients have closed their connections, or had the time to: twice the
	 * quiet period, since a request that waits for this very end is in flight for ever.
	 */
	void applicationCloses() {
		Serving current = this.serving;
		if (current == null || this.closeApplication == null || this.leaving.get()) {
			return;
		}
		logger.info("Worker {} closes, though nobody has told it to", this.spec.slot());
		this.observer.leaving("the application closes", false);
		Duration patience = current.settings().drainQuietPeriod().multipliedBy(2);
		try {
			drainOf(current).graceful().get(patience.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			// The server's own graceful shutdown goes on from here
		}
		catch (ExecutionException ex) {
			logger.warn("Worker {} did not leave in an orderly way", this.spec.slot(), ex.getCause());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * The JVM ends, as it does not when it is halted or killed. That is news to the
	 * master unless it comes of leaving.
	 */
	void jvmEnds() {
		if (!this.leaving.get()) {
			this.master.tellNow(new Message.ShuttingDown());
		}
	}

}
