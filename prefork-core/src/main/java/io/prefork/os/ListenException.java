package io.prefork.os;

import java.io.IOException;

/**
 * A listening socket could not be had.
 */
public class ListenException extends IOException {

	private final String address;

	private final String remedy;

	public ListenException(String address, String reason, String remedy) {
		super("Cannot listen on " + address + ": " + reason);
		this.address = address;
		this.remedy = remedy;
	}

	/**
	 * The address as configured.
	 * @return the address
	 */
	public String address() {
		return this.address;
	}

	/**
	 * What to do about it, a sentence.
	 * @return the remedy
	 */
	public String remedy() {
		return this.remedy;
	}

}
