package io.prefork.os;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;

/**
 * What a child does with its descriptors between its birth and {@code execve}, in order
 * ({@code posix_spawn_file_actions_t}).
 */
final class FileActions implements AutoCloseable {

	/**
	 * More than glibc and musl need (80 bytes).
	 */
	private static final int SIZE = 512;

	private static final int OUTPUT_MODE = 0600;

	private final LibC libc;

	private final Pointer pointer;

	private final List<CStrings> paths = new ArrayList<>();

	FileActions(LibC libc) throws IOException {
		this.libc = libc;
		this.pointer = libc.allocate(SIZE);
		check(libc.functions().posix_spawn_file_actions_init(this.pointer));
	}

	Pointer pointer() {
		return this.pointer;
	}

	void open(int descriptor, Path path, int flags) throws IOException {
		CStrings name = new CStrings(this.libc, List.of(path.toString()));
		// musl and old versions of glibc keep the pointer instead of a copy.
		this.paths.add(name);
		check(this.libc.functions()
			.posix_spawn_file_actions_addopen(this.pointer, descriptor, name.first(), flags, OUTPUT_MODE));
	}

	void duplicate(int from, int to) throws IOException {
		check(this.libc.functions().posix_spawn_file_actions_adddup2(this.pointer, from, to));
	}

	void closeFrom(int first, Closing closing) throws IOException {
		if (closing == Closing.ALL_ABOVE) {
			check(this.libc.functions().posix_spawn_file_actions_addclosefrom_np(this.pointer, first));
			return;
		}
		for (int descriptor : openDescriptors()) {
			if (descriptor >= first) {
				check(this.libc.functions().posix_spawn_file_actions_addclose(this.pointer, descriptor));
			}
		}
	}

	@Override
	public void close() {
		this.libc.functions().posix_spawn_file_actions_destroy(this.pointer);
		Reference.reachabilityFence(this.paths);
	}

	private static List<Integer> openDescriptors() throws IOException {
		List<Integer> descriptors = new ArrayList<>();
		try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
			entries.forEach((entry) -> descriptors.add(Integer.parseInt(entry.getFileName().toString())));
		}
		return descriptors;
	}

	private static void check(int error) throws IOException {
		if (error != 0) {
			throw new SystemCallException("posix_spawn_file_actions", Errno.valueOf(error));
		}
	}

	/**
	 * How the child closes what it is not meant to have.
	 */
	enum Closing {

		/**
		 * Everything from a number up, in the child: exact. glibc 2.34 and later.
		 */
		ALL_ABOVE,

		/**
		 * What {@code /proc/self/fd} of this process shows: a descriptor that another
		 * thread opens at the same moment, without close-on-exec, slips through.
		 */
		ENUMERATED;

		static Closing of(LibC libc) {
			Pointer actions = libc.allocate(SIZE);
			libc.functions().posix_spawn_file_actions_init(actions);
			try {
				libc.functions().posix_spawn_file_actions_addclosefrom_np(actions, SpawnRequest.FIRST_DESCRIPTOR);
				return ALL_ABOVE;
			}
			catch (UnsatisfiedLinkError ex) {
				return ENUMERATED;
			}
			finally {
				libc.functions().posix_spawn_file_actions_destroy(actions);
			}
		}

	}

}
