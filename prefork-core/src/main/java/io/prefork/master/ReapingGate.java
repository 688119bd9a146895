package io.prefork.master;

import java.io.IOException;
import java.util.Collection;

import io.prefork.os.ExitStatus;
import io.prefork.os.OperatingSystem;

/**
 * Lets a child's exit status be taken from the kernel, or has it wait there for the
 * program that this process is about to become.
 */
final class ReapingGate {

	private final OperatingSystem os;

	private boolean shut;

	ReapingGate(OperatingSystem os) {
		this.os = os;
	}

	/**
	 * Waits for a child to end, and for the gate, and reaps it.
	 */
	ExitStatus await(WorkerProcess process) throws IOException {
		this.os.awaitEnd(process.pid());
		synchronized (this) {
			awaitOpen();
			ExitStatus status = this.os.await(process.pid());
			process.reaped();
			return status;
		}
	}

	private void awaitOpen() throws IOException {
		try {
			while (this.shut) {
				wait();
			}
		}
		catch (InterruptedException ex) {
			throw new IOException(ex);
		}
	}

	/**
	 * Lets no child be reaped any more.
	 * @param processes those that are not known to be gone
	 * @return {@code false}, and the gate is open, if one of them has been reaped
	 */
	synchronized boolean shut(Collection<WorkerProcess> processes) {
		this.shut = processes.stream().noneMatch(WorkerProcess::isReaped);
		return this.shut;
	}

	synchronized void open() {
		this.shut = false;
		notifyAll();
	}

}
