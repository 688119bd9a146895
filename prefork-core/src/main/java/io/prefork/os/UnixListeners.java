package io.prefork.os;

import java.nio.file.Path;

import jnr.constants.platform.Errno;

/**
 * Opens unix-domain listeners. A socket file that nobody listens at any more is what a
 * process leaves that was killed; it is removed. Everything else at the path is left
 * alone.
 */
final class UnixListeners {

	private final NativeSockets sockets;

	UnixListeners(NativeSockets sockets) {
		this.sockets = sockets;
	}

	Listener listen(BindAddress.Unix address, ListenOptions options) throws ListenException {
		try {
			return open(address, options);
		}
		catch (SystemCallException ex) {
			throw ListenFailures.of(address, ex);
		}
	}

	private Listener open(BindAddress.Unix address, ListenOptions options) throws SystemCallException, ListenException {
		SocketName name = SocketName.of(address.path());
		int descriptor = this.sockets.open(Linux.AF_UNIX);
		try {
			bind(descriptor, address, name);
		}
		catch (SystemCallException | ListenException ex) {
			this.sockets.close(descriptor);
			throw ex;
		}
		SocketFile file = SocketFile.at(address.path());
		try {
			this.sockets.listen(descriptor, options.backlog());
			return new NativeListener(this.sockets, descriptor, name, options.backlog(), false, file::delete);
		}
		catch (SystemCallException ex) {
			file.delete();
			this.sockets.close(descriptor);
			throw ex;
		}
	}

	private void bind(int descriptor, BindAddress.Unix address, SocketName name)
			throws SystemCallException, ListenException {
		try {
			this.sockets.bind(descriptor, name);
		}
		catch (SystemCallException ex) {
			if (ex.errno() != Errno.EADDRINUSE) {
				throw ex;
			}
			removeStale(address, name);
			this.sockets.bind(descriptor, name);
		}
	}

	private void removeStale(BindAddress.Unix address, SocketName name) throws SystemCallException, ListenException {
		Path path = address.path();
		SocketFile file = SocketFile.at(path);
		if (!file.isSocket()) {
			throw new ListenException(address.toString(), "a file that is no socket is in the way",
					"Move " + path + " away, or choose another path in prefork.bind.");
		}
		if (this.sockets.isListening(name)) {
			throw new ListenException(address.toString(), "the socket is in use",
					"Find the process that has it (ss -lxp" + " src " + path
							+ ") and stop it, or choose another path in prefork.bind.");
		}
		file.delete();
	}

}
