package io.prefork.master;

import java.util.OptionalInt;

import io.prefork.os.Listener;

/**
 * A listener that is none.
 */
class FakeListener implements Listener {

	int descriptor;

	private final String address;

	int queued = -1;

	boolean refusing;

	boolean closed;

	boolean broken;

	FakeListener(int descriptor, String address) {
		this.descriptor = descriptor;
		this.address = address;
	}

	@Override
	public int descriptor() {
		return this.descriptor;
	}

	@Override
	public Family family() {
		return this.address.startsWith("unix:") ? Family.UNIX : Family.INET;
	}

	@Override
	public String address() {
		return this.address;
	}

	@Override
	public OptionalInt port() {
		return OptionalInt.empty();
	}

	@Override
	public int backlog() {
		return 128;
	}

	@Override
	public OptionalInt queued() {
		return (this.queued >= 0) ? OptionalInt.of(this.queued) : OptionalInt.empty();
	}

	@Override
	public boolean hasQueued() {
		return this.queued > 0;
	}

	@Override
	public void refuseNew() {
		if (this.broken) {
			throw new IllegalStateException("a failure on purpose");
		}
		this.refusing = true;
	}

	@Override
	public void close() {
		this.closed = true;
	}

}
