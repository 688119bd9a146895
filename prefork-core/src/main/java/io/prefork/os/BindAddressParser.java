package io.prefork.os;

import java.nio.file.Path;

/**
 * Reads the text of a {@link BindAddress}.
 */
final class BindAddressParser {

	private static final String FORMS = "HOST:PORT, :PORT, [IPV6]:PORT, tcp://, http:// or https:// before one of these, "
			+ "unix:PATH or fd://N";

	private static final String TCP = "tcp://";

	private static final String UNIX = "unix:";

	private static final String DESCRIPTOR = "fd://";

	private BindAddressParser() {
	}

	static BindAddress parse(String text) {
		try {
			return read(text);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(
					"Cannot read the address '" + text + "': " + ex.getMessage() + "; write " + FORMS, ex);
		}
	}

	private static BindAddress read(String text) {
		if (text.startsWith(UNIX)) {
			return unix(text.substring(UNIX.length()));
		}
		if (text.startsWith(DESCRIPTOR)) {
			return new BindAddress.Descriptor(number(text.substring(DESCRIPTOR.length()), "descriptor"));
		}
		Scheme scheme = Scheme.of(text);
		String address = text.substring(text.startsWith(TCP) ? TCP.length() : scheme.prefix().length());
		int unknown = address.indexOf("://");
		if (unknown >= 0) {
			throw new IllegalArgumentException("'" + address.substring(0, unknown + 3) + "' is no known form");
		}
		return tcp(address, scheme);
	}

	private static BindAddress unix(String path) {
		// In a URL, what follows // is a host, and unix://run/app.sock most likely a
		// slip.
		if (path.startsWith("//") && !path.startsWith("///")) {
			throw new IllegalArgumentException(
					"one slash begins an absolute path (unix:/run/app.sock), and none a relative one");
		}
		return new BindAddress.Unix(Path.of(path));
	}

	private static BindAddress tcp(String address, Scheme scheme) {
		int colon = address.lastIndexOf(':');
		if (colon < 0 || address.endsWith("]")) {
			throw new IllegalArgumentException("the port is missing");
		}
		String host = host(address.substring(0, colon));
		return new BindAddress.Tcp(host, number(address.substring(colon + 1), "port"), scheme);
	}

	private static String host(String host) {
		if (host.startsWith("[") && host.endsWith("]")) {
			String literal = host.substring(1, host.length() - 1);
			if (literal.indexOf(':') < 0 || !literal.matches("[0-9A-Fa-f:.]+(%[\\w.-]+)?")) {
				throw new IllegalArgumentException("'" + literal + "' is no IPv6 address");
			}
			return literal;
		}
		if (host.indexOf(':') >= 0) {
			throw new IllegalArgumentException("an IPv6 address needs brackets");
		}
		if (!host.matches("[\\p{L}\\p{N}._-]*")) {
			throw new IllegalArgumentException("'" + host + "' is no host");
		}
		return host;
	}

	private static int number(String digits, String name) {
		if (!digits.matches("[0-9]{1,9}")) {
			throw new IllegalArgumentException(
					digits.isEmpty() ? "the " + name + " is missing" : "'" + digits + "' is no " + name);
		}
		return Integer.parseInt(digits);
	}

}
