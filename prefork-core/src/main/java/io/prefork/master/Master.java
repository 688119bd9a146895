package io.prefork.master;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.prefork.control.ControlConnection;
import io.prefork.control.ControlServer;
import io.prefork.control.Message;
import io.prefork.control.PoolControl;
import io.prefork.control.PoolControlServer;
import io.prefork.os.OperatingSystem;
import io.prefork.os.Processes;
import io.prefork.os.Signal;
import io.prefork.pool.Action;
import io.prefork.pool.Event;
import io.prefork.pool.Pool;
import io.prefork.pool.PoolView;
import io.prefork.pool.Vitals;
import io.prefork.pool.WorkerId;
import io.prefork.scoreboard.Scoreboard;
import io.prefork.scoreboard.SlotReading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The master's loop: one thread that owns the {@link Pool}, feeds it with events, and
 * carries out its actions. Signals, exits of children, control messages and the passing
 * of time are posted to it by others; it never blocks, and nothing that goes wrong in it
 * ends it.
 */
public final class Master {

	private static final Logger logger = LoggerFactory.getLogger(Master.class);

	private static final Duration TICK = Duration.ofMillis(200);

	/**
	 * Ticks for which the accept queues must be seen empty: clients whose SYN was let in
	 * are given the time between two to complete their handshake.
	 */
	private static final int EMPTY_TICKS = 2;

	private final MasterConfiguration configuration;

	private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

	private final CompletableFuture<Integer> status = new CompletableFuture<>();

	private final ScheduledExecutorService timer = Executors
		.newSingleThreadScheduledExecutor((task) -> daemon("prefork-timer", task));

	private final ExecutorService requests = Executors.newCachedThreadPool((task) -> daemon("prefork-request", task));

	private final Pool pool;

	private final Scoreboard scoreboard;

	private final WorkerProcesses processes;

	private final Evidence evidence;

	private final Orphans orphans;

	private final MasterControl control;

	private final WorkerLinks links;

	private final ControlServer controlServer;

	private Runnable reopenLogs = () -> {
	};

	private boolean listenersClosing;

	private int emptyTicks;

	private Totals countedByTheGone = Totals.NONE;

	/**
	 * Prepares a master: makes the scoreboard and opens the control socket.
	 * @param configuration what it is made of
	 * @param os the operating system
	 * @throws IOException if that fails; the caller closes what the configuration holds
	 */
	public Master(MasterConfiguration configuration, OperatingSystem os) throws IOException {
		this.configuration = configuration;
		this.pool = new Pool(configuration.policy(), new SplittableRandom());
		this.scoreboard = Scoreboard.create(configuration.runDirectory().path().resolve(Scoreboard.FILE),
				configuration.policy().slots());
		this.processes = new WorkerProcesses(os, configuration, this::post);
		this.orphans = new Orphans(os, this.processes);
		this.evidence = new Evidence(this.processes, this.timer, this::post, this.tasks::add);
		this.control = new MasterControl(this::post, this::snapshot, new PoolDocuments(configuration, this.scoreboard));
		this.links = new WorkerLinks(this, new PoolControlServer(this.control, this.requests));
		this.controlServer = ControlServer.open(configuration.runDirectory().path(), this.links);
	}

