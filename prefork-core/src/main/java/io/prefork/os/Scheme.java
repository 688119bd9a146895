package io.prefork.os;

import java.util.Locale;

/**
 * What clients speak on an address, as its scheme in {@code prefork.bind} says.
 */
public enum Scheme {

	/**
	 * The address has no scheme: it is left to the web server's settings.
	 */
	UNSAID(""),

	/**
	 * HTTP without TLS.
	 */
	HTTP("http://"),

	/**
	 * HTTP over TLS.
	 */
	HTTPS("https://");

	private final String prefix;

	Scheme(String prefix) {
		this.prefix = prefix;
	}

	/**
	 * What stands before the address in {@code prefork.bind}.
	 * @return the prefix, empty if there is none
	 */
	public String prefix() {
		return this.prefix;
	}

	/**
	 * The scheme of an address.
	 * @param address the text of the address
	 * @return its scheme, {@link #UNSAID} if it begins with neither {@code http://} nor
	 * {@code https://}
	 */
	static Scheme of(String address) {
		String text = address.toLowerCase(Locale.ROOT);
		if (text.startsWith(HTTPS.prefix)) {
			return HTTPS;
		}
		return text.startsWith(HTTP.prefix) ? HTTP : UNSAID;
	}

}
