package io.prefork.spring.actuate;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.prefork.control.CommandRefusedException;
import org.jspecify.annotations.Nullable;

/**
 * A field of a command's JSON and what it may hold. The actuator hands every value over
 * as the text of its JSON token (and a repeated query parameter as a list), so that 1.5
 * or 1e99 are not rounded before they get here.
 */
enum CommandField {

	/** How many workers there should be. */
	WORKERS("\"auto\" or a whole number from 1 to " + CommandField.MAXIMUM),
	/** By how many workers to change the target. */
	BY("a whole number from 1 to " + CommandField.MAXIMUM),
	/** Whether to wait for the verdict. */
	WAIT("true or false");

	private static final int MAXIMUM = 512;

	private static final int ECHOED = 40;

	private static final Pattern DIGITS = Pattern.compile("[0-9]{1,9}");

	private final String bound;

	CommandField(String bound) {
		this.bound = bound;
	}

	/**
	 * The field of that name.
	 * @param name a name as in JSON
	 * @return the field, or empty if there is none
	 */
	static Optional<CommandField> named(String name) {
		return Stream.of(values()).filter((field) -> field.json().equals(name)).findFirst();
	}

	/**
	 * What the field must be.
	 * @return a sentence that names the field and its bound
	 */
	String rule() {
		return quoted() + " must be " + this.bound + ".";
	}

	/**
	 * Whether nobody but the load is to say how many.
	 */
	static boolean isAuto(@Nullable Object value) {
		return "auto".equals(value);
	}

	int required(@Nullable Object value) {
		if (value == null) {
			throw invalid(quoted() + " is missing; it must be " + this.bound + ".");
		}
		return number(value);
	}

	int orElse(@Nullable Object value, int other) {
		return (value != null) ? number(value) : other;
	}

	boolean flag(@Nullable Object value) {
		if (value == null || "false".equals(value)) {
			return false;
		}
		if ("true".equals(value)) {
			return true;
		}
		throw outOfBounds(value);
	}

	void rejectIn(String action, @Nullable Object value) {
		if (value != null) {
			throw invalid(quoted() + " is not a field of \"" + action + "\".");
		}
	}

	private int number(Object value) {
		if (value instanceof String digits && DIGITS.matcher(digits).matches()) {
			int number = Integer.parseInt(digits);
			if (number >= 1 && number <= MAXIMUM) {
				return number;
			}
		}
		throw outOfBounds(value);
	}

	private CommandRefusedException outOfBounds(Object value) {
		String text = value.toString();
		String echo = (text.length() > ECHOED) ? text.substring(0, ECHOED) + "..." : text;
		return invalid(quoted() + " must be " + this.bound + " but is " + echo + ".");
	}

	private static CommandRefusedException invalid(String sentence) {
		return new CommandRefusedException(true, sentence);
	}

	private String quoted() {
		return '"' + json() + '"';
	}

	private String json() {
		return name().toLowerCase(Locale.ROOT);
	}

}
