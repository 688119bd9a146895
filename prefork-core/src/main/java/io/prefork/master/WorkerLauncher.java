package io.prefork.master;

import java.util.List;
import java.util.Map;
import java.util.Optional;

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
	 * @param faults what the JVM does when it cannot go on
	 */
	record Launch(List<String> command, Map<String, String> environment, Faults faults) {

		/**
		 * A command of which it is not known what its process does when it cannot go on.
		 * @param command executable and arguments
		 * @param environment the whole environment
		 */
		public Launch(List<String> command, Map<String, String> environment) {
			this(command, environment, new Faults(Optional.empty(), false));
		}

	}

	/**
	 * What a JVM does when it cannot go on.
	 *
	 * @param errorFile {@code -XX:ErrorFile}, if it is set
	 * @param exitsOnOutOfMemory whether it ends with status 3 when memory runs out
	 * ({@code -XX:+ExitOnOutOfMemoryError})
	 */
	record Faults(Optional<String> errorFile, boolean exitsOnOutOfMemory) {
	}

}
