package io.prefork.pool;

/**
 * What is to be done, as told by the {@link Pool}. Actions are carried out in order; what
 * comes of them comes back as {@linkplain Event events}.
 */
public sealed interface Action {

	/**
	 * What is to be done with one worker.
	 */
	sealed interface OfWorker extends Action {

		/**
		 * Which.
		 * @return the worker
		 */
		WorkerId worker();

	}

	/**
	 * Start a worker's process.
	 *
	 * @param worker the worker; its slot is free
	 * @param generation its generation, from 1
	 */
	record Spawn(WorkerId worker, int generation) implements OfWorker {
	}

	/**
	 * Make the code of a new generation ready. To be followed by {@link Event.Prepared}
	 * or {@link Event.PrepareFailed}, however late; meanwhile nothing waits but the
	 * rollout.
	 *
	 * @param generation the generation, never asked for before
	 * @param code which code it is to have
	 */
	record Prepare(int generation, Code code) implements Action {

		/**
		 * Which code.
		 */
		public enum Code {

			/** What is to be deployed now. */
			CURRENT,
			/** What was served before the last change. */
			PREVIOUS

		}

	}

	/**
	 * A generation has become the pool's: it is what workers are started with from now
	 * on.
	 *
	 * @param generation the generation
	 */
	record Used(int generation) implements Action {
	}

	/**
	 * Ask a worker for the health of its application, to be told by {@link Event.Health}.
	 * Said again, once a second, until it is well.
	 *
	 * @param worker the worker, which is ready
	 */
	record CheckHealth(WorkerId worker) implements OfWorker {
	}

	/**
	 * Tell a worker to open its accept gate. Said again, once a second, until the worker
	 * answers with {@link Event.Accepting}.
	 *
	 * @param worker the worker
	 */
	record OpenGate(WorkerId worker) implements OfWorker {
	}

	/**
	 * Tell a worker to take no new connection, to answer what it holds, and to leave.
	 *
	 * @param worker the worker
	 * @param reason why, for its log
	 */
	record Drain(WorkerId worker, String reason) implements OfWorker {
	}

	/**
	 * Send a worker's process a signal.
	 *
	 * @param worker the worker
	 * @param signal what to send
	 */
	record Signal(WorkerId worker, Kind signal) implements OfWorker {

		/**
		 * The signals that a pool sends.
		 */
		public enum Kind {

			/** Leave now, gracefully or not, as the worker's state allows. */
			TERM,
			/** End at once. */
			KILL

		}

	}

	/**
	 * Take evidence of a worker that is about to be killed, in bounded time, and tell of
	 * it with {@link Event.EvidenceTaken}.
	 *
	 * @param worker the worker
	 * @param reason why it is about to be killed
	 */
	record TakeEvidence(WorkerId worker, String reason) implements OfWorker {
	}

	/**
	 * Refuse new connections at the listeners while what is queued is served; the server
	 * is stopping. To be followed by {@link Event.QueuesEmpty} as soon as that is so.
	 */
	record CloseListeners() implements Action {
	}

	/**
	 * Answer a command.
	 *
	 * @param ticket what the command named
	 * @param answer the answer
	 */
	record Reply(long ticket, Answer answer) implements Action {
	}

	/**
	 * Tell whoever listens that a worker's process is gone.
	 *
	 * @param obituary what is kept of it
	 */
	record Announce(Obituary obituary) implements Action {
	}

	/**
	 * Write a log line.
	 *
	 * @param severity how bad
	 * @param line what happened, to which worker, why, and what happens next
	 */
	record Report(Severity severity, String line) implements Action {
	}

	/**
	 * End the master: no worker is left. Said once, and nothing after it.
	 *
	 * @param status exit status of the master: 0 for an ordered stop, 3 if no worker of
	 * the first generation could boot or the last worker is gone after a fatal exit
	 * status, 4 if its application could not start
	 * @param reason one readable reason, empty for an ordered stop
	 */
	record Terminate(int status, String reason) implements Action {
	}

	/**
	 * How bad a reported event is.
	 */
	enum Severity {

		INFO, WARN, ERROR

	}

}
