package io.prefork.control;

/**
 * The master cannot be asked: it is gone, or does not answer in time.
 */
public class MasterUnavailableException extends RuntimeException {

	public MasterUnavailableException(String message) {
		super(message);
	}

}
