package io.prefork.master;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

import io.prefork.pool.Obituary;

/**
 * A moment in the life of the master at which an executable of the user's is run, with
 * what that is told of it. Named after Gunicorn's server hooks, of which these are the
 * master's.
 */
public sealed interface Hook {

	/**
	 * Which hook it is.
	 * @return the name
	 */
	Name name();

	/**
	 * What the executable is told besides the name of the hook and the master's pid.
	 * @return environment variables
	 */
	Map<String, String> variables();

	/**
	 * Names of the hooks.
	 */
	enum Name {

		/** Before anything is opened; may refuse the start. */
		ON_STARTING,
		/** The number of workers that there should be is set or has changed. */
		NWORKERS_CHANGED,
		/** As many workers accept as there should be, for the first time. */
		WHEN_READY,
		/** A worker's process is about to be started, and waits for the executable. */
		PRE_FORK,
		/** A worker's process has been started. */
		POST_FORK,
		/** A worker is about to be ended for a timeout. */
		WORKER_ABORT,
		/** A worker's process has ended and was reaped. */
		CHILD_EXIT,
		/** The code of a new generation is ready, and none of its workers there. */
		ON_RELOAD,
		/** The master is about to execute another one; may refuse that. */
		PRE_EXEC,
		/** The end: no worker is left, and the listeners are closed. */
		ON_EXIT;

		/**
		 * Its name in settings, in the log and in {@code PREFORK_HOOK}.
		 * @return such as {@code pre-fork}
		 */
		public String label() {
			return name().toLowerCase(Locale.ROOT).replace('_', '-');
		}

	}

	/**
	 * {@link Name#ON_STARTING}.
	 *
	 * @param workers workers that are to be started
	 */
	record OnStarting(int workers) implements Hook {

		@Override
		public Name name() {
			return Name.ON_STARTING;
		}

		@Override
		public Map<String, String> variables() {
			return Map.of("PREFORK_WORKERS", Integer.toString(this.workers));
		}

	}

	/**
	 * {@link Name#NWORKERS_CHANGED}.
	 *
	 * @param previous the number before, empty when it is set for the first time
	 * @param workers the number
	 */
	record NworkersChanged(OptionalInt previous, int workers) implements Hook {

		@Override
		public Name name() {
			return Name.NWORKERS_CHANGED;
		}

		@Override
		public Map<String, String> variables() {
			return Map.of("PREFORK_WORKERS_OLD",
					this.previous.isPresent() ? Integer.toString(this.previous.getAsInt()) : "", "PREFORK_WORKERS_NEW",
					Integer.toString(this.workers));
		}

	}

	/**
	 * {@link Name#WHEN_READY}.
	 *
	 * @param workers workers that there should be
	 * @param generation their generation
	 */
	record WhenReady(int workers, int generation) implements Hook {

		@Override
		public Name name() {
			return Name.WHEN_READY;
		}

		@Override
		public Map<String, String> variables() {
			return Map.of("PREFORK_WORKERS", Integer.toString(this.workers), "PREFORK_GENERATION",
					Integer.toString(this.generation));
		}

	}

	/**
	 * {@link Name#PRE_FORK}.
	 *
	 * @param slot the worker's slot
	 * @param generation its generation
	 */
	record PreFork(int slot, int generation) implements Hook {

		@Override
		public Name name() {
			return Name.PRE_FORK;
		}

		@Override
		public Map<String, String> variables() {
			return Map.of("PREFORK_SLOT", Integer.toString(this.slot), "PREFORK_GENERATION",
					Integer.toString(this.generation));
		}

	}

	/**
	 * {@link Name#POST_FORK}.
	 *
	 * @param slot the worker's slot
	 * @param pid its process
	 * @param generation its generation
	 */
	record PostFork(int slot, int pid, int generation) implements Hook {

		@Override
		public Name name() {
			return Name.POST_FORK;
		}

		@Override
		public Map<String, String> variables() {
			return ofWorker(this.slot, this.pid, this.generation);
		}

	}

	/**
	 * {@link Name#WORKER_ABORT}.
	 *
	 * @param slot the worker's slot
	 * @param pid its process
	 * @param generation its generation
	 * @param reason why it is to be ended
	 */
	record WorkerAbort(int slot, int pid, int generation, String reason) implements Hook {

		@Override
		public Name name() {
			return Name.WORKER_ABORT;
		}

		@Override
		public Map<String, String> variables() {
			Map<String, String> variables = ofWorker(this.slot, this.pid, this.generation);
			variables.put("PREFORK_REASON", this.reason);
			return variables;
		}

	}

	/**
	 * {@link Name#CHILD_EXIT}.
	 *
	 * @param obituary what is kept of the worker
	 */
	record ChildExit(Obituary obituary) implements Hook {

		@Override
		public Name name() {
			return Name.CHILD_EXIT;
		}

		@Override
		public Map<String, String> variables() {
			Map<String, String> variables = ofWorker(this.obituary.worker().slot(), this.obituary.pid(),
					this.obituary.generation());
			variables.put("PREFORK_CAUSE", this.obituary.cause().kind().label());
			variables.put("PREFORK_REASON", this.obituary.cause().describe());
			return variables;
		}

	}

	/**
	 * {@link Name#ON_RELOAD}.
	 *
	 * @param generation the generation that is to come
	 * @param rollback whether it has the code of before
	 */
	record OnReload(int generation, boolean rollback) implements Hook {

		@Override
		public Name name() {
			return Name.ON_RELOAD;
		}

		@Override
		public Map<String, String> variables() {
			return Map.of("PREFORK_GENERATION", Integer.toString(this.generation), "PREFORK_CAUSE",
					this.rollback ? "rollback" : "reload");
		}

	}

	/**
	 * {@link Name#PRE_EXEC}.
	 */
	record PreExec() implements Hook {

		@Override
		public Name name() {
			return Name.PRE_EXEC;
		}

		@Override
		public Map<String, String> variables() {
			return Map.of();
		}

	}

	/**
	 * {@link Name#ON_EXIT}.
	 *
	 * @param status exit status of the master
	 * @param reason why it ends, empty for an ordered stop
	 */
	record OnExit(int status, String reason) implements Hook {

		@Override
		public Name name() {
			return Name.ON_EXIT;
		}

		@Override
		public Map<String, String> variables() {
			return Map.of("PREFORK_STATUS", Integer.toString(this.status), "PREFORK_REASON", this.reason);
		}

	}

	private static Map<String, String> ofWorker(int slot, int pid, int generation) {
		Map<String, String> variables = new LinkedHashMap<>();
		variables.put("PREFORK_SLOT", Integer.toString(slot));
		variables.put("PREFORK_WORKER_PID", Integer.toString(pid));
		variables.put("PREFORK_GENERATION", Integer.toString(generation));
		return variables;
	}

}
