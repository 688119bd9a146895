package io.prefork.master;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.prefork.control.ControlConnection;
import io.prefork.control.Message;
import io.prefork.os.ExitStatus;
import io.prefork.os.Listener;
import io.prefork.os.OperatingSystem;
import io.prefork.os.Processes;
import io.prefork.os.Signal;
import io.prefork.os.SpawnRequest;
import io.prefork.pool.Event;
import io.prefork.pool.WorkerId;
import io.prefork.worker.WorkerSpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes that the master has started and not reaped yet. One thread per child
 * waits for it: {@code waitpid(-1)} would steal the children of the JDK. All methods are
 * for the loop thread.
 */
final class WorkerProcesses {

	private static final Logger logger = LoggerFactory.getLogger(WorkerProcesses.class);

	private static final int STDOUT = 1;

	private static final int STDERR = 2;

	private static final Duration LAST_WORDS = Duration.ofSeconds(5);

	private final OperatingSystem os;

	private final MasterConfiguration configuration;

	private final Postmortems postmortems;

	private final Consumer<Event> events;

	private final ReapingGate reaping;

	private final Map<WorkerId, WorkerProcess> processes = new LinkedHashMap<>();

	WorkerProcesses(OperatingSystem os, MasterConfiguration configuration, Postmortems postmortems,
			Consumer<Event> events) {
		this.os = os;
		this.reaping = new ReapingGate(os);
		this.configuration = configuration;
		this.postmortems = postmortems;
		this.events = events;
	}

	void spawn(WorkerId id, int generation) {
		Path runDirectory = this.configuration.runDirectory().path();
		WorkerSpec spec = new WorkerSpec(id.slot(), id.serial(), generation, runDirectory, inheritedListeners());
		CompletableFuture<WorkerProcess> started = new CompletableFuture<>();
		try {
			// The thread first, which may not be had: a process that nobody waits for
			// would never be known to have ended.
			startWaiter(id, started);
			WorkerLauncher.Launch launch = this.configuration.launcher().launch(spec);
			this.configuration.runDirectory().admit(spec);
			int pid = this.os.spawn(new SpawnRequest(launch.command(), launch.environment(), spec.firstOutput(),
					descriptorsForWorker()));
			WorkerProcess process = new WorkerProcess(id, pid, spec, launch.faults());
			this.processes.put(id, process);
			this.events.accept(new Event.Spawned(id, pid));
			started.complete(process);
		}
		catch (IOException | RuntimeException | Error ex) {
			started.cancel(false);
			logger.debug("Spawning {} failed", id, ex);
			deleteFiles(spec.firstOutput(), spec.argumentFile());
			this.events.accept(new Event.SpawnFailed(id, String.valueOf(ex.getMessage())));
		}
	}

	/**
	 * Takes over a process that this one had started before it became what it is.
	 */
	void adopt(Handover.Child child) {
		WorkerId id = child.worker();
		WorkerSpec spec = new WorkerSpec(id.slot(), id.serial(), child.generation(),
				this.configuration.runDirectory().path(), inheritedListeners());
		WorkerProcess process = new WorkerProcess(id, child.pid(), spec, child.faults(), child.spawned());
		if (child.killed()) {
			process.killed();
		}
		this.processes.put(id, process);
		startWaiter(id, CompletableFuture.completedFuture(process));
	}

	/**
	 * What the program that this process is to become takes over.
	 */
	List<Handover.Child> children() {
		return this.processes.values()
			.stream()
			.map((process) -> new Handover.Child(process.id(), process.pid(), process.spec().generation(),
					process.spawned(), process.faults(), process.isKilled()))
			.toList();
	}

	/**
	 * What the kernel has counted of its OOM killer that is no worker's of these.
	 */
	OptionalLong oomKills() {
		return this.postmortems.oomKills();
	}

	/**
	 * Has the exit status of whatever ends from now on wait in the kernel.
	 * @return {@code false}, and nothing is changed, while the end of a worker is being
	 * looked into
	 */
	boolean holdReaping() {
		return this.reaping.shut(this.processes.values());
	}

	void goOnReaping() {
		this.reaping.open();
	}

	/**
	 * Those that can be told something.
	 */
	List<WorkerId> linked() {
		return this.processes.values()
			.stream()
			.filter((process) -> process.connection() != null)
			.map(WorkerProcess::id)
			.toList();
	}

	private void startWaiter(WorkerId id, CompletableFuture<WorkerProcess> started) {
		Thread waiter = new Thread(() -> {
			try {
				awaitExit(started.join());
			}
			catch (CancellationException ex) {
				// There is no process to wait for.
			}
		}, "prefork-wait-" + id.serial());
		waiter.setDaemon(true);
		waiter.start();
	}

	private List<WorkerSpec.InheritedListener> inheritedListeners() {
		List<WorkerSpec.InheritedListener> inherited = new ArrayList<>();
		int next = SpawnRequest.FIRST_DESCRIPTOR;
		ListenerSet listeners = this.configuration.listeners();
		for (Listener listener : listeners.all()) {
			int descriptor = isHandedOver(listener) ? next++ : Listener.NO_DESCRIPTOR;
			inherited.add(new WorkerSpec.InheritedListener(descriptor, listener.family(), listener.address(),
					listener.backlog(), listeners.scheme(listener)));
		}
		return inherited;
	}