	private static Thread daemon(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Starts the loop, and with it the first workers. Returns at once.
	 */
	public void start() {
		post(new Event.Start());
		new Thread(this::run, "prefork-master").start();
	}

	/**
	 * Has log files reopened on USR1 in the master too.
	 * @param action what reopens them
	 */
	public void onReopenLogs(Runnable action) {
		this.reopenLogs = action;
	}

	/**
	 * The pool, shown and commanded.
	 * @return the control, for any thread but the loop's
	 */
	public PoolControl control() {
		return this.control;
	}

	/**
	 * Has the loop told of an event, soon. For any thread.
	 * @param event what happened
	 */
	public void post(Event event) {
		this.tasks.add(() -> tell(event));
	}

	/**
	 * Has all log files reopened, those of workers included.
	 */
	public void reopenLogs() {
		this.tasks.add(() -> {
			logger.info("Reopening log files");
			this.reopenLogs.run();
			this.processes.tellAll(new Message.ReopenLogs());
		});
	}

	/**
	 * A child has ended (CHLD). Workers are waited for by threads of their own; this is
	 * for what a master that is process 1 inherits.
	 */
	public void childEnded() {
		this.tasks.add(this.orphans::reap);
	}

	/**
	 * Waits until the last worker is gone and everything is closed.
	 * @return the exit status for the master
	 * @throws InterruptedException if interrupted
	 */
	public int awaitEnd() throws InterruptedException {
		try {
			return this.status.get();
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Whether the end has been reached.
	 * @return whether {@link #awaitEnd()} returns at once
	 */
	public boolean hasEnded() {
		return this.status.isDone();
	}

	private void run() {
		Instant nextTick = MonotonicTime.now();
		while (!this.status.isDone()) {
			try {
				Duration wait = Duration.between(MonotonicTime.now(), nextTick);
				Runnable task = this.tasks.poll(Math.max(0, wait.toNanos()), TimeUnit.NANOSECONDS);
				if (task != null) {
					task.run();
				}
				if (!MonotonicTime.now().isBefore(nextTick)) {
					nextTick = MonotonicTime.now().plus(TICK);
					tick();
				}
			}
			catch (InterruptedException | RuntimeException | Error ex) {
				logger.error("The master's loop goes on after an error of its own; please report it", ex);
			}
		}
	}

	private void tick() {
		Map<WorkerId, Vitals> vitals = new HashMap<>();
		for (WorkerProcess process : this.processes.all()) {
			reading(process.id()).ifPresent((reading) -> vitals.put(process.id(),
					new Vitals(MonotonicTime.of(reading.heartbeat()), Processes.cpu(process.pid()), reading.busy(),
							oldest(reading), reading.requests(), reading.timeouts().lost())));
		}
		tell(new Event.Tick(vitals));
		if (this.listenersClosing) {
			this.emptyTicks = this.configuration.listeners().queuesEmpty() ? this.emptyTicks + 1 : 0;
			if (this.emptyTicks == EMPTY_TICKS) {
				this.listenersClosing = false;
				tell(new Event.QueuesEmpty());
			}
		}
	}

	private Optional<SlotReading> reading(WorkerId worker) {
		return this.scoreboard.read(worker.slot(), worker.serial());
	}

	private static Optional<Instant> oldest(SlotReading reading) {
		return (reading.oldestRequest() != 0) ? Optional.of(MonotonicTime.of(reading.oldestRequest()))
				: Optional.empty();
	}

	private void tell(Event event) {
		if (event instanceof Event.Exited exited) {
			reading(exited.worker())
				.ifPresent((reading) -> this.countedByTheGone = this.countedByTheGone.plus(reading));
			this.processes.exited(exited.worker());
		}
		for (Action action : this.pool.on(event, MonotonicTime.now())) {
			try {
				carryOut(action);
			}
			catch (RuntimeException | Error ex) {
				// The pool takes it that all are carried out: one must not cost the rest.
				logger.error("The master could not carry out {}; please report it", action, ex);
			}
		}
	}

	private void carryOut(Action action) {
		if (action instanceof Action.Spawn spawn) {
			this.processes.spawn(spawn.worker(), spawn.generation());
		}
		else if (action instanceof Action.OpenGate open) {
			this.processes.tell(open.worker(), new Message.OpenGate());
		}
		else if (action instanceof Action.Drain drain) {
			this.processes.tell(drain.worker(), new Message.Drain(drain.reason()));
		}
		else if (action instanceof Action.Signal signal) {
			signal(signal);
		}
		else if (action instanceof Action.TakeEvidence take) {
			this.evidence.take(take.worker());
		}
		else if (action instanceof Action.CloseListeners) {
			this.configuration.listeners().refuseNew();
			this.listenersClosing = true;
		}
		else if (action instanceof Action.Reply reply) {
			this.control.answer(reply.ticket(), reply.answer());
		}
		else if (action instanceof Action.Report report) {
			report(report);
		}
		else if (action instanceof Action.Terminate terminate) {
			end(terminate);
		}
	}

	/**
	 * A worker that serves takes its first TERM for a request to drain, since people send
	 * it; the pool means the end, and says so over the link too.
	 */
	private void signal(Action.Signal signal) {
		switch (signal.signal()) {
			case TERM -> {
				this.processes.tell(signal.worker(), new Message.Quit());
				this.processes.kill(signal.worker(), Signal.TERM);
			}
			case KILL -> this.processes.kill(signal.worker(), Signal.KILL);
		}
	}

	private static void report(Action.Report report) {
		switch (report.severity()) {
			case INFO -> logger.info(report.line());
			case WARN -> logger.warn(report.line());
			case ERROR -> logger.error(report.line());
		}
	}

	private void end(Action.Terminate terminate) {
		if (!terminate.reason().isEmpty()) {
			logger.error("The server stops with exit status {}: {}", terminate.status(), terminate.reason());
		}
		try {
			close();
		}
		finally {
			this.control.ended();
			this.status.complete(terminate.status());
		}
	}

	private void close() {
		this.timer.shutdownNow();
		this.requests.shutdown();
		release(this.configuration.listeners());
		release(this.controlServer);
		this.configuration.pidFile().ifPresent(Master::release);
		release(this.configuration.runDirectory());
	}

	private static void release(AutoCloseable closeable) {
		try {
			closeable.close();
		}
		catch (Exception ex) {
			logger.warn("Cleaning up failed: {}", ex.toString());
		}
	}

	/**
	 * The pool at one moment.
	 *
	 * @param view the pool
	 * @param countedByTheGone what workers had counted that are gone
	 */
	record Snapshot(PoolView view, Totals countedByTheGone) {
	}

	CompletableFuture<Snapshot> snapshot() {
		CompletableFuture<Snapshot> snapshot = new CompletableFuture<>();
		this.tasks.add(() -> snapshot.complete(new Snapshot(this.pool.view(), this.countedByTheGone)));
		return snapshot;
	}

	/**
	 * A worker has named itself on a connection.
	 */
	void connected(WorkerId worker, ControlConnection connection) {
		this.tasks.add(() -> {
			if (this.processes.connected(worker, connection)) {
				tell(new Event.Connected(worker));
			}
			else {
				logger.warn("A control link is closed because it calls itself {}, which is not expected", worker);
				connection.close();
			}
		});
	}

	/**
	 * A connection has said something in the name of a worker.
	 */
	void heard(ControlConnection connection, Event.OfWorker event) {
		this.tasks.add(() -> {
			if (this.processes.isConnected(event.worker(), connection)) {
				tell(event);
			}
		});
	}

	/**
	 * A connection has sent the thread dump of a worker.
	 */
	void evidenceArrived(WorkerId worker, ControlConnection connection, String text) {
		this.tasks.add(() -> {
			if (this.processes.isConnected(worker, connection)) {
				this.evidence.arrived(worker, text);
			}
		});
	}

}
