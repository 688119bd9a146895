package io.prefork.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import jnr.constants.platform.Errno;

/**
 * Takes over listening sockets that this process was started with. The descriptor stays
 * open where it is until the listener closes, so that it is there again after an
 * {@code execve(2)}.
 */
final class InheritedListeners {

	private final NativeSockets sockets;

	InheritedListeners(NativeSockets sockets) {
		this.sockets = sockets;
	}

	Listener listen(BindAddress.Descriptor address, ListenOptions options) throws ListenException {
		int number = address.number();
		try {
			requireListening(address);
			int descriptor = this.sockets.duplicate(number);
			try {
				return open(number, descriptor, options);
			}
			catch (SystemCallException ex) {
				this.sockets.close(descriptor);
				throw ex;
			}
		}
		catch (SystemCallException ex) {
			throw ListenFailures.of(address, ex);
		}
	}

	private Listener open(int inherited, int descriptor, ListenOptions options) throws SystemCallException {
		SocketName name = this.sockets.name(descriptor);
		if (name.family() != Listener.Family.UNIX) {
			TcpListeners.defer(this.sockets, descriptor, options.deferAccept());
		}
		// systemd hands sockets over in either mode (NonBlocking=).
		this.sockets.setBlocking(descriptor);
		// Listening again does nothing but change the length of the queue.
		this.sockets.listen(descriptor, options.backlog());
		return new NativeListener(this.sockets, descriptor, name, options.backlog(), true,
				() -> this.sockets.close(inherited));
	}

	private void requireListening(BindAddress.Descriptor address) throws SystemCallException, ListenException {
		int number = address.number();
		int type = type(address);
		if (type != Linux.SOCK_STREAM) {
			throw refuse(address, "descriptor " + number + " is a " + typeName(type) + " socket",
					"Pass a stream socket (ListenStream= in systemd's socket unit).");
		}
		int domain = this.sockets.option(number, Linux.SOL_SOCKET, Linux.SO_DOMAIN);
		if (domain != Linux.AF_INET && domain != Linux.AF_INET6 && domain != Linux.AF_UNIX) {
			throw refuse(address, "descriptor " + number + " is a socket of family " + domain,
					"Pass a TCP or a unix-domain socket.");
		}
		if (this.sockets.option(number, Linux.SOL_SOCKET, Linux.SO_ACCEPTCONN) == 0) {
			throw refuse(address, "descriptor " + number + " is a socket that does not listen",
					"Pass a socket after listen(2), not a connection (Accept=no in systemd's socket unit).");
		}
	}

	private int type(BindAddress.Descriptor address) throws SystemCallException, ListenException {
		int number = address.number();
		try {
			return this.sockets.option(number, Linux.SOL_SOCKET, Linux.SO_TYPE);
		}
		catch (SystemCallException ex) {
			if (ex.errno() == Errno.EBADF) {
				throw refuse(address, "descriptor " + number + " is not open",
						"Start this process with the socket as descriptor " + number + ", or change prefork.bind.");
			}
			if (ex.errno() == Errno.ENOTSOCK) {
				throw refuse(address, "descriptor " + number + " is no socket but " + target(number),
						"Start this process with the socket as descriptor " + number + ", or change prefork.bind.");
			}
			throw ex;
		}
	}

	private static String typeName(int type) {
		return switch (type) {
			case Linux.SOCK_DGRAM -> "datagram";
			case Linux.SOCK_SEQPACKET -> "sequenced-packet";
			default -> "type " + type;
		};
	}

	private static String target(int number) {
		try {
			return Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)).toString();
		}
		catch (IOException ex) {
			return "something else";
		}
	}

	private static ListenException refuse(BindAddress address, String reason, String remedy) {
		return new ListenException(address.toString(), reason, remedy);
	}

}
