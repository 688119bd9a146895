package io.prefork.spring;

import org.jspecify.annotations.Nullable;

/**
 * A setting has a value that cannot be worked with. Nothing was changed and nothing is
 * left behind.
 */
public class InvalidSettingException extends RuntimeException {

	private final String remedy;

	/**
	 * Makes an exception.
	 * @param setting the setting's full name
	 * @param value its value as configured
	 * @param reason what is wrong with it, a clause that continues the sentence
	 * @param remedy what to do, a sentence
	 */
	public InvalidSettingException(String setting, @Nullable Object value, String reason, String remedy) {
		super("'" + setting + "' is set to '" + value + "', " + reason + ".");
		this.remedy = remedy;
	}

	/**
	 * What to do.
	 * @return a sentence
	 */
	public String getRemedy() {
		return this.remedy;
	}

}
