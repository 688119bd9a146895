package sample.prefork.process;

import java.io.IOException;

/**
 * A request was written and not wholly answered.
 */
class LostRequestException extends IOException {

	private final transient Cause cause;

	LostRequestException(Cause cause, IOException reason) {
		super(cause + ": " + reason, reason);
		this.cause = cause;
	}

	Cause lostBy() {
		return this.cause;
	}

	/**
	 * How a request gets lost.
	 */
	enum Cause {

		/** The connection was refused or not established in time. */
		REFUSED,
		/** The connection was reset before the answer was whole. */
		RESET,
		/** A fresh connection was closed before the first byte of an answer. */
		EMPTY,
		/**
		 * A kept-alive connection was closed before the first byte of an answer, though
		 * the answer before had not announced it.
		 */
		STALE,
		/** The answer ended early. */
		CUT,
		/** There was no whole answer in time. */
		TIMEOUT,
		/** The answer was whole and not a success. */
		STATUS

	}

}