	/**
	 * The listeners, and behind them the master's own standard output and error, which
	 * the worker makes its own once it runs Java.
	 */
	private List<Integer> descriptorsForWorker() {
		List<Integer> descriptors = new ArrayList<>();
		for (Listener listener : this.configuration.listeners().all()) {
			if (isHandedOver(listener)) {
				descriptors.add(listener.descriptor());
			}
		}
		descriptors.add(STDOUT);
		descriptors.add(STDERR);
		return descriptors;
	}

	private static boolean isHandedOver(Listener listener) {
		return listener.descriptor() != Listener.NO_DESCRIPTOR;
	}

	/**
	 * Whatever fails on the way, want of memory above all: the end of a process must be
	 * told of, or its place stays taken for ever.
	 */
	private void awaitExit(WorkerProcess process) {
		try {
			tellExit(process);
		}
		catch (RuntimeException | Error ex) {
			process.reaped();
			this.events
				.accept(new Event.Exited(process.id(), OptionalInt.empty(), "an unknown cause (" + ex + ")", ""));
			logger.error("Cannot wait for process {}", process.pid(), ex);
		}
	}

	private void tellExit(WorkerProcess process) {
		OptionalInt code = OptionalInt.empty();
		String signal = "";
		try {
			ExitStatus status = this.reaping.await(process);
			if (status instanceof ExitStatus.Exited exited) {
				code = OptionalInt.of(exited.code());
			}
			else if (status instanceof ExitStatus.Signalled signalled) {
				signal = Signal.name(signalled.number());
			}
		}
		catch (IOException ex) {
			logger.error("Cannot wait for process {}", process.pid(), ex);
			signal = "an unknown cause (" + ex.getMessage() + ")";
		}
		process.reaped();
		// Looking into it takes a while, and a spare need not wait for that.
		this.events.accept(new Event.Died(process.id()));
		Postmortems.Death death = this.postmortems.death(process, signal);
		awaitLastWords(process);
		String output = FileTail.read(process.output());
		this.events.accept(
				new Event.Exited(process.id(), code, signal, output, this.postmortems.examine(process, death, output)));
	}

	/**
	 * What the worker said before it ended, why it failed to boot above all, may still be
	 * on its way, and nothing is heard of a worker after its exit.
	 */
	private static void awaitLastWords(WorkerProcess process) {
		ControlConnection connection = process.connection();
		if (connection != null) {
			try {
				connection.awaitEnd(LAST_WORDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * A worker has an acceptor: whenever a connection arrives, the kernel wakes one up,
	 * which is not to push threads aside that serve requests. On a busy machine more
	 * connections are waiting when its turn comes, and are taken without a wake-up each.
	 */
	void acceptorStarted(WorkerId id, int thread) {
		WorkerProcess process = this.processes.get(id);
		if (process != null && Processes.hasThread(process.pid(), thread)) {
			try {
				this.os.scheduleAsBatch(thread);
			}
			catch (IOException ex) {
				logger.debug("The acceptor of process {} is scheduled as other threads are", process.pid(), ex);
			}
		}
	}

	/**
	 * A worker has connected: what it prints goes to the master's own output by now.
	 */
	boolean connected(WorkerId id, ControlConnection connection) {
		WorkerProcess process = this.processes.get(id);
		if (process == null || process.connection() != null) {
			return false;
		}
		process.connected(connection);
		deleteFiles(process.spec().firstOutput(), process.spec().argumentFile());
		return true;
	}

	/**
	 * Whether that is the link of that worker.
	 */
	boolean isConnected(WorkerId id, ControlConnection connection) {
		WorkerProcess process = this.processes.get(id);
		return process != null && process.connection() == connection;
	}

	private static void deleteFiles(Path... files) {
		for (Path file : files) {
			try {
				Files.deleteIfExists(file);
			}
			catch (IOException ex) {
				logger.debug("Cannot delete {}", file, ex);
			}
		}
	}

	void exited(WorkerId id) {
		WorkerProcess process = this.processes.remove(id);
		if (process != null) {
			deleteFiles(process.spec().firstOutput(), process.spec().argumentFile(), process.spec().lastOutput());
			if (process.connection() != null) {
				process.connection().close();
			}
		}
	}

	void tell(WorkerId id, Message message) {
		WorkerProcess process = this.processes.get(id);
		if (process != null && process.connection() != null) {
			process.connection().send(message);
		}
	}

	void tellAll(Message message) {
		this.processes.keySet().forEach((id) -> tell(id, message));
	}

	void kill(WorkerId id, Signal signal) {
		WorkerProcess process = this.processes.get(id);
		if (process != null && !process.isReaped()) {
			try {
				if (signal == Signal.KILL) {
					process.killed();
				}
				this.os.kill(process.pid(), signal);
			}
			catch (IOException ex) {
				logger.warn("Cannot send SIG{} to {} (pid {}): {}", signal, id, process.pid(), ex.getMessage());
			}
		}
	}

	@Nullable WorkerProcess get(WorkerId id) {
		return this.processes.get(id);
	}

	Collection<WorkerProcess> all() {
		return this.processes.values();
	}

}
