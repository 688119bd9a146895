package io.prefork.os;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import jnr.ffi.Pointer;

/**
 * Replaces the program of this process by {@code execve(2)}: same process id, same
 * children. The kernel ends all other threads.
 * <p>
 * Descriptors above the standard ones stay open if they are named and are closed
 * otherwise. Signals: what this program handles has its default disposition in the next
 * one until that handles it. Those that would end it, and that the virtual machine does
 * not unblock by itself, wait blocked. HUP the virtual machine unblocks, so that it is
 * ignored meanwhile. TERM and INT mean the end, and have it.
 */
final class Replacement {

	private static final int FIRST = 3;

	private static final Set<Signal> WAITING = Set.of(Signal.USR1, Signal.TTIN, Signal.TTOU);

	/**
	 * More than {@code struct sigaction} takes anywhere (152 bytes), the handler first.
	 */
	private static final int ACTION_SIZE = 512;

	/**
	 * {@code sizeof(sigset_t)} of glibc and musl.
	 */
	private static final int SET_SIZE = 128;

	private static final long DEFAULT = 0;

	private static final long IGNORE = 1;

	private final LibC libc;

	Replacement(LibC libc) {
		this.libc = libc;
	}

	/**
	 * Returns by an exception only, and then everything is as it was.
	 */
	IOException replace(ProgramImage image, Set<Integer> kept) throws IOException {
		CStrings path = new CStrings(this.libc, List.of(image.executable().toString()));
		CStrings arguments = CStrings.ofBytes(this.libc, image.arguments());
		CStrings environment = CStrings.ofBytes(this.libc, image.environment());
		Map<Integer, Integer> flags = new HashMap<>();
		Pointer mask = this.libc.allocate(SET_SIZE);
		Pointer hangUp = this.libc.allocate(ACTION_SIZE);
		boolean ignored = false;
		try {
			closeOnExec(kept, flags);
			this.libc.check("sigprocmask", this.libc.functions().sigprocmask(Linux.SIG_SETMASK, setOf(WAITING), mask));
			this.libc.check("sigaction", this.libc.functions().sigaction(Signal.HUP.number(), action(IGNORE), hangUp));
			ignored = true;
			this.libc.functions().execve(path.first(), arguments.pointer(), environment.pointer());
			return new SystemCallException("execve", this.libc.errno());
		}
		finally {
			this.libc.functions().sigprocmask(Linux.SIG_SETMASK, mask, null);
			if (ignored) {
				this.libc.functions().sigaction(Signal.HUP.number(), hangUp, null);
			}
			flags.forEach((descriptor, before) -> this.libc.functions().fcntl(descriptor, Linux.F_SETFD, before));
			Reference.reachabilityFence(path);
			Reference.reachabilityFence(arguments);
			Reference.reachabilityFence(environment);
		}
	}

	private void closeOnExec(Set<Integer> kept, Map<Integer, Integer> before) throws IOException {
		try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
			for (Path entry : entries) {
				int descriptor = Integer.parseInt(entry.getFileName().toString());
				int flags = this.libc.functions().fcntl(descriptor, Linux.F_GETFD, 0);
				if (descriptor >= FIRST && flags != -1) {
					before.put(descriptor, flags);
					this.libc.functions()
						.fcntl(descriptor, Linux.F_SETFD, kept.contains(descriptor) ? 0 : Linux.FD_CLOEXEC);
				}
			}
		}
	}

	/**
	 * In the next program: undoes what was done to signals. To be called by a thread that
	 * lives on, before HUP and after the others are handled.
	 */
	void receiveSignals() throws IOException {
		this.libc.check("sigprocmask", this.libc.functions().sigprocmask(Linux.SIG_UNBLOCK, setOf(WAITING), null));
	}

	/**
	 * In the next program: lets HUP be handled again.
	 */
	void restoreHangUp() throws IOException {
		this.libc.check("sigaction", this.libc.functions().sigaction(Signal.HUP.number(), action(DEFAULT), null));
	}

	private Pointer action(long handler) {
		Pointer action = this.libc.allocate(ACTION_SIZE);
		action.putAddress(0, handler);
		return action;
	}

	private Pointer setOf(Set<Signal> signals) {
		Pointer set = this.libc.allocate(SET_SIZE);
		for (Signal signal : signals) {
			int bit = signal.number() - 1;
			// An array of words, and all in the first one
			set.putLong(0, set.getLong(0) | 1L << bit);
		}
		return set;
	}

}
