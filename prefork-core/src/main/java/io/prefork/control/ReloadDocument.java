package io.prefork.control;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Answer to a reload.
 *
 * @param status {@code STARTED}, {@code RELOADED} or {@code FAILED}
 * @param generation the generation that is served now; for {@code STARTED} still the old
 * one
 * @param took how long the rollout took, or {@code null} if it was not waited for
 * @param reason why it failed, with the new worker's last output, or {@code null}
 */
public record ReloadDocument(Status status, int generation, @Nullable Duration took, @Nullable String reason) {

	/**
	 * How the reload went.
	 */
	public enum Status {

		STARTED, RELOADED, FAILED

	}

}
