package io.prefork.master;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import io.prefork.os.Accounts;
import io.prefork.os.BindAddress;
import io.prefork.os.ExitStatus;
import io.prefork.os.ListenException;
import io.prefork.os.ListenOptions;
import io.prefork.os.Listener;
import io.prefork.os.NotifySocket;
import io.prefork.os.OperatingSystem;
import io.prefork.os.ResourceLimits;
import io.prefork.os.Signal;
import io.prefork.os.SpawnRequest;
import io.prefork.os.Succession;

/**
 * An operating system without native code: listeners are none, processes are real ones of
 * the JDK's. Signals are recorded and sent.
 */
class FakeOperatingSystem implements OperatingSystem, AutoCloseable {

	final List<FakeListener> listeners = new ArrayList<>();

	final Map<String, Exception> listenFailures = new HashMap<>();

	final List<SpawnRequest> spawned = new CopyOnWriteArrayList<>();

	final List<Signal> signals = new CopyOnWriteArrayList<>();

	final FakeSuccession succession = new FakeSuccession();

	final List<Integer> batch = new CopyOnWriteArrayList<>();

	private final Map<Integer, Process> processes = new ConcurrentHashMap<>();

	@Override
	public Listener listen(BindAddress address, ListenOptions options) throws ListenException {
		Exception failure = this.listenFailures.get(address.toString());
		if (failure instanceof ListenException refused) {
			throw refused;
		}
		if (failure instanceof RuntimeException broken) {
			throw broken;
		}
		FakeListener listener = new FakeListener(100 + this.listeners.size(), address.toString());
		this.listeners.add(listener);
		return listener;
	}

	@Override
	public int spawn(SpawnRequest request) throws IOException {
		this.spawned.add(request);
		ProcessBuilder builder = new ProcessBuilder(request.command()).redirectErrorStream(true)
			.redirectOutput(request.output().toFile());
		builder.environment().putAll(request.environment());
		Process process = builder.start();
		this.processes.put((int) process.pid(), process);
		return (int) process.pid();
	}

	@Override
	public void awaitEnd(int pid) throws IOException {
		await(pid);
	}

	@Override
	public Succession succession() {
		return this.succession;
	}

	@Override
	public ExitStatus await(int pid) throws IOException {
		Process process = this.processes.get(pid);
		if (process == null) {
			throw new IOException("No child of this process");
		}
		try {
			// The JDK tells of a signal as a shell would.
			int status = process.waitFor();
			return (status > 128) ? new ExitStatus.Signalled(status - 128, false) : new ExitStatus.Exited(status);
		}
		catch (InterruptedException ex) {
			throw new IOException(ex);
		}
	}

	@Override
	public boolean kill(int pid, Signal signal) throws IOException {
		this.signals.add(signal);
		send(pid, signal);
		return true;
	}

	/**
	 * Sends a signal as somebody else would.
	 */
	static void send(int pid, Signal signal) throws IOException {
		try {
			new ProcessBuilder("kill", "-" + signal.number(), Integer.toString(pid)).start().waitFor();
		}
		catch (InterruptedException ex) {
			throw new IOException(ex);
		}
	}

	@Override
	public void scheduleAsBatch(int thread) {
		this.batch.add(thread);
	}

	@Override
	public int umask(int mask) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Accounts accounts() {
		throw new UnsupportedOperationException();
	}

	@Override
	public ResourceLimits limits() {
		throw new UnsupportedOperationException();
	}

	@Override
	public NotifySocket notifySocket(String address) throws IOException {
		throw new UnsupportedOperationException();
	}

	@Override
	public void close() {
		this.processes.values().forEach(Process::destroyForcibly);
	}

}
