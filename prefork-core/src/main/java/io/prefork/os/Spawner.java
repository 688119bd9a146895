package io.prefork.os;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import jnr.ffi.byref.IntByReference;

/**
 * Starts processes with {@code posix_spawnp(3)}. Not {@code fork}, which a process with
 * threads cannot use, nor {@code ProcessBuilder}, which passes no descriptors on, and
 * ignored signals instead.
 */
final class Spawner {

	private final LibC libc;

	private final FileActions.Closing closing;

	Spawner(LibC libc) {
		this(libc, FileActions.Closing.of(libc));
	}

	Spawner(LibC libc, FileActions.Closing closing) {
		this.libc = libc;
		this.closing = closing;
	}

	int spawn(SpawnRequest request) throws IOException {
		int end = SpawnRequest.FIRST_DESCRIPTOR + request.descriptors().size();
		try (Sources sources = new Sources(this.libc, request.descriptors(), end);
				FileActions actions = new FileActions(this.libc);
				SpawnAttributes attributes = new SpawnAttributes(this.libc)) {
			actions.open(0, Path.of("/dev/null"), Linux.O_RDONLY);
			actions.open(1, request.output(), Linux.O_WRONLY | Linux.O_CREAT | Linux.O_APPEND);
			actions.duplicate(1, 2);
			for (int i = 0; i < sources.descriptors().size(); i++) {
				actions.duplicate(sources.descriptors().get(i), SpawnRequest.FIRST_DESCRIPTOR + i);
			}
			actions.closeFrom(end, this.closing);
			return spawn(request, actions, attributes);
		}
	}

	private int spawn(SpawnRequest request, FileActions actions, SpawnAttributes attributes) throws IOException {
		CStrings command = new CStrings(this.libc, request.command());
		CStrings environment = new CStrings(this.libc,
				request.environment()
					.entrySet()
					.stream()
					.map((entry) -> entry.getKey() + "=" + entry.getValue())
					.toList());
		IntByReference pid = new IntByReference();
		try {
			int error = this.libc.functions()
				.posix_spawnp(pid, command.first(), actions.pointer(), attributes.pointer(), command.pointer(),
						environment.pointer());
			if (error != 0) {
				throw failure(request, Errno.valueOf(error));
			}
			return pid.intValue();
		}
		finally {
			Reference.reachabilityFence(command);
			Reference.reachabilityFence(environment);
		}
	}

	/**
	 * The error does not tell whether it came of the executable or of the output.
	 */
	private static IOException failure(SpawnRequest request, Errno errno) {
		Path directory = request.output().toAbsolutePath().getParent();
		String reason = errno.description();
		if (directory == null || !Files.isDirectory(directory)) {
			reason = "the directory of its output, " + directory + ", does not exist";
		}
		else if (Files.isDirectory(request.output())
				|| Files.exists(request.output()) && !Files.isWritable(request.output())) {
			reason = "its output, " + request.output() + ", cannot be written";
		}
		return new IOException("Cannot start " + request.command().get(0) + ": " + reason);
	}

	/**
	 * The descriptors to hand over, copied up where they lie so low that another one's
	 * target, or the child's standard streams, would overwrite them first.
	 */
	private static final class Sources implements AutoCloseable {

		private final LibC libc;

		private final List<Integer> descriptors = new ArrayList<>();

		private final List<Integer> copies = new ArrayList<>();

		Sources(LibC libc, List<Integer> descriptors, int end) throws IOException {
			this.libc = libc;
			try {
				for (int descriptor : descriptors) {
					this.descriptors.add((descriptor < end) ? copy(descriptor, end) : descriptor);
				}
			}
			catch (IOException ex) {
				close();
				throw ex;
			}
		}

		List<Integer> descriptors() {
			return this.descriptors;
		}

		@Override
		public void close() {
			this.copies.forEach(this.libc.functions()::close);
		}

		private int copy(int descriptor, int end) throws IOException {
			int lowest = Math.max(end, NativeSockets.FIRST_DESCRIPTOR);
			int copy = this.libc.functions().fcntl(descriptor, Linux.F_DUPFD_CLOEXEC, lowest);
			if (copy == -1) {
				throw new IOException(
						"Cannot hand over descriptor " + descriptor + ": " + this.libc.errno().description());
			}
			this.copies.add(copy);
			return copy;
		}

	}

}
