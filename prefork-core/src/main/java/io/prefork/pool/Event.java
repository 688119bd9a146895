package io.prefork.pool;

import java.util.Map;
import java.util.OptionalInt;

/**
 * What happened, as told to the {@link Pool}.
 */
public sealed interface Event {

	/**
	 * The listeners are open: start the first generation.
	 */
	record Start() implements Event {
	}

	/**
	 * Time passed. Comes several times a second.
	 *
	 * @param vitals what is known of the workers; a worker that has not begun its
	 * heartbeat is absent
	 */
	record Tick(Map<WorkerId, Vitals> vitals) implements Event {

		public Tick {
			vitals = Map.copyOf(vitals);
		}

	}

	/**
	 * A worker's process was started.
	 *
	 * @param worker the worker
	 * @param pid its process id
	 */
	record Spawned(WorkerId worker, int pid) implements Event {
	}

	/**
	 * A worker's process could not be started.
	 *
	 * @param worker the worker
	 * @param reason what the system said
	 */
	record SpawnFailed(WorkerId worker, String reason) implements Event {
	}

	/**
	 * A worker connected its control link: the JVM is up and the application is loading.
	 *
	 * @param worker the worker
	 */
	record Connected(WorkerId worker) implements Event {
	}

	/**
	 * A worker's application is up, its gate closed.
	 *
	 * @param worker the worker
	 */
	record Ready(WorkerId worker) implements Event {
	}

	/**
	 * A worker opened its gate.
	 *
	 * @param worker the worker
	 */
	record Accepting(WorkerId worker) implements Event {
	}

	/**
	 * A worker says that it is leaving, unasked (somebody sent it TERM, say).
	 *
	 * @param worker the worker
	 * @param reason why
	 */
	record Leaving(WorkerId worker, String reason) implements Event {
	}

	/**
	 * A worker's application failed to start; its process is about to end.
	 *
	 * @param worker the worker
	 * @param reason the exception or failure analysis, readable
	 */
	record BootFailed(WorkerId worker, String reason) implements Event {
	}

	/**
	 * A worker's process ended and was reaped.
	 *
	 * @param worker the worker
	 * @param code the exit status, or empty if a signal ended it
	 * @param signal the signal's name, such as {@code SIGKILL}, or empty
	 * @param output the last lines it printed before it connected, or empty
	 */
	record Exited(WorkerId worker, OptionalInt code, String signal, String output) implements Event {
	}

	/**
	 * Evidence was taken of a worker that is to be killed, or could not be.
	 *
	 * @param worker the worker
	 * @param text a thread dump, or why there is none
	 */
	record EvidenceTaken(WorkerId worker, String text) implements Event {
	}

	/**
	 * Set the number of workers.
	 *
	 * @param ticket what to name in the answer
	 * @param workers the new target
	 */
	record ScaleTo(long ticket, int workers) implements Event {
	}

	/**
	 * Change the number of workers (TTIN, TTOU). Goes no lower than 1 and no higher than
	 * the maximum.
	 *
	 * @param ticket what to name in the answer
	 * @param by the difference
	 */
	record ScaleBy(long ticket, int by) implements Event {
	}

	/**
	 * Replace every worker by one of a new generation (HUP).
	 *
	 * @param ticket what to name in the answer, given when the rollout has ended
	 */
	record Reload(long ticket) implements Event {
	}

	/**
	 * Replace one worker: the new one is accepting before the old one leaves.
	 *
	 * @param ticket what to name in the answer, given at once
	 * @param worker the worker
	 */
	record Replace(long ticket, WorkerId worker) implements Event {
	}

	/**
	 * All workers away, the master stays (WINCH). A later scale command or reload brings
	 * them back.
	 */
	record Dismiss() implements Event {
	}

	/**
	 * After {@link Action.CloseListeners}: no connection waits in an accept queue any
	 * more.
	 */
	record QueuesEmpty() implements Event {
	}

	/**
	 * Stop the server. A second one, or a quick one, hurries a graceful one.
	 *
	 * @param quick whether requests in flight are given up
	 */
	record Stop(boolean quick) implements Event {
	}

}
