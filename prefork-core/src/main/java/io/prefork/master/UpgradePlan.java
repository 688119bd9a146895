package io.prefork.master;

import java.io.IOException;
import java.time.Duration;

/**
 * What an upgrade of the master in place needs of whoever has started it.
 */
public interface UpgradePlan {

	/**
	 * How long the trial run may take, and how long workers wait for the master to be
	 * back.
	 * @return {@code prefork.upgrade-timeout}
	 */
	Duration timeout();

	/**
	 * The command that starts this program again, as it is on disk now, beside the
	 * running one.
	 * @return the command, without what only one process can have
	 * @throws IOException if it cannot be told
	 */
	WorkerLauncher.Launch trial() throws IOException;

	/**
	 * Closes what does not survive, such as the management port. May block for seconds.
	 */
	void rest();

	/**
	 * Opens that again: the master stays what it is.
	 */
	void resume();

}
