package io.prefork.os;

import jnr.constants.platform.Errno;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.annotations.Variadic;
import jnr.ffi.byref.IntByReference;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;
import org.jspecify.annotations.Nullable;

/**
 * The C library, bound through jnr-ffi. Loading it costs some 400 ms and unpacks a native
 * library to {@code java.io.tmpdir}.
 */
final class LibC {

	private final Functions functions;

	private final Runtime runtime;

	LibC(Functions functions, Runtime runtime) {
		this.functions = functions;
		this.runtime = runtime;
	}

	/**
	 * Loads the library.
	 * @return the library
	 * @throws LinkageError if it cannot be loaded
	 */
	static LibC load() {
		Functions functions = LibraryLoader.create(Functions.class).load("c");
		return new LibC(functions, Runtime.getRuntime(functions));
	}

	Functions functions() {
		return this.functions;
	}

	Runtime runtime() {
		return this.runtime;
	}

	/**
	 * The error of this thread's last call that failed.
	 */
	Errno errno() {
		return Errno.valueOf(this.runtime.getLastError());
	}

	/**
	 * Passes on what a function returned, unless that is -1.
	 */
	int check(String function, int result) throws SystemCallException {
		if (result == -1) {
			throw new SystemCallException(function, errno());
		}
		return result;
	}

	/**
	 * Zeroed memory, freed by the garbage collector.
	 */
	Pointer allocate(int size) {
		return Memory.allocateDirect(this.runtime, size, true);
	}

	/**
	 * The functions that are called. They return -1 and set {@code errno} on failure, but
	 * those of {@code posix_spawn}, which return the error, and those that look up users
	 * and groups, which return null. Public because jnr-ffi implements it from another
	 * class loader.
	 */
	public interface Functions {

		int socket(int domain, int type, int protocol);

		int bind(int descriptor, @In byte[] address, int length);

		int connect(int descriptor, @In byte[] address, int length);

		int listen(int descriptor, int backlog);

		int getsockname(int descriptor, @Out byte[] address, IntByReference length);

		int setsockopt(int descriptor, int level, int name, Pointer value, int length);

		int getsockopt(int descriptor, int level, int name, Pointer value, IntByReference length);

		@Variadic(fixedCount = 2)
		int fcntl(int descriptor, int command, int argument);

		int close(int descriptor);

		int poll(Pointer descriptors, @size_t long count, int timeout);

		int waitpid(int pid, @Out int[] status, int options);

		int waitid(int type, int id, Pointer information, int options);

		int execve(Pointer path, Pointer arguments, Pointer environment);

		int sigprocmask(int how, Pointer set, @Nullable Pointer before);

		int sigaction(int signal, @Nullable Pointer action, @Nullable Pointer before);

		int kill(int pid, int signal);

		int umask(int mask);

		@ssize_t
		long sendto(int descriptor, @In byte[] message, @size_t long size, int flags, @In byte[] address, int length);

		int sched_setscheduler(int thread, int policy, Pointer parameters);

		int geteuid();

		int getegid();

		Pointer getpwnam(String name);

		Pointer getpwuid(int id);

		Pointer getgrnam(String name);

		int getgrouplist(String user, int group, @Out int[] groups, IntByReference count);

		int getrlimit(int resource, Pointer limit);

		int setrlimit(int resource, Pointer limit);

		int posix_spawn_file_actions_init(Pointer actions);

		int posix_spawn_file_actions_destroy(Pointer actions);

		int posix_spawn_file_actions_addopen(Pointer actions, int descriptor, Pointer path, int flags, int mode);

		int posix_spawn_file_actions_adddup2(Pointer actions, int from, int to);

		int posix_spawn_file_actions_addclose(Pointer actions, int descriptor);

		int posix_spawn_file_actions_addclosefrom_np(Pointer actions, int from);

		int posix_spawnattr_init(Pointer attributes);

		int posix_spawnattr_destroy(Pointer attributes);

		int posix_spawnattr_setflags(Pointer attributes, short flags);

		int posix_spawnattr_setpgroup(Pointer attributes, int group);

		int posix_spawnattr_setsigdefault(Pointer attributes, Pointer set);

		int posix_spawnattr_setsigmask(Pointer attributes, Pointer set);

		int posix_spawnp(IntByReference pid, Pointer file, Pointer actions, Pointer attributes, Pointer arguments,
				Pointer environment);

	}

}
