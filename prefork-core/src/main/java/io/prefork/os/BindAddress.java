package io.prefork.os;

import java.nio.file.Path;

/**
 * Where to listen, as written in {@code prefork.bind}. The text of an address, as
 * {@link #toString()} gives it, is read back by {@link #parse}.
 */
public sealed interface BindAddress {

	/**
	 * Reads an address: {@code HOST:PORT}, {@code :PORT}, {@code [IPV6]:PORT}, the same
	 * behind {@code tcp://}, {@code http://} or {@code https://}, {@code unix:PATH} or
	 * {@code fd://N}.
	 * @param text the text
	 * @return the address
	 * @throws IllegalArgumentException if it is none of these; the message names the text
	 * and the forms
	 */
	static BindAddress parse(String text) {
		return BindAddressParser.parse(text);
	}

	/**
	 * What clients speak there.
	 * @return the scheme, {@link Scheme#UNSAID} unless it is a TCP address that says so
	 */
	default Scheme scheme() {
		return Scheme.UNSAID;
	}

	/**
	 * A TCP address.
	 *
	 * @param host name or literal address (IPv6 without brackets), empty for all
	 * interfaces (dual-stack where the kernel has IPv6)
	 * @param port 0 to 65535, 0 for any free port
	 * @param scheme what clients speak there
	 */
	record Tcp(String host, int port, Scheme scheme) implements BindAddress {

		public Tcp {
			if (port < 0 || port > 65535) {
				throw new IllegalArgumentException("the port must be 0 to 65535, and is " + port);
			}
		}

		/**
		 * Makes an address that does not say what clients speak there.
		 * @param host name or literal address, empty for all interfaces
		 * @param port 0 to 65535
		 */
		public Tcp(String host, int port) {
			this(host, port, Scheme.UNSAID);
		}

		@Override
		public String toString() {
			return this.scheme.prefix() + ((this.host.indexOf(':') >= 0) ? "[" + this.host + "]" : this.host) + ":"
					+ this.port;
		}

	}

	/**
	 * A unix-domain socket.
	 *
	 * @param path its file, absolute or relative to the working directory, at most 107
	 * bytes long ({@code sun_path} of unix(7), less the final zero)
	 */
	record Unix(Path path) implements BindAddress {

		private static final int MAXIMUM_LENGTH = 107;

		public Unix {
			int length = SocketName.pathBytes(path).length;
			if (length == 0) {
				throw new IllegalArgumentException("the path of the socket is missing");
			}
			if (length > MAXIMUM_LENGTH) {
				throw new IllegalArgumentException("the path of a unix-domain socket must not be longer than "
						+ MAXIMUM_LENGTH + " bytes, and has " + length);
			}
		}

		@Override
		public String toString() {
			return "unix:" + this.path;
		}

	}

	/**
	 * A listening socket that was inherited.
	 *
	 * @param number the descriptor, at least 3
	 */
	record Descriptor(int number) implements BindAddress {

		public Descriptor {
			if (number < 3) {
				throw new IllegalArgumentException("the descriptor must be 3 or more (0, 1 and 2 are standard input,"
						+ " output and error), and is " + number);
			}
		}

		@Override
		public String toString() {
			return "fd://" + this.number;
		}

	}

}
