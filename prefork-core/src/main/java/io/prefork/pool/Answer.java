package io.prefork.pool;

import java.time.Duration;

/**
 * Answer to a command.
 */
public sealed interface Answer {

	/**
	 * The target was set, or given back to the load.
	 *
	 * @param previous the target before
	 * @param workers the target now
	 * @param floor the number that the load moves the target no lower than until it is
	 * released, or 0 if there is none
	 */
	record Scaled(int previous, int workers, int floor) implements Answer {
	}

	/**
	 * A rollout has ended with every worker of the new generation.
	 *
	 * @param generation the new generation
	 * @param took how long it took
	 */
	record Reloaded(int generation, Duration took) implements Answer {
	}

	/**
	 * A rollout has failed, and the generation of before goes on.
	 *
	 * @param reason what failed, readable
	 * @param output the last output of the worker that it failed by, empty if there is
	 * none
	 */
	record ReloadFailed(String reason, String output) implements Answer {
	}

	/**
	 * A worker will be replaced.
	 *
	 * @param worker the worker
	 */
	record Replacing(WorkerId worker) implements Answer {
	}

	/**
	 * The command was not, or not wholly, carried out, and the pool serves as before.
	 *
	 * @param invalid whether the command itself was at fault, as opposed to what it led
	 * to
	 * @param reason one sentence that names the field and the bound, or what went wrong
	 */
	record Refused(boolean invalid, String reason) implements Answer {
	}

}
