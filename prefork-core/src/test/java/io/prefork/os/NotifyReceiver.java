package io.prefork.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

import jnr.ffi.LibraryLoader;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;

/**
 * What a service manager has at the other end: a datagram socket.
 */
final class NotifyReceiver implements AutoCloseable {

	private static final int MSG_DONTWAIT = 0x40;

	private static final int LARGEST = 4096;

	private final LibC libc = LibC.load();

	private final Receive receive = LibraryLoader.create(Receive.class).load("c");

	private final int descriptor;

	NotifyReceiver(SocketName name) throws IOException {
		int type = Linux.SOCK_DGRAM | Linux.SOCK_CLOEXEC;
		this.descriptor = this.libc.check("socket", this.libc.functions().socket(Linux.AF_UNIX, type, 0));
		byte[] bytes = name.bytes();
		this.libc.check("bind", this.libc.functions().bind(this.descriptor, bytes, bytes.length));
	}

	/**
	 * The next message.
	 * @return the message, or empty if there is none
	 */
	Optional<String> next() {
		byte[] buffer = new byte[LARGEST];
		long size = this.receive.recv(this.descriptor, buffer, buffer.length, MSG_DONTWAIT);
		return (size < 0) ? Optional.empty() : Optional.of(new String(buffer, 0, (int) size, StandardCharsets.UTF_8));
	}

	@Override
	public void close() {
		this.libc.functions().close(this.descriptor);
	}

	/**
	 * Public because jnr-ffi implements it from another class loader.
	 */
	public interface Receive {

		@ssize_t
		long recv(int descriptor, @Out byte[] buffer, @size_t long size, int flags);

	}

}
