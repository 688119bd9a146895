package io.prefork.master;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import io.prefork.worker.WorkerSpec;

/**
 * Says how a worker's process is started, and with which code.
 */
public interface WorkerLauncher {

	/**
	 * Which code a generation is to have.
	 */
	enum Code {

		/** What is to be deployed now. */
		CURRENT,
		/** What was served before the last change. */
		PREVIOUS

	}

	/**
	 * The command that starts a worker.
	 * @param spec what the worker is to be
	 * @return the command
	 */
	Launch launch(WorkerSpec spec);

	/**
	 * Makes ready the code that {@link #launch} uses for a generation. May block; called
	 * off the loop's thread, and never concurrently with itself or {@link #used}.
	 * @param generation the generation, see {@link WorkerSpec#generation()}
	 * @param code which code it is to have
	 * @throws IOException if there is no such code, or it cannot be used; the message is
	 * shown to whoever asked for the reload
	 */
	void prepare(int generation, Code code) throws IOException;

	/**
	 * A generation has proven itself and is the pool's from now on: what it has taken the
	 * place of is the code of before. Called like {@link #prepare}.
	 * @param generation the generation
	 */
	void used(int generation);

	/**
	 * A command with its environment.
	 *
	 * @param command executable and arguments
	 * @param environment the whole environment
	 */
	record Launch(List<String> command, Map<String, String> environment) {
	}

}
