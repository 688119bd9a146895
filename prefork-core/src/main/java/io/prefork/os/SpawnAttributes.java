package io.prefork.os;

import java.io.IOException;

import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;

/**
 * What else is set in a child ({@code posix_spawnattr_t}): every signal at its default
 * (which heals {@code nohup}: a disposition to ignore survives {@code execve}), none
 * blocked, and a process group of its own, so that a terminal's Ctrl-C does not reach it.
 */
final class SpawnAttributes implements AutoCloseable {

	private static final short SETPGROUP = 0x02;

	private static final short SETSIGDEF = 0x04;

	private static final short SETSIGMASK = 0x08;

	/**
	 * More than glibc and musl need (336 bytes).
	 */
	private static final int SIZE = 1024;

	/**
	 * {@code sizeof(sigset_t)} of both.
	 */
	private static final int SIGNAL_SET_SIZE = 128;

	private final LibC libc;

	private final Pointer pointer;

	SpawnAttributes(LibC libc) throws IOException {
		this.libc = libc;
		this.pointer = libc.allocate(SIZE);
		LibC.Functions functions = libc.functions();
		check(functions.posix_spawnattr_init(this.pointer));
		// Not sigfillset(3), which leaves out two signals that glibc keeps to itself, and
		// would then set to be ignored in the child.
		Pointer all = libc.allocate(SIGNAL_SET_SIZE);
		all.setMemory(0, SIGNAL_SET_SIZE, (byte) 0xff);
		check(functions.posix_spawnattr_setsigdefault(this.pointer, all));
		check(functions.posix_spawnattr_setsigmask(this.pointer, libc.allocate(SIGNAL_SET_SIZE)));
		check(functions.posix_spawnattr_setpgroup(this.pointer, 0));
		check(functions.posix_spawnattr_setflags(this.pointer, (short) (SETPGROUP | SETSIGDEF | SETSIGMASK)));
	}

	Pointer pointer() {
		return this.pointer;
	}

	@Override
	public void close() {
		this.libc.functions().posix_spawnattr_destroy(this.pointer);
	}

	private static void check(int error) throws IOException {
		if (error != 0) {
			throw new SystemCallException("posix_spawnattr", Errno.valueOf(error));
		}
	}

}
