package io.prefork.os;

import java.io.IOException;
import java.util.Set;
import java.util.function.BooleanSupplier;

import jnr.constants.platform.Errno;

/**
 * Succession by way of the C library.
 */
final class NativeSuccession implements Succession {

	private final LibC libc;

	private final NativeSockets sockets;

	private final InheritedListeners inherited;

	NativeSuccession(LibC libc, NativeSockets sockets, InheritedListeners inherited) {
		this.libc = libc;
		this.sockets = sockets;
		this.inherited = inherited;
	}

	@Override
	public void replace(ProgramImage image, Set<Integer> kept, BooleanSupplier lastLook) throws IOException {
		new Replacement(this.libc).replace(image, kept, lastLook);
	}

	@Override
	public Listener adopt(BindAddress address, int descriptor, ListenOptions options) throws ListenException {
		if (address instanceof BindAddress.Descriptor elsewhere) {
			return this.inherited.listen(elsewhere, options);
		}
		try {
			if (this.sockets.option(descriptor, Linux.SOL_SOCKET, Linux.SO_ACCEPTCONN) == 0) {
				throw new SystemCallException("accept", Errno.EINVAL);
			}
			this.sockets.closeOnExec(descriptor);
			if (address instanceof BindAddress.Tcp) {
				TcpListeners.defer(this.sockets, descriptor, options.deferAccept());
			}
			// Listening again does nothing but change the length of the queue.
			this.sockets.listen(descriptor, options.backlog());
			SocketName name = this.sockets.name(descriptor);
			return new NativeListener(this.sockets, descriptor, name, options.backlog(), false, cleanup(address));
		}
		catch (SystemCallException ex) {
			throw ListenFailures.of(address, ex);
		}
	}

	private static Runnable cleanup(BindAddress address) {
		if (address instanceof BindAddress.Unix unix) {
			return SocketFile.at(unix.path())::delete;
		}
		return () -> {
		};
	}

	@Override
	public void receiveHangUp(Signal handled) throws IOException {
		new Replacement(this.libc).receiveHangUp(handled);
	}

	@Override
	public void receiveSignals() throws IOException {
		new Replacement(this.libc).receiveSignals();
	}

}
