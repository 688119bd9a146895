package io.prefork.control;

/**
 * A command was refused, and nothing was changed.
 */
public class CommandRefusedException extends RuntimeException {

	private final boolean invalid;

	public CommandRefusedException(boolean invalid, String reason) {
		super(reason);
		this.invalid = invalid;
	}

	/**
	 * Whether the command itself was at fault: HTTP 400 rather than 503.
	 * @return whether it can never succeed as given
	 */
	public boolean isInvalid() {
		return this.invalid;
	}

}
