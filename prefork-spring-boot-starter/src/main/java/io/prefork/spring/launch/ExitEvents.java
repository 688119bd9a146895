package io.prefork.spring.launch;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

import io.prefork.pool.Obituary;
import io.prefork.spring.WorkerExitedEvent;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes {@link WorkerExitedEvent}s, on a thread of its own: no listener holds up the
 * master's loop.
 */
final class ExitEvents implements Consumer<Obituary> {

	private static final Log logger = LogFactory.getLog(ExitEvents.class);

	private final ApplicationEventPublisher publisher;

	private final ExecutorService thread = Executors.newSingleThreadExecutor((task) -> {
		Thread created = new Thread(task, "prefork-events");
		created.setDaemon(true);
		return created;
	});

	ExitEvents(ApplicationEventPublisher publisher) {
		this.publisher = publisher;
	}

	@Override
	public void accept(Obituary obituary) {
		this.thread.execute(() -> publish(obituary));
	}

	private void publish(Obituary obituary) {
		try {
			this.publisher.publishEvent(new WorkerExitedEvent(this, obituary));
		}
		catch (RuntimeException | Error ex) {
			logger.warn("A listener failed at the exit of worker " + obituary.worker().slot() + " (pid "
					+ obituary.pid() + ")", ex);
		}
	}

}
