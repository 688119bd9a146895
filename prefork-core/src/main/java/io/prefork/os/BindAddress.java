package io.prefork.os;

import java.nio.file.Path;

/**
 * Where to listen, as written in {@code prefork.bind}.
 */
public sealed interface BindAddress {

	/**
	 * Reads an address: {@code HOST:PORT}, {@code :PORT}, {@code [IPV6]:PORT},
	 * {@code tcp://HOST:PORT}, {@code unix:PATH} or {@code fd://N}.
	 * @param text the text
	 * @return the address
	 * @throws IllegalArgumentException if it is none of these; the message names the text
	 * and the forms
	 */
	static BindAddress parse(String text) {
		throw new UnsupportedOperationException();
	}

	/**
	 * A TCP address.
	 *
	 * @param host name or literal address, empty for all interfaces (dual-stack where the
	 * kernel has IPv6)
	 * @param port 0 to 65535, 0 for any free port
	 */
	record Tcp(String host, int port) implements BindAddress {
	}

	/**
	 * A unix-domain socket.
	 *
	 * @param path its file
	 */
	record Unix(Path path) implements BindAddress {
	}

	/**
	 * A listening socket that was inherited.
	 *
	 * @param number the descriptor, at least 3
	 */
	record Descriptor(int number) implements BindAddress {
	}

}
