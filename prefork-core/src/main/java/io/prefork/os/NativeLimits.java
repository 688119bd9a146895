package io.prefork.os;

import java.io.IOException;

import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;

/**
 * Asks the kernel. {@code struct rlimit} is two words of the machine, all ones for no
 * limit.
 */
final class NativeLimits implements ResourceLimits {

	private final LibC libc;

	NativeLimits(LibC libc) {
		this.libc = libc;
	}

	@Override
	public Limit get(Resource resource) throws IOException {
		Pointer limit = allocate();
		this.libc.check("getrlimit", this.libc.functions().getrlimit(number(resource), limit));
		return new Limit(fromKernel(limit.getNativeLong(0)), fromKernel(limit.getNativeLong(wordSize())));
	}

	@Override
	public boolean trySet(Resource resource, Limit limit) throws IOException {
		Pointer memory = allocate();
		memory.putNativeLong(0, toKernel(limit.soft()));
		memory.putNativeLong(wordSize(), toKernel(limit.hard()));
		int result = this.libc.functions().setrlimit(number(resource), memory);
		if (result == -1 && this.libc.errno() == Errno.EPERM) {
			return false;
		}
		this.libc.check("setrlimit", result);
		return true;
	}

	private Pointer allocate() {
		return this.libc.allocate(2 * wordSize());
	}

	private int wordSize() {
		return this.libc.runtime().addressSize();
	}

	private static long fromKernel(long word) {
		return (word < 0) ? Limit.UNLIMITED : word;
	}

	private static long toKernel(long limit) {
		return (limit == Limit.UNLIMITED) ? -1 : limit;
	}

	private static int number(Resource resource) {
		return switch (resource) {
			case OPEN_FILES -> Linux.RLIMIT_NOFILE;
			case CORE_SIZE -> Linux.RLIMIT_CORE;
		};
	}

}
