package io.prefork.pool;

import java.util.Map;
import java.util.OptionalInt;

/**
 * What happened, as told to the {@link Pool}.
 */
public sealed interface Event {

	/**
	 * Something that concerns one worker. Ignored if the worker is unknown, which after
	 * {@link Exited} it is.
	 */
	sealed interface OfWorker extends Event {

		/**
		 * The worker that it concerns.
		 * @return its identity
		 */
		WorkerId worker();

	}

	/**
	 * A command that is answered with {@link Action.Reply}.
	 */
	sealed interface Command extends Event {

		/**
		 * What to name in the answer.
		 * @return the ticket, or 0 if nobody waits for an answer
		 */
		long ticket();

	}

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
	 * @param surroundings what is known besides; of meaning to an elastic pool only
	 */
	record Tick(Map<WorkerId, Vitals> vitals, Surroundings surroundings) implements Event {

		public Tick {
			vitals = Map.copyOf(vitals);
		}

		/**
		 * Time passed, and only the workers were looked at.
		 * @param vitals what is known of them
		 */
		public Tick(Map<WorkerId, Vitals> vitals) {
			this(vitals, Surroundings.UNKNOWN);
		}

	}

	/**
	 * The resident memory of workers was sampled. Comes every some seconds.
	 *
	 * @param resident bytes, of the workers that it is known of
	 */
	record Measured(Map<WorkerId, Long> resident) implements Event {

		public Measured {
			resident = Map.copyOf(resident);
		}

	}

	/**
	 * A worker's process was started. Each {@link Action.Spawn} is followed by exactly
	 * one of this and {@link SpawnFailed}; a worker is sent no signal before.
	 *
	 * @param worker the worker
	 * @param pid its process id
	 */
	record Spawned(WorkerId worker, int pid) implements OfWorker {
	}

	/**
	 * A worker's process could not be started.
	 *
	 * @param worker the worker
	 * @param reason what the system said
	 */
	record SpawnFailed(WorkerId worker, String reason) implements OfWorker {
	}

	/**
	 * A worker connected its control link: the JVM is up and the application is loading.
	 *
	 * @param worker the worker
	 */
	record Connected(WorkerId worker) implements OfWorker {
	}

	/**
	 * A worker's application is up, its gate closed.
	 *
	 * @param worker the worker
	 */
	record Ready(WorkerId worker) implements OfWorker {
	}

	/**
	 * A worker has told of the health of its application.
	 *
	 * @param worker the worker
	 * @param ailment what is wrong, readable, such as {@code db is DOWN}, or empty if
	 * nothing is
	 */
	record Health(WorkerId worker, String ailment) implements OfWorker {
	}

	/**
	 * A worker opened its gate.
	 *
	 * @param worker the worker
	 */
	record Accepting(WorkerId worker) implements OfWorker {
	}

	/**
	 * A worker has found threads of its own that wait for each other. Comes again for as
	 * long as it finds them.
	 *
	 * @param worker the worker
	 * @param threads threads that wait for each other
	 * @param requests requests whose threads are among them, or wait for them
	 * @param evidence their stacks
	 */
	record Deadlocked(WorkerId worker, int threads, int requests, String evidence) implements OfWorker {
	}

	/**
	 * A worker says that it is leaving, unasked (somebody sent it TERM, say).
	 *
	 * @param worker the worker
	 * @param reason why
	 */
	record Leaving(WorkerId worker, String reason) implements OfWorker {
	}

	/**
	 * A worker's JVM is shutting down, unasked: {@code System.exit}, its last thread has
	 * ended, or a signal. Its process is about to end.
	 *
	 * @param worker the worker
	 */
	record ShuttingDown(WorkerId worker) implements OfWorker {
	}

	/**
	 * A worker's application failed to start; its process is about to end.
	 *
	 * @param worker the worker
	 * @param reason the exception or failure analysis, readable
	 */
	record BootFailed(WorkerId worker, String reason) implements OfWorker {
	}

	/**
	 * A worker's process has ended, and what it ended of is being looked into:
	 * {@link Exited} will tell. Need not be told.
	 *
	 * @param worker the worker
	 */
	record Died(WorkerId worker) implements OfWorker {
	}

	/**
	 * A worker's process ended and was reaped.
	 *
	 * @param worker the worker
	 * @param code the exit status, or empty if a signal ended it
	 * @param signal the signal's name, such as {@code SIGKILL}, or empty
	 * @param output the last lines it printed before it connected, or empty
	 * @param found what was found after its end
	 */
	record Exited(WorkerId worker, OptionalInt code, String signal, String output,
			Postmortem found) implements OfWorker {

		/**
		 * An end after which nobody has looked for more.
		 * @param worker the worker
		 * @param code the exit status, or empty if a signal ended it
		 * @param signal the signal's name, or empty
		 * @param output the last lines it printed before it connected, or empty
		 */
		public Exited(WorkerId worker, OptionalInt code, String signal, String output) {
			this(worker, code, signal, output, Postmortem.NONE);
		}

	}

	/**
	 * Evidence was taken of a worker that is to be killed, or could not be.
	 *
	 * @param worker the worker
	 * @param text a thread dump, or why there is none
	 */
	record EvidenceTaken(WorkerId worker, String text) implements OfWorker {
	}

	/**
	 * Set the number of workers.
	 *
	 * @param ticket what to name in the answer
	 * @param workers the new target
	 */
	record ScaleTo(long ticket, int workers) implements Command {
	}

	/**
	 * Change the number of workers (TTIN, TTOU). Goes no lower than 1 and no higher than
	 * the maximum.
	 *
	 * @param ticket what to name in the answer
	 * @param by the difference
	 */
	record ScaleBy(long ticket, int by) implements Command {
	}

	/**
	 * Let the load set the number of workers again, down to the minimum, after a command
	 * has. Refused unless the pool is elastic.
	 *
	 * @param ticket what to name in the answer
	 */
	record ScaleAuto(long ticket) implements Command {
	}

	/**
	 * Replace every worker by one of a new generation (HUP).
	 *
	 * @param ticket what to name in the answer, given when the rollout has ended
	 */
	record Reload(long ticket) implements Command {
	}

	/**
	 * Replace every worker by one of a new generation with the code of before the last
	 * one. During a reload: end that, and go on with what served before it.
	 *
	 * @param ticket what to name in the answer, given when the rollout has ended
	 */
	record Rollback(long ticket) implements Command {
	}

	/**
	 * The code of a generation is ready.
	 *
	 * @param generation the generation, as {@link Action.Prepare} named it
	 */
	record Prepared(int generation) implements Event {
	}

	/**
	 * The code of a generation cannot be made ready.
	 *
	 * @param generation the generation
	 * @param reason why, readable
	 */
	record PrepareFailed(int generation, String reason) implements Event {
	}

	/**
	 * Replace one worker: the new one is accepting before the old one leaves.
	 *
	 * @param ticket what to name in the answer, given at once
	 * @param worker the worker
	 */
	record Replace(long ticket, WorkerId worker) implements Command {
	}

	/**
	 * All workers away, the master stays (WINCH). A later scale command or reload brings
	 * them back.
	 */
	record Dismiss() implements Event {
	}

	/**
	 * Stop the server. A second one, or a quick one, hurries a graceful one.
	 *
	 * @param quick whether requests in flight are given up
	 */
	record Stop(boolean quick) implements Event {
	}

	/**
	 * Nothing is left in the accept queues of the closed listeners: the workers of a
	 * stopping server may leave. Ignored unless the server is stopping.
	 */
	record QueuesEmpty() implements Event {
	}

}
