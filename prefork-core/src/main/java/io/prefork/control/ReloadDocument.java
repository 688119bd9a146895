package io.prefork.control;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Answer to a reload or a rollback.
 *
 * @param status {@code STARTED}, {@code RELOADED} or {@code FAILED}
 * @param generation the generation that is served now; for {@code STARTED} still the old
 * one
 * @param took how long the rollout took, or {@code null} if it was not waited for
 * @param reason why it failed, or {@code null}
 * @param output the last output of the worker that it failed by, cut to some kilobytes,
 * or {@code null} if there is none
 */
public record ReloadDocument(Status status, int generation, @Nullable Duration took, @Nullable String reason,
		@Nullable String output) {

	/**
	 * How it went.
	 */
	public enum Status {

		STARTED, RELOADED, FAILED

	}

}
