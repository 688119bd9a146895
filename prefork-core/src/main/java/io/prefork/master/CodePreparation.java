package io.prefork.master;

import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

import io.prefork.pool.Action;
import io.prefork.pool.Event;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the code of generations made ready, one after the other, on a thread of its own:
 * disks are slow, and may be gone, and neither the loop nor the end of the master waits
 * for them.
 */
final class CodePreparation {

	private static final Logger logger = LoggerFactory.getLogger(CodePreparation.class);

	private final ExecutorService thread = Executors.newSingleThreadExecutor((task) -> {
		Thread thread = new Thread(task, "prefork-code");
		thread.setDaemon(true);
		return thread;
	});

	private final WorkerLauncher launcher;

	private final Consumer<Event> events;

	CodePreparation(WorkerLauncher launcher, Consumer<Event> events) {
		this.launcher = launcher;
		this.events = events;
	}

	void prepare(Action.Prepare prepare) {
		WorkerLauncher.Code code = switch (prepare.code()) {
			case CURRENT -> WorkerLauncher.Code.CURRENT;
			case PREVIOUS -> WorkerLauncher.Code.PREVIOUS;
		};
		this.thread.execute(() -> this.events.accept(prepare(prepare.generation(), code)));
	}

	private Event prepare(int generation, WorkerLauncher.Code code) {
		try {
			this.launcher.prepare(generation, code);
			return new Event.Prepared(generation);
		}
		catch (IOException | RuntimeException | Error ex) {
			logger.debug("The code of generation {} could not be made ready", generation, ex);
			String message = ex.getMessage();
			return new Event.PrepareFailed(generation, (message != null) ? message : ex.toString());
		}
	}

	void used(int generation) {
		this.thread.execute(() -> {
			try {
				this.launcher.used(generation);
			}
			catch (RuntimeException | Error ex) {
				logger.warn("Generation {} serves, but was not noted as the one to go back to: {}", generation,
						ex.toString());
			}
		});
	}

	/**
	 * Takes nothing more on, and does not wait for what is under way.
	 */
	void stop() {
		this.thread.shutdownNow();
	}

}
