package io.prefork.os;

import java.io.IOException;

import jnr.constants.platform.Errno;

/**
 * A function of the C library failed.
 */
class SystemCallException extends IOException {

	private final String function;

	private final Errno errno;

	SystemCallException(String function, Errno errno) {
		super(function + ": " + errno.description());
		this.function = function;
		this.errno = errno;
	}

	String function() {
		return this.function;
	}

	Errno errno() {
		return this.errno;
	}

	/**
	 * The function, and what the C library says of the error.
	 */
	String reason() {
		return this.function + ": " + this.errno.description();
	}

}
