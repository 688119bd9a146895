package io.prefork.master;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntPredicate;

import io.prefork.os.OperatingSystem;
import io.prefork.os.Processes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reaps what the kernel hands over to the first process of a container: children of
 * workers whose parent is gone (pid_namespaces(7)). Each is waited for by its own id.
 * Workers and executables of hooks have a thread each that waits for them, and are left
 * alone here. What else the master starts may lose its exit status, and must not depend
 * on it. For the loop thread.
 */
final class Orphans {

	private static final Logger logger = LoggerFactory.getLogger(Orphans.class);

	private static final int FIRST_PROCESS = 1;

	private final OperatingSystem os;

	private final WorkerProcesses workers;

	private final IntPredicate others;

	/**
	 * Makes an instance.
	 * @param others children that are waited for elsewhere, besides workers
	 */
	Orphans(OperatingSystem os, WorkerProcesses workers, IntPredicate others) {
		this.os = os;
		this.workers = workers;
		this.others = others;
	}

	void reap() {
		if (ProcessHandle.current().pid() == FIRST_PROCESS) {
			reapChildrenOf(FIRST_PROCESS);
		}
	}

	private void reapChildrenOf(int parent) {
		Set<Integer> ours = new HashSet<>();
		this.workers.all().forEach((worker) -> ours.add(worker.pid()));
		for (int pid : Processes.zombies(parent)) {
			if (!ours.contains(pid) && !this.others.test(pid)) {
				try {
					this.os.await(pid);
					logger.debug("Reaped process {}, which a worker had left behind", pid);
				}
				catch (IOException ex) {
					logger.debug("Process {} is not there any more", pid, ex);
				}
			}
		}
	}

}
