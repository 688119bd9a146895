package io.prefork.os;

import java.io.IOException;

/**
 * The system calls that the master makes. Native code stands behind this interface alone,
 * and is loaded in the master alone.
 */
public interface OperatingSystem {

	/**
	 * Opens a listening socket, close-on-exec, in blocking mode, with a descriptor number
	 * that lies above those a worker receives its listeners at.
	 * @param address where to listen
	 * @param options how
	 * @return the listener
	 * @throws ListenException if that cannot be done; names the address, the reason and
	 * the remedy, and leaves nothing behind
	 */
	Listener listen(BindAddress address, ListenOptions options) throws ListenException;

	/**
	 * Starts a process with {@code posix_spawnp}: the descriptors it gets are exactly the
	 * ones named, all signals have their default disposition, none is blocked, and it has
	 * a process group of its own.
	 * @param request what to start
	 * @return the process id
	 * @throws IOException if it cannot be started
	 */
	int spawn(SpawnRequest request) throws IOException;

	/**
	 * Waits for a child to end, and leaves it to be reaped. Blocks, uninterruptibly.
	 * @param pid the child
	 * @throws IOException if it is no child of this process
	 */
	void awaitEnd(int pid) throws IOException;

	/**
	 * The way to become another program.
	 * @return the succession
	 */
	Succession succession();

	/**
	 * Waits for a child to end, and reaps it. Blocks, uninterruptibly; a thread per child
	 * is meant to wait here. Never waits for "any child", which would steal those of the
	 * JDK.
	 * @param pid the child
	 * @return how it ended
	 * @throws IOException if it is no child of this process
	 */
	ExitStatus await(int pid) throws IOException;

	/**
	 * Sends a signal.
	 * @param pid whom
	 * @param signal what
	 * @return {@code false} if there is no such process any more
	 * @throws IOException if it is not permitted
	 */
	boolean kill(int pid, Signal signal) throws IOException;

	/**
	 * Has a thread no longer preempt others when it wakes up ({@code SCHED_BATCH},
	 * sched(7)): on a processor that is busy it waits for its turn, on an idle one it
	 * runs at once.
	 * @param thread the thread, as the kernel numbers it
	 * @throws IOException if there is none, or it is not permitted
	 */
	void scheduleAsBatch(int thread) throws IOException;

	/**
	 * Sets the file mode creation mask of this process.
	 * @param mask the mask, 0 to 0777
	 * @return the mask before
	 */
	int umask(int mask);

	/**
	 * Users and groups of this machine.
	 * @return the accounts
	 */
	Accounts accounts();

	/**
	 * Limits on the resources of this process, which its children inherit.
	 * @return the limits
	 */
	ResourceLimits limits();

	/**
	 * Opens a socket to the service manager that started this process
	 * ({@code sd_notify(3)}).
	 * @param address {@code NOTIFY_SOCKET}: a path, or a name in the abstract namespace
	 * after an {@code @}
	 * @return the socket, which nobody need listen at
	 * @throws IOException if the address is of another kind, or no socket can be had
	 */
	NotifySocket notifySocket(String address) throws IOException;

	/**
	 * The implementation for this machine. Loading it costs some 400 ms once.
	 * @return the operating system
	 * @throws UnsupportedOperationException if there is none, with the reason
	 */
	static OperatingSystem current() {
		String name = System.getProperty("os.name", "");
		if (!name.equals("Linux")) {
			throw new UnsupportedOperationException("Linux is needed, and this is " + name);
		}
		try {
			return JnrOperatingSystem.instance();
		}
		catch (LinkageError | RuntimeException ex) {
			Throwable cause = ex;
			while (cause.getCause() != null) {
				cause = cause.getCause();
			}
			throw new UnsupportedOperationException(
					"The native library of jnr-ffi cannot be loaded: " + cause.getMessage(), ex);
		}
	}

}
