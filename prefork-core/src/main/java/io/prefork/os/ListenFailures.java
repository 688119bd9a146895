package io.prefork.os;

import java.nio.file.Path;
import java.util.Objects;

import jnr.constants.platform.Errno;

/**
 * Puts what the kernel answered into words: a reason and a remedy.
 */
final class ListenFailures {

	private static final int FIRST_UNPRIVILEGED_PORT = 1024;

	private ListenFailures() {
	}

	static ListenException of(BindAddress address, SystemCallException ex) {
		Explanation explanation = explain(address, ex);
		ListenException failure = new ListenException(address.toString(), explanation.reason(), explanation.remedy());
		failure.initCause(ex);
		return failure;
	}

	private static Explanation explain(BindAddress address, SystemCallException ex) {
		if (ex.errno() == Errno.EMFILE || ex.errno() == Errno.ENFILE) {
			return new Explanation("too many files are open", "Raise the limit (ulimit -n).");
		}
		// How fcntl(2) says that the lowest number asked for lies above the limit.
		if (ex.errno() == Errno.EINVAL && ex.function().equals("fcntl")) {
			return new Explanation("no descriptor from " + NativeSockets.FIRST_DESCRIPTOR + " up is allowed",
					"Raise the limit of open files (ulimit -n) to at least 1024.");
		}
		if (address instanceof BindAddress.Tcp tcp) {
			return tcp(tcp, ex);
		}
		if (address instanceof BindAddress.Unix unix) {
			return unix(unix, ex);
		}
		return new Explanation(ex.reason(), "Check what is passed to this process, or change prefork.bind.");
	}

	private static Explanation tcp(BindAddress.Tcp address, SystemCallException ex) {
		return switch (ex.errno()) {
			case EADDRINUSE ->
				new Explanation("the address is in use", "Find the process that has it (ss -ltnp 'sport = :"
						+ address.port() + "') and stop it, or choose another server.port or prefork.bind.");
			case EACCES -> new Explanation(
					(address.port() < FIRST_UNPRIVILEGED_PORT)
							? "permission denied, ports below " + FIRST_UNPRIVILEGED_PORT + " are privileged"
							: "permission denied",
					"Choose a server.port from " + FIRST_UNPRIVILEGED_PORT
							+ " up, or give the process the capability CAP_NET_BIND_SERVICE.");
			case EADDRNOTAVAIL -> new Explanation("this machine does not have the address",
					"Choose an address that 'ip address' shows for server.address or prefork.bind, or name no host to"
							+ " listen on all.");
			case EAFNOSUPPORT ->
				new Explanation("the kernel has no IPv6", "Choose an IPv4 address for server.address or prefork.bind.");
			default -> new Explanation(ex.reason(), "Choose another server.address, server.port or prefork.bind.");
		};
	}

	private static Explanation unix(BindAddress.Unix address, SystemCallException ex) {
		Path directory = Objects.requireNonNullElse(address.path().toAbsolutePath().getParent(), Path.of("/"));
		return switch (ex.errno()) {
			case ENOENT -> new Explanation("the directory " + directory + " does not exist",
					"Create it, or choose another path in prefork.bind.");
			case EACCES, EPERM -> new Explanation("permission denied",
					"Let the user of this process write to " + directory + ", or choose another path in prefork.bind.");
			case ENOTDIR -> new Explanation(directory + " is no directory", "Choose another path in prefork.bind.");
			case EROFS -> new Explanation("the file system of " + directory + " is read-only",
					"Choose another path in prefork.bind.");
			default -> new Explanation(ex.reason(), "Choose another path in prefork.bind.");
		};
	}

	private record Explanation(String reason, String remedy) {
	}

}
