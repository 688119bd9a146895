package io.prefork.os;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import jnr.ffi.Pointer;

/**
 * Replaces the program of this process by {@code execve(2)}: same process id, same
 * children. The kernel ends all other threads.
 * <p>
 * Descriptors above the standard ones stay open if they are named and are closed
 * otherwise. Signals: what this program handles has its default disposition in the next
 * one until that handles it. Those that would end it, and that the virtual machine does
 * not unblock by itself, wait blocked. HUP and QUIT the virtual machine unblocks, so that
 * they are ignored meanwhile. TERM and INT mean the end, and have it: at once from a
 * moment before the replacement on, so that none is lost that this program has received
 * and not dealt with.
 */
final class Replacement {

	private static final int FIRST = 3;

	private static final Set<Signal> WAITING = Set.of(Signal.USR1, Signal.TTIN, Signal.TTOU);

	private static final long DEFAULT = 0;

	private static final long IGNORE = 1;

	private static final Map<Signal, Long> MEANWHILE = Map.of(Signal.HUP, IGNORE, Signal.QUIT, IGNORE, Signal.TERM,
			DEFAULT, Signal.INT, DEFAULT);

	/**
	 * In which a signal that was received reaches whoever handles it.
	 */
	private static final Duration DELIVERY = Duration.ofMillis(10);

	/**
	 * More than {@code struct sigaction} takes anywhere (152 bytes), the handler first.
	 */
	private static final int ACTION_SIZE = 512;

	/**
	 * {@code sizeof(sigset_t)} of glibc and musl.
	 */
	private static final int SET_SIZE = 128;

	private final LibC libc;

	Replacement(LibC libc) {
		this.libc = libc;
	}

	/**
	 * Returns if the last look says no, and by an exception if it fails. Then everything
	 * is as it was.
	 */
	void replace(ProgramImage image, Set<Integer> kept, BooleanSupplier lastLook) throws IOException {
		CStrings path = new CStrings(this.libc, List.of(image.executable().toString()));
		CStrings arguments = CStrings.ofBytes(this.libc, image.arguments());
		CStrings environment = CStrings.ofBytes(this.libc, image.environment());
		Map<Integer, Integer> flags = new HashMap<>();
		Pointer mask = this.libc.allocate(SET_SIZE);
		Map<Signal, Pointer> actions = new EnumMap<>(Signal.class);
		this.libc.check("sigprocmask", this.libc.functions().sigprocmask(Linux.SIG_SETMASK, setOf(WAITING), mask));
		try {
			for (Map.Entry<Signal, Long> meanwhile : MEANWHILE.entrySet()) {
				dispose(meanwhile.getKey(), meanwhile.getValue(), actions);
			}
			closeOnExec(kept, flags);
			LockSupport.parkNanos(DELIVERY.toNanos());
			if (lastLook.getAsBoolean()) {
				// Once more, for what other threads have opened since
				closeOnExec(kept, flags);
				this.libc.functions().execve(path.first(), arguments.pointer(), environment.pointer());
				throw new SystemCallException("execve", this.libc.errno());
			}
		}
		finally {
			this.libc.functions().sigprocmask(Linux.SIG_SETMASK, mask, null);
			actions.forEach((signal, before) -> this.libc.functions().sigaction(signal.number(), before, null));
			flags.forEach((descriptor, before) -> this.libc.functions().fcntl(descriptor, Linux.F_SETFD, before));
			Reference.reachabilityFence(path);
			Reference.reachabilityFence(arguments);
			Reference.reachabilityFence(environment);
		}
	}

	/**
	 * What was ignored when this program was started stays so: a background job of a
	 * shell that has no job control is not to be interrupted by its terminal.
	 */
	private void dispose(Signal signal, long handler, Map<Signal, Pointer> before) throws IOException {
		Pointer action = this.libc.allocate(ACTION_SIZE);
		this.libc.check("sigaction", this.libc.functions().sigaction(signal.number(), action(handler), action));
		before.put(signal, action);
		if (action.getAddress(0) == IGNORE) {
			this.libc.functions().sigaction(signal.number(), action, null);
		}
	}

	private void closeOnExec(Set<Integer> kept, Map<Integer, Integer> before) throws IOException {
		try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
			for (Path entry : entries) {
				int descriptor = Integer.parseInt(entry.getFileName().toString());
				int flags = this.libc.functions().fcntl(descriptor, Linux.F_GETFD, 0);
				if (descriptor >= FIRST && flags != -1) {
					before.putIfAbsent(descriptor, flags);
					this.libc.functions()
						.fcntl(descriptor, Linux.F_SETFD, kept.contains(descriptor) ? 0 : Linux.FD_CLOEXEC);
				}
			}
		}
	}

	/**
	 * In the next program: lets in what has waited. To be called by a thread that lives
	 * on, when it is handled.
	 */
	void receiveSignals() throws IOException {
		this.libc.check("sigprocmask", this.libc.functions().sigprocmask(Linux.SIG_UNBLOCK, setOf(WAITING), null));
	}

	/**
	 * In the next program: has HUP arrive where a signal arrives that is handled already.
	 * The virtual machine installs no handler for a HUP that it finds ignored, but knows
	 * whom to tell. The default would be the end, for however short a time.
	 */
	void receiveHangUp(Signal handled) throws IOException {
		Pointer action = this.libc.allocate(ACTION_SIZE);
		this.libc.check("sigaction", this.libc.functions().sigaction(handled.number(), null, action));
		this.libc.check("sigaction", this.libc.functions().sigaction(Signal.HUP.number(), action, null));
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
