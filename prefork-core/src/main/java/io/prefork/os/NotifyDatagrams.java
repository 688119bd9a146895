package io.prefork.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Sends each message as a datagram to a unix-domain socket, which the JDK cannot. It is
 * addressed anew each time: whoever listens there may have been started again.
 */
final class NotifyDatagrams implements NotifySocket {

	private final LibC libc;

	private final int descriptor;

	private final byte[] address;

	private NotifyDatagrams(LibC libc, int descriptor, SocketName name) {
		this.libc = libc;
		this.descriptor = descriptor;
		this.address = name.bytes();
	}

	static NotifySocket to(String address, LibC libc) throws IOException {
		SocketName name = name(address);
		int type = Linux.SOCK_DGRAM | Linux.SOCK_CLOEXEC | Linux.SOCK_NONBLOCK;
		return new NotifyDatagrams(libc, libc.check("socket", libc.functions().socket(Linux.AF_UNIX, type, 0)), name);
	}

	private static SocketName name(String address) throws IOException {
		// The path of a unix-domain socket has the same longest length in either form.
		boolean named = address.startsWith("/");
		if (!named && !address.startsWith("@") || address.length() < 2) {
			throw new IOException("it is neither a path nor a name after an @");
		}
		try {
			Path path = new BindAddress.Unix(Path.of(address)).path();
			return named ? SocketName.of(path) : SocketName.ofAbstract(address.substring(1));
		}
		catch (IllegalArgumentException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	@Override
	public void send(String message) throws IOException {
		byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
		long sent = this.libc.functions()
			.sendto(this.descriptor, bytes, bytes.length, 0, this.address, this.address.length);
		if (sent == -1) {
			throw new IOException(this.libc.errno().description());
		}
	}

	@Override
	public void close() {
		this.libc.functions().close(this.descriptor);
	}

}
