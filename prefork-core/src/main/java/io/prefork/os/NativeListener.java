package io.prefork.os;

import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening socket, known by its descriptor.
 */
final class NativeListener implements Listener {

	private static final Logger logger = LoggerFactory.getLogger(NativeListener.class);

	private final NativeSockets sockets;

	private final int descriptor;

	private final SocketName name;

	private final int backlog;

	private final boolean inherited;

	private final Runnable cleanup;

	private final AtomicBoolean cleanedUp = new AtomicBoolean();

	private final AtomicBoolean closed = new AtomicBoolean();

	/**
	 * @param inherited whether somebody else holds the socket too, and may listen on it
	 * when this master is gone
	 * @param cleanup what else to do when the listener closes, or refuses new connections
	 * to a socket file of its own; done once
	 */
	NativeListener(NativeSockets sockets, int descriptor, SocketName name, int backlog, boolean inherited,
			Runnable cleanup) {
		this.sockets = sockets;
		this.descriptor = descriptor;
		this.name = name;
		this.backlog = backlog;
		this.inherited = inherited;
		this.cleanup = cleanup;
	}

	@Override
	public int descriptor() {
		return this.descriptor;
	}

	@Override
	public Family family() {
		return this.name.family();
	}

	@Override
	public String address() {
		return this.name.toString();
	}

	@Override
	public OptionalInt port() {
		return this.name.port();
	}

	@Override
	public int backlog() {
		return this.backlog;
	}

	@Override
	public OptionalInt queued() {
		if (family() == Family.UNIX || this.closed.get()) {
			return OptionalInt.empty();
		}
		try {
			return OptionalInt.of(this.sockets.queued(this.descriptor));
		}
		catch (SystemCallException ex) {
			return OptionalInt.empty();
		}
	}

	@Override
	public boolean hasQueued() {
		try {
			return !this.closed.get() && this.sockets.hasQueued(this.descriptor);
		}
		catch (SystemCallException ex) {
			return false;
		}
	}

	@Override
	public void refuseNew() {
		if (this.inherited || this.closed.get()) {
			return;
		}
		if (family() == Family.UNIX) {
			cleanUp();
			return;
		}
		try {
			this.sockets.attach(this.descriptor, new SynFilter());
		}
		catch (SystemCallException ex) {
			logger.warn("New connections to {} cannot be refused while it stops: {}", address(), ex.reason());
		}
	}

	@Override
	public void close() {
		if (this.closed.compareAndSet(false, true)) {
			cleanUp();
			this.sockets.close(this.descriptor);
		}
	}

	/**
	 * Once: the file of the next server may well get the number of the one removed.
	 */
	private void cleanUp() {
		if (this.cleanedUp.compareAndSet(false, true)) {
			this.cleanup.run();
		}
	}

	@Override
	public String toString() {
		return address();
	}

}
