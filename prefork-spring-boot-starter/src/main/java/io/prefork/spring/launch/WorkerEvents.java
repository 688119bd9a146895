package io.prefork.spring.launch;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.prefork.spring.WorkerAbortingEvent;
import io.prefork.spring.WorkerEvent;
import io.prefork.spring.WorkerExitingEvent;
import io.prefork.spring.WorkerLeavingEvent;
import io.prefork.spring.WorkerReadyEvent;
import io.prefork.spring.WorkersChangedEvent;
import io.prefork.worker.WorkerObserver;
import io.prefork.worker.WorkerSpec;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes what becomes of a worker in its application context. No listener holds up the
 * control link, a drain or an exit, but for a second.
 */
final class WorkerEvents implements WorkerObserver {

	private static final Log logger = LogFactory.getLog(WorkerEvents.class);

	private final ApplicationEventPublisher publisher;

	private final WorkerSpec spec;

	private final AtomicBoolean leaving = new AtomicBoolean();

	private final CountDownLatch left = new CountDownLatch(1);

	private final ExecutorService changes = Executors.newSingleThreadExecutor((task) -> daemon("prefork-events", task));

	WorkerEvents(ApplicationEventPublisher publisher, WorkerSpec spec) {
		this.publisher = publisher;
		this.spec = spec;
	}

	private static Thread daemon(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * The application is up. What a listener throws is thrown.
	 */
	void ready() {
		this.publisher.publishEvent(new WorkerReadyEvent(this, this.spec));
	}

	@Override
	public void workersChanged(int previous, int workers) {
		this.changes.execute(() -> publish(new WorkersChangedEvent(this, this.spec, previous, workers)));
	}

	@Override
	public void aborting(String reason, String evidence) {
		daemon("prefork-abort", () -> publish(new WorkerAbortingEvent(this, this.spec, reason, evidence))).start();
	}

	@Override
	public void leaving(String reason, boolean quick) {
		if (this.leaving.compareAndSet(false, true)) {
			daemon("prefork-leaving", () -> {
				try {
					publish(new WorkerLeavingEvent(this, this.spec, reason, quick));
				}
				finally {
					this.left.countDown();
				}
			}).start();
		}
	}

	/**
	 * The context is being closed. Listeners who were told that the worker leaves are to
	 * be done with that before they are told of its exit.
	 */
	void exiting() {
		if (this.leaving.get()) {
			awaitLeft();
		}
		publish(new WorkerExitingEvent(this, this.spec));
	}

	private void awaitLeft() {
		try {
			if (!this.left.await(1, TimeUnit.SECONDS)) {
				logger.warn("A listener is not done with the WorkerLeavingEvent; the application is closed under it");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void publish(WorkerEvent event) {
		try {
			this.publisher.publishEvent(event);
		}
		catch (RuntimeException | Error ex) {
			logger.warn("A listener failed at the " + event.getClass().getSimpleName(), ex);
		}
	}

}
