package io.prefork.os;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;

import jnr.constants.platform.Errno;

/**
 * Opens TCP listeners.
 */
final class TcpListeners {

	private static final byte[] ANY_INET = new byte[4];

	private static final byte[] ANY_INET6 = new byte[16];

	private final NativeSockets sockets;

	TcpListeners(NativeSockets sockets) {
		this.sockets = sockets;
	}

	Listener listen(BindAddress.Tcp address, ListenOptions options) throws ListenException {
		try {
			if (address.host().isEmpty()) {
				return all(address.port(), options);
			}
			return open(InetAddress.getByName(address.host()), address.port(), options);
		}
		catch (UnknownHostException ex) {
			ListenException failure = new ListenException(address.toString(),
					"the host '" + address.host() + "' is unknown",
					"Correct the name in server.address or prefork.bind, or use an address.");
			failure.initCause(ex);
			throw failure;
		}
		catch (SystemCallException ex) {
			throw ListenFailures.of(address, ex);
		}
	}

	/**
	 * Applies what a listener of any origin may have.
	 */
	static void defer(NativeSockets sockets, int descriptor, Duration time) throws SystemCallException {
		if (!time.isZero()) {
			long seconds = time.plus(Duration.ofSeconds(1).minusNanos(1)).toSeconds();
			sockets.setOption(descriptor, Linux.IPPROTO_TCP, Linux.TCP_DEFER_ACCEPT,
					(int) Math.min(seconds, Integer.MAX_VALUE));
		}
	}

	private Listener all(int port, ListenOptions options) throws SystemCallException, UnknownHostException {
		// What the JDK does when it binds to no address in particular.
		if (!Boolean.getBoolean("java.net.preferIPv4Stack")) {
			try {
				return open(InetAddress.getByAddress(ANY_INET6), port, options);
			}
			catch (SystemCallException ex) {
				if (ex.errno() != Errno.EAFNOSUPPORT && ex.errno() != Errno.EADDRNOTAVAIL) {
					throw ex;
				}
			}
		}
		return open(InetAddress.getByAddress(ANY_INET), port, options);
	}

	private Listener open(InetAddress host, int port, ListenOptions options) throws SystemCallException {
		boolean six = host instanceof Inet6Address;
		int descriptor = this.sockets.open(six ? Linux.AF_INET6 : Linux.AF_INET);
		try {
			this.sockets.setOption(descriptor, Linux.SOL_SOCKET, Linux.SO_REUSEADDR, 1);
			if (six) {
				this.sockets.setOption(descriptor, Linux.IPPROTO_IPV6, Linux.IPV6_V6ONLY, 0);
			}
			if (options.reusePort()) {
				this.sockets.setOption(descriptor, Linux.SOL_SOCKET, Linux.SO_REUSEPORT, 1);
			}
			defer(this.sockets, descriptor, options.deferAccept());
			this.sockets.bind(descriptor, SocketName.of(host, port));
			this.sockets.listen(descriptor, options.backlog());
			return new NativeListener(this.sockets, descriptor, this.sockets.name(descriptor), options.backlog(), false,
					() -> {
					});
		}
		catch (SystemCallException ex) {
			this.sockets.close(descriptor);
			throw ex;
		}
	}

}
