package io.prefork.pool;

import java.time.Duration;

/**
 * Why a worker's process is gone.
 */
public sealed interface ExitCause {

	/**
	 * The class of causes it counts under, the tag of the counter.
	 * @return the category
	 */
	Category category();

	/**
	 * One clause for people, such as {@code killed by SIGKILL}.
	 * @return the clause, without subject and full stop
	 */
	String describe();

	/**
	 * Classes of causes, as counted and shown by the endpoint.
	 */
	enum Category {

		/** It left because it was told to, or announced that it would. */
		VOLUNTARY,
		/** It ended on its own account: exit status or signal. */
		CRASH,
		/** It was ended by the master because it was silent or late. */
		TIMEOUT,
		/** It never became ready. */
		BOOT,
		/** It was replaced because it had reached a limit. */
		RECYCLED

	}

	/**
	 * It drained and left, on an order or by its own announcement.
	 *
	 * @param reason why it was to leave, such as {@code scale-down} or {@code reload}
	 */
	record Voluntary(String reason) implements ExitCause {

		@Override
		public Category category() {
			return Category.VOLUNTARY;
		}

		@Override
		public String describe() {
			return "left (" + this.reason + ")";
		}

	}

	/**
	 * It exited unasked.
	 *
	 * @param code the exit status, 0 to 255
	 */
	record Code(int code) implements ExitCause {

		@Override
		public Category category() {
			return Category.CRASH;
		}

		@Override
		public String describe() {
			return "exited with status " + this.code;
		}

	}

	/**
	 * A signal ended it that the master did not send.
	 *
	 * @param signal the signal's name, such as {@code SIGSEGV}
	 */
	record Signalled(String signal) implements ExitCause {

		@Override
		public Category category() {
			return Category.CRASH;
		}

		@Override
		public String describe() {
			return "killed by " + this.signal;
		}

	}

	/**
	 * It ended before it was ready.
	 *
	 * @param application whether the application was at fault (exit status 4 of the
	 * master) rather than the JVM or the machine (3)
	 * @param reason what it said last
	 */
	record BootFailure(boolean application, String reason) implements ExitCause {

		@Override
		public Category category() {
			return Category.BOOT;
		}

		@Override
		public String describe() {
			return "failed to boot: " + this.reason;
		}

	}

	/**
	 * It was not ready in time, or was ready and did not open its gate in time.
	 *
	 * @param limit {@code prefork.boot-timeout}
	 */
	record BootTimeout(Duration limit) implements ExitCause {

		@Override
		public Category category() {
			return Category.BOOT;
		}

		@Override
		public String describe() {
			return "not serving within boot-timeout " + DurationText.of(this.limit);
		}

	}

	/**
	 * Its heartbeat stopped.
	 *
	 * @param silence how long it had been silent when that was decided
	 */
	record HeartbeatTimeout(Duration silence) implements ExitCause {

		@Override
		public Category category() {
			return Category.TIMEOUT;
		}

		@Override
		public String describe() {
			return "no heartbeat for " + DurationText.of(this.silence);
		}

	}

	/**
	 * A request took longer than its worker class allows.
	 *
	 * @param age age of the oldest request when that was decided
	 */
	record RequestTimeout(Duration age) implements ExitCause {

		@Override
		public Category category() {
			return Category.TIMEOUT;
		}

		@Override
		public String describe() {
			return "a request had been running for " + DurationText.of(this.age);
		}

	}

	/**
	 * It was told to leave and had not done so by {@code prefork.graceful-timeout}.
	 *
	 * @param reason why it was to leave
	 * @param limit {@code prefork.graceful-timeout}
	 */
	record DrainTimeout(String reason, Duration limit) implements ExitCause {

		@Override
		public Category category() {
			return Category.TIMEOUT;
		}

		@Override
		public String describe() {
			return "not gone " + DurationText.of(this.limit) + " after it was told to leave (" + this.reason + ")";
		}

	}

	/**
	 * It had reached a limit and was replaced.
	 *
	 * @param limit the limit, such as {@code max-requests 1000}
	 */
	record Recycled(String limit) implements ExitCause {

		@Override
		public Category category() {
			return Category.RECYCLED;
		}

		@Override
		public String describe() {
			return "recycled (" + this.limit + ")";
		}

	}

}
