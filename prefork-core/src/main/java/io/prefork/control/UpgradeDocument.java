package io.prefork.control;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Answer to the command to upgrade the master.
 *
 * @param status {@code STARTED} or {@code FAILED}
 * @param took how long the trial run took, and the hook {@code pre_exec}
 * @param reason why it failed, or {@code null}
 * @param output the last output of what failed, cut to some kilobytes, or {@code null} if
 * there is none
 */
public record UpgradeDocument(Status status, Duration took, @Nullable String reason, @Nullable String output) {

	/**
	 * How it goes.
	 */
	public enum Status {

		/** The trial run has succeeded, and the master replaces itself now. */
		STARTED,
		/** The trial run has failed, or the hook refuses, and the master goes on. */
		FAILED

	}

}
