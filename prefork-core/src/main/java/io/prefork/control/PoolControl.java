package io.prefork.control;

import java.util.Optional;

/**
 * The pool, shown and commanded. In the master it is the loop itself; in a worker the
 * control link, which relays to the master. Every method may block, for seconds at most
 * except for an upgrade, and a reload or rollback that waits.
 */
public interface PoolControl {

	/**
	 * The pool as it is now.
	 * @return the document
	 */
	PoolDocument pool();

	/**
	 * One worker in full, alive or gone.
	 * @param worker its slot or its pid, decimal
	 * @return the document, or empty if there is no such worker, nor an obituary of one
	 */
	Optional<WorkerDocument> worker(String worker);

	/**
	 * The last exits in brief.
	 * @return at most 50, newest first
	 */
	ObituaryDocument.Listing obituaries();

	/**
	 * Sets the target.
	 * @param workers how many workers there should be
	 * @return the target before and now
	 * @throws CommandRefusedException if it is out of bounds; nothing was changed
	 */
	ScaleDocument scaleTo(int workers);

	/**
	 * Changes the target, no lower than 1 and no higher than the maximum.
	 * @param by the difference, negative for fewer
	 * @return the target before and now
	 */
	ScaleDocument scaleBy(int by);

	/**
	 * Lets the load set the target again, after a command has.
	 * @return the target before and now
	 * @throws CommandRefusedException if the pool is not elastic; nothing was changed
	 */
	ScaleDocument scaleAuto();

	/**
	 * Replaces every worker by one of a new generation.
	 * @param wait whether to wait for the verdict
	 * @return the verdict, or that the rollout was started
	 */
	ReloadDocument reload(boolean wait);

	/**
	 * Goes back to the code of before the last change, by a rollout like that of a
	 * reload. During a reload that ends, and what served before it goes on.
	 * @param wait whether to wait for the verdict
	 * @return the verdict, or that the rollout was started
	 */
	ReloadDocument rollback(boolean wait);

	/**
	 * Upgrades the master in place: tries out what it would be started as now, and if
	 * that works, and the hook {@code pre_exec} does not refuse, has it become that, with
	 * the same process id and the same workers. The answer comes after the trial, and
	 * before the master replaces itself.
	 * @return that it begins, or why it does not
	 * @throws CommandRefusedException if the pool is in no state to do it
	 */
	UpgradeDocument upgrade();

	/**
	 * Replaces one worker, then drains it.
	 * @param worker its slot or its pid, decimal
	 * @return {@code false} if there is no such worker
	 * @throws CommandRefusedException if the pool is in no state to do it
	 */
	boolean replace(String worker);

}
