package io.prefork.pool;

import java.time.Duration;

/**
 * A rollout at one moment, or how it ended.
 *
 * @param generation the generation that it is to bring
 * @param rollback whether that has the code of before
 * @param stage how far it is
 * @param reason why it failed or was given up, else empty
 * @param output the last output of the worker that it failed by, empty as long as that
 * lives, and if there is none
 * @param took how long it took, zero while it is under way
 */
public record RolloutView(int generation, boolean rollback, Stage stage, String reason, String output, Duration took) {

	RolloutView with(String output) {
		return new RolloutView(this.generation, this.rollback, this.stage, this.reason, output, this.took);
	}

	/**
	 * Stages of a rollout, in order, and its possible ends.
	 */
	public enum Stage {

		/** Its code is being laid out. */
		PREPARING,
		/** Its first worker starts. */
		CANARY,
		/** Its first worker serves and is observed. */
		OBSERVING,
		/** Older workers are being replaced. */
		ROLLING,
		/** All workers are of the new generation. */
		SUCCEEDED,
		/** It failed, and the generation of before goes on. */
		FAILED,
		/** It was given up because something else was asked for. */
		CANCELLED;

		/**
		 * Whether this is an end.
		 * @return {@code false} while the rollout is under way
		 */
		public boolean isEnd() {
			return compareTo(SUCCEEDED) >= 0;
		}

	}

}
