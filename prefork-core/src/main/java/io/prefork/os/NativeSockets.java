package io.prefork.os;

import java.lang.ref.Reference;

import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import jnr.ffi.byref.IntByReference;

/**
 * The system calls on sockets.
 */
final class NativeSockets {

	/**
	 * Descriptors are moved up to here, so that they never lie where a worker receives
	 * its own.
	 */
	static final int FIRST_DESCRIPTOR = 64;

	/**
	 * Where {@code struct tcp_info} keeps {@code tcpi_unacked}. Of a listening socket it
	 * holds the length of the accept queue ({@code tcp_get_info} in the kernel).
	 */
	private static final int TCPI_UNACKED = 24;

	private static final int INT = Integer.BYTES;

	private final LibC libc;

	NativeSockets(LibC libc) {
		this.libc = libc;
	}

	/**
	 * Opens a stream socket, close-on-exec.
	 */
	int open(int domain) throws SystemCallException {
		int type = Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC;
		int low = this.libc.check("socket", this.libc.functions().socket(domain, type, 0));
		try {
			return duplicate(low);
		}
		finally {
			close(low);
		}
	}

	/**
	 * Duplicates a descriptor to 64 or above, close-on-exec.
	 */
	int duplicate(int descriptor) throws SystemCallException {
		return this.libc.check("fcntl",
				this.libc.functions().fcntl(descriptor, Linux.F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR));
	}

	/**
	 * Has a descriptor closed by {@code execve}.
	 */
	void closeOnExec(int descriptor) throws SystemCallException {
		this.libc.check("fcntl", this.libc.functions().fcntl(descriptor, Linux.F_SETFD, Linux.FD_CLOEXEC));
	}

	void bind(int descriptor, SocketName name) throws SystemCallException {
		byte[] bytes = name.bytes();
		this.libc.check("bind", this.libc.functions().bind(descriptor, bytes, bytes.length));
	}

	void listen(int descriptor, int backlog) throws SystemCallException {
		this.libc.check("listen", this.libc.functions().listen(descriptor, backlog));
	}

	SocketName name(int descriptor) throws SystemCallException {
		byte[] bytes = new byte[SocketName.MAXIMUM_SIZE];
		IntByReference length = new IntByReference(bytes.length);
		this.libc.check("getsockname", this.libc.functions().getsockname(descriptor, bytes, length));
		byte[] name = new byte[Math.min(length.intValue(), bytes.length)];
		System.arraycopy(bytes, 0, name, 0, name.length);
		return new SocketName(name);
	}

	void setOption(int descriptor, int level, int option, int value) throws SystemCallException {
		Pointer memory = this.libc.allocate(INT);
		memory.putInt(0, value);
		setOption(descriptor, level, option, memory, INT);
	}

	int option(int descriptor, int level, int option) throws SystemCallException {
		Pointer memory = this.libc.allocate(INT);
		option(descriptor, level, option, memory, INT);
		return memory.getInt(0);
	}

	/**
	 * The length of a TCP listener's accept queue.
	 */
	int queued(int descriptor) throws SystemCallException {
		Pointer memory = this.libc.allocate(TCPI_UNACKED + INT);
		option(descriptor, Linux.IPPROTO_TCP, Linux.TCP_INFO, memory, TCPI_UNACKED + INT);
		return memory.getInt(TCPI_UNACKED);
	}

	/**
	 * Whether {@code accept} would return at once (poll(2)), for any family.
	 */
	boolean hasQueued(int descriptor) throws SystemCallException {
		// struct pollfd: the descriptor, what is asked, what is so
		Pointer poll = this.libc.allocate(2 * INT);
		poll.putInt(0, descriptor);
		poll.putShort(INT, (short) Linux.POLLIN);
		this.libc.check("poll", this.libc.functions().poll(poll, 1, 0));
		return (poll.getShort(INT + Short.BYTES) & Linux.POLLIN) != 0;
	}

	/**
	 * Attaches a socket filter.
	 */
	void attach(int descriptor, SynFilter filter) throws SystemCallException {
		Pointer instructions = this.libc.allocate(filter.bytes().length);
		instructions.put(0, filter.bytes(), 0, filter.bytes().length);
		// struct sock_fprog: a count, and a pointer at the next multiple of its own size.
		int pointerSize = this.libc.runtime().addressSize();
		Pointer program = this.libc.allocate(2 * pointerSize);
		program.putShort(0, (short) filter.length());
		program.putPointer(pointerSize, instructions);
		setOption(descriptor, Linux.SOL_SOCKET, Linux.SO_ATTACH_FILTER, program, 2 * pointerSize);
		Reference.reachabilityFence(instructions);
	}

	/**
	 * Makes the open socket, which other processes may share, block.
	 */
	void setBlocking(int descriptor) throws SystemCallException {
		int flags = this.libc.check("fcntl", this.libc.functions().fcntl(descriptor, Linux.F_GETFL, 0));
		if ((flags & Linux.O_NONBLOCK) != 0) {
			this.libc.check("fcntl", this.libc.functions().fcntl(descriptor, Linux.F_SETFL, flags & ~Linux.O_NONBLOCK));
		}
	}

	/**
	 * Whether a process listens at a unix-domain socket. Tells by connecting to it,
	 * without waiting for a place in its queue.
	 * @throws SystemCallException if that cannot be told
	 */
	boolean isListening(SocketName name) throws SystemCallException {
		int type = Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC | Linux.SOCK_NONBLOCK;
		int descriptor = this.libc.check("socket", this.libc.functions().socket(Linux.AF_UNIX, type, 0));
		try {
			byte[] bytes = name.bytes();
			if (this.libc.functions().connect(descriptor, bytes, bytes.length) == 0) {
				return true;
			}
			return switch (this.libc.errno()) {
				// Nobody listens; or the file has gone meanwhile.
				case ECONNREFUSED, ENOENT -> false;
				// The queue is full; or it is a socket of another type.
				case EAGAIN, EPROTOTYPE -> true;
				default -> throw new SystemCallException("connect", this.libc.errno());
			};
		}
		finally {
			close(descriptor);
		}
	}

	/**
	 * Closes a descriptor. Nothing can be done about a failure: Linux has released the
	 * number even then (close(2)).
	 */
	void close(int descriptor) {
		this.libc.functions().close(descriptor);
	}

	private void option(int descriptor, int level, int option, Pointer memory, int size) throws SystemCallException {
		IntByReference length = new IntByReference(size);
		this.libc.check("getsockopt", this.libc.functions().getsockopt(descriptor, level, option, memory, length));
		if (length.intValue() < size) {
			throw new SystemCallException("getsockopt", Errno.ENOPROTOOPT);
		}
	}

	private void setOption(int descriptor, int level, int option, Pointer memory, int size) throws SystemCallException {
		this.libc.check("setsockopt", this.libc.functions().setsockopt(descriptor, level, option, memory, size));
	}

}
