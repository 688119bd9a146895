package io.prefork.spring.launch;

import java.util.Optional;

import io.prefork.master.Master;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * The master's own context, if it is wanted, as long as it is open. For any thread.
 */
final class ManagementPort {

	private final MasterContext context;

	private final Master master;

	private @Nullable ConfigurableApplicationContext open;

	ManagementPort(MasterContext context, Master master) {
		this.context = context;
		this.master = master;
	}

	/**
	 * Opens it.
	 * @return {@code false} if that failed, and Boot has reported why
	 */
	synchronized boolean open() {
		if (!this.context.isWanted()) {
			return true;
		}
		Optional<ConfigurableApplicationContext> started = this.context.start();
		started.ifPresent((context) -> {
			this.open = context;
			this.master.onWorkerExited(new ExitEvents(context));
		});
		return started.isPresent();
	}

	/**
	 * Closes it, when the requests that it holds have been answered.
	 */
	synchronized void close() {
		ConfigurableApplicationContext context = this.open;
		if (context != null) {
			this.master.onWorkerExited((obituary) -> {
			});
			context.close();
			this.open = null;
		}
	}

}
