package io.prefork.master;

import java.util.List;
import java.util.Map;

import io.prefork.worker.WorkerSpec;

/**
 * Says how a worker's process is started.
 */
@FunctionalInterface
public interface WorkerLauncher {

	/**
	 * The command that starts a worker.
	 * @param spec what the worker is to be
	 * @return the command
	 */
	Launch launch(WorkerSpec spec);

	/**
	 * A command with its environment.
	 *
	 * @param command executable and arguments
	 * @param environment the whole environment
	 */
	record Launch(List<String> command, Map<String, String> environment) {
	}

}
