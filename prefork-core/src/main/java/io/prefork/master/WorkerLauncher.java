package io.prefork.master;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.prefork.worker.WorkerSpec;

/**
 * Says how a worker's process is started, and with which code.
 */
public interface WorkerLauncher {

	/**
	 * Which code workers are to run.
	 */
	enum Code {

		/** What is on disk now, where the application was started from. */
		CURRENT,

		/**
		 * The code before that of the last generation which was made ready and used.
		 */
		PREVIOUS

	}

	/**
	 * The command that starts a worker.
	 * @param spec what the worker is to be
	 * @return the command
	 */
	Launch launch(WorkerSpec spec);

	/**
	 * Makes ready the code that workers of a generation run. Blocks; called off the loop
	 * thread, and never twice at a time.
	 * @param generation the generation, from 1
	 * @param code which code
	 * @throws IOException if it cannot be done; the message is for who asked for the
	 * generation
	 */
	void prepare(int generation, Code code) throws IOException;

	/**
	 * Says that a generation has proven itself and become the pool's, the first one
	 * included. Does not block.
	 * @param generation the generation
	 */
	void used(int generation);

	/**
	 * What identifies the code of a generation beyond this process. For any thread.
	 * @param generation the generation, which was made ready
	 * @return its id, or empty if workers run from where the application is
	 */
	Optional<String> code(int generation);

	/**
	 * Goes on with the code of a generation that was made ready before this process
	 * became what it is. Blocks; called before anything else.
	 * @param generation the generation
	 * @param code its id, or empty
	 * @throws IOException if it cannot be had any more, nor what is on disk now
	 */
	void resume(int generation, Optional<String> code) throws IOException;

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
