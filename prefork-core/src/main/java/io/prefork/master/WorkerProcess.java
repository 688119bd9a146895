package io.prefork.master;

import java.nio.file.Path;
import java.time.Instant;

import io.prefork.control.ControlConnection;
import io.prefork.pool.WorkerId;
import io.prefork.worker.WorkerSpec;
import org.jspecify.annotations.Nullable;

/**
 * A worker's process from the master's side: what is needed to reach it. Owned by the
 * loop thread; the thread that waits for the process reads it.
 */
final class WorkerProcess {

	private final WorkerId id;

	private final int pid;

	private final WorkerSpec spec;

	private final WorkerLauncher.Faults faults;

	private final Instant spawned;

	private volatile @Nullable ControlConnection connection;

	private volatile long resident;

	private volatile boolean killed;

	private volatile boolean reaped;

	private boolean hasEvidence;

	WorkerProcess(WorkerId id, int pid, WorkerSpec spec, WorkerLauncher.Faults faults) {
		this(id, pid, spec, faults, Instant.now());
	}

	/**
	 * A process that was started before.
	 */
	WorkerProcess(WorkerId id, int pid, WorkerSpec spec, WorkerLauncher.Faults faults, Instant spawned) {
		this.id = id;
		this.pid = pid;
		this.spec = spec;
		this.faults = faults;
		this.spawned = spawned;
	}

	WorkerId id() {
		return this.id;
	}

	int pid() {
		return this.pid;
	}

	/**
	 * The file that takes what the process prints before it has connected.
	 * @return the file
	 */
	Path output() {
		return this.spec.firstOutput();
	}

	WorkerSpec spec() {
		return this.spec;
	}

	/**
	 * What its JVM does when it cannot go on.
	 */
	WorkerLauncher.Faults faults() {
		return this.faults;
	}

	/**
	 * When it was started, by the calendar.
	 */
	Instant spawned() {
		return this.spawned;
	}

	void sampleResident(long bytes) {
		this.resident = bytes;
	}

	/**
	 * Resident memory when last seen, 0 if never.
	 */
	long resident() {
		return this.resident;
	}

	/**
	 * Notes that the master sends it KILL.
	 */
	void killed() {
		this.killed = true;
	}

	boolean isKilled() {
		return this.killed;
	}

	/**
	 * Notes that the process has been waited for: the kernel may give its id to another
	 * one from now on.
	 */
	void reaped() {
		this.reaped = true;
	}

	boolean isReaped() {
		return this.reaped;
	}

	@Nullable ControlConnection connection() {
		return this.connection;
	}

	void connected(ControlConnection connection) {
		this.connection = connection;
	}

	boolean hasEvidence() {
		return this.hasEvidence;
	}

	/**
	 * Notes that evidence is there.
	 * @return {@code true} the first time
	 */
	boolean evidenceTaken() {
		boolean first = !this.hasEvidence;
		this.hasEvidence = true;
		return first;
	}

}
