package io.prefork.os;

import java.io.IOException;

import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Linux, by way of the C library and jnr-ffi.
 */
final class JnrOperatingSystem implements OperatingSystem {

	private static final int SIGNAL_INFORMATION_SIZE = 128;

	private static @Nullable OperatingSystem instance;

	private final LibC libc;

	private final TcpListeners tcp;

	private final UnixListeners unix;

	private final InheritedListeners inherited;

	private final Spawner spawner;

	private final Succession succession;

	JnrOperatingSystem(LibC libc) {
		NativeSockets sockets = new NativeSockets(libc);
		this.libc = libc;
		this.tcp = new TcpListeners(sockets);
		this.unix = new UnixListeners(sockets);
		this.inherited = new InheritedListeners(sockets);
		this.spawner = new Spawner(libc);
		this.succession = new NativeSuccession(libc, sockets, this.inherited);
	}

	static synchronized OperatingSystem instance() {
		if (instance == null) {
			instance = new JnrOperatingSystem(LibC.load());
		}
		return instance;
	}

	@Override
	public Listener listen(BindAddress address, ListenOptions options) throws ListenException {
		if (address instanceof BindAddress.Tcp host) {
			return this.tcp.listen(host, options);
		}
		if (address instanceof BindAddress.Unix file) {
			return this.unix.listen(file, options);
		}
		return this.inherited.listen((BindAddress.Descriptor) address, options);
	}

	@Override
	public int spawn(SpawnRequest request) throws IOException {
		return this.spawner.spawn(request);
	}

	@Override
	public void awaitEnd(int pid) throws IOException {
		requireProcess(pid);
		// siginfo_t, of which nothing is read
		Pointer information = this.libc.allocate(SIGNAL_INFORMATION_SIZE);
		int options = Linux.WEXITED | Linux.WNOWAIT;
		while (this.libc.functions().waitid(Linux.P_PID, pid, information, options) == -1) {
			Errno errno = this.libc.errno();
			if (errno != Errno.EINTR) {
				throw new IOException("Cannot wait for process " + pid + ": " + errno.description());
			}
		}
	}

	@Override
	public Succession succession() {
		return this.succession;
	}

	@Override
	public ExitStatus await(int pid) throws IOException {
		requireProcess(pid);
		int[] status = new int[1];
		while (this.libc.functions().waitpid(pid, status, 0) == -1) {
			Errno errno = this.libc.errno();
			if (errno != Errno.EINTR) {
				throw new IOException("Cannot wait for process " + pid + ": " + errno.description());
			}
		}
		return exitStatus(status[0]);
	}

	@Override
	public boolean kill(int pid, Signal signal) throws IOException {
		requireProcess(pid);
		if (this.libc.functions().kill(pid, signal.number()) == 0) {
			return true;
		}
		Errno errno = this.libc.errno();
		if (errno == Errno.ESRCH) {
			return false;
		}
		throw new IOException(
				"Cannot send " + Signal.name(signal.number()) + " to process " + pid + ": " + errno.description());
	}

	@Override
	public void scheduleAsBatch(int thread) throws IOException {
		requireProcess(thread);
		// A priority of 0, the only one of this policy
		Pointer parameters = this.libc.allocate(Integer.BYTES);
		this.libc.check("sched_setscheduler",
				this.libc.functions().sched_setscheduler(thread, Linux.SCHED_BATCH, parameters));
	}

	@Override
	public int umask(int mask) {
		if ((mask & ~0777) != 0) {
			throw new IllegalArgumentException("The umask must be 0 to 0777, and is 0" + Integer.toOctalString(mask));
		}
		return this.libc.functions().umask(mask);
	}

	@Override
	public Accounts accounts() {
		return new NativeAccounts(this.libc);
	}

	@Override
	public ResourceLimits limits() {
		return new NativeLimits(this.libc);
	}

	@Override
	public NotifySocket notifySocket(String address) throws IOException {
		return NotifyDatagrams.to(address, this.libc);
	}

	/**
	 * Decodes a status, as the macros of wait(2) do. Stopped children are not reported.
	 */
	private static ExitStatus exitStatus(int status) {
		int signal = status & 0x7f;
		if (signal == 0) {
			return new ExitStatus.Exited(status >> 8 & 0xff);
		}
		return new ExitStatus.Signalled(signal, (status & 0x80) != 0);
	}

	private static void requireProcess(int pid) {
		// 0 and below address process groups, or every process there is (kill(2),
		// waitpid(2)).
		if (pid < 1) {
			throw new IllegalArgumentException("The process id must be positive, and is " + pid);
		}
	}

}
