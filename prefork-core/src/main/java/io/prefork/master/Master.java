package io.prefork.master;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
import java.util.function.Consumer;

import io.prefork.control.ControlServer;
import io.prefork.control.Message;
import io.prefork.control.PoolControl;
import io.prefork.control.PoolControlServer;
import io.prefork.os.MemoryGroup;
import io.prefork.os.OperatingSystem;
import io.prefork.pool.Action;
import io.prefork.pool.Event;
import io.prefork.pool.Obituary;
import io.prefork.pool.Pool;
import io.prefork.pool.PoolView;
import io.prefork.pool.WorkerId;
import io.prefork.scoreboard.Scoreboard;
import io.prefork.worker.WorkerSpec;
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

	private final MasterConfiguration configuration;

	private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

	private final CompletableFuture<Integer> status = new CompletableFuture<>();

	private final ScheduledExecutorService timer = Executors
		.newSingleThreadScheduledExecutor((task) -> daemon("prefork-timer", task));

	private final ExecutorService requests = Executors.newCachedThreadPool((task) -> daemon("prefork-request", task));

	private final Pool pool;

	private final VitalSigns vitalSigns;

	private final WorkerProcesses processes;

	private final Postmortems postmortems;

	private final Evidence evidence;

	private final WorkerOrders orders;

	private final CodePreparation code;

	private final Orphans orphans;

	private final MasterControl control;

	private final WorkerLinks links;

	private final ControlServer controlServer;

	private final AcceptQueues queues;

	private final Surveyor surveyor;

	private final PoolHooks hooks;

	private Runnable reopenLogs = () -> {
	};

	private Consumer<Obituary> mourner = (obituary) -> {
	};

	private Optional<ServiceNotifier> service = Optional.empty();

	private final Ledger ledger;

	private final Upgrade upgrade;

	/**
	 * Prepares a master: makes the scoreboard and opens the control socket.
	 * @param configuration what it is made of
	 * @param os the operating system
	 * @param handover what the program left that this process was before, if it was one:
	 * then the master goes on where that stopped
	 * @throws IOException if that fails; the caller closes what the configuration holds
	 */
	public Master(MasterConfiguration configuration, OperatingSystem os, Optional<Handover> handover)
			throws IOException {
		this.configuration = configuration;
		this.ledger = Ledger.of(handover);
		this.pool = handover.map((before) -> Pool.resume(configuration.policy(), new SplittableRandom(), before.pool()))
			.orElseGet(() -> new Pool(configuration.policy(), new SplittableRandom()));
		Path file = configuration.runDirectory().path().resolve(Scoreboard.FILE);
		Scoreboard scoreboard = handover.isPresent() ? Scoreboard.open(file)
				: Scoreboard.create(file, configuration.policy().slots());
		MemoryGroup memory = MemoryGroup.current();
		this.postmortems = new Postmortems(scoreboard, memory, Path.of("").toAbsolutePath(),
				configuration.runDirectory().user(), this.ledger.oomKills());
		this.processes = new WorkerProcesses(os, configuration, this.postmortems, this::post);
		this.vitalSigns = new VitalSigns(scoreboard, this.processes);
		this.code = new CodePreparation(configuration.launcher(), this::post);
		this.hooks = new PoolHooks(new Hooks(HookScripts.NONE, os, configuration.runDirectory().path()), this.processes,
				this.tasks::add);
		this.orphans = new Orphans(os, this.processes, this.hooks::owns);
		this.evidence = new Evidence(this.processes, this.timer, this::post, this.tasks::add);
		this.orders = new WorkerOrders(this.processes, this.evidence);
		this.upgrade = new Upgrade(os, this.tasks, this.processes,
				new Estate(configuration, this.pool, this.processes, this.ledger, this.hooks));
		this.control = new MasterControl(this::post, this::snapshot,
				new PoolDocuments(configuration, scoreboard, this.ledger), this.upgrade::begin);
		this.queues = new AcceptQueues(configuration.listeners());
		this.links = new WorkerLinks(
				new LinkEvents(this.tasks, this::tell, this.processes, this.evidence, this.upgrade),
				new PoolControlServer(this.control, this.requests));
		this.surveyor = new Surveyor(configuration.policy().scale(), configuration.listeners(), memory, this.requests);
		this.controlServer = ControlServer.open(configuration.runDirectory().path(), this.links);
		configuration.runDirectory().admitWorkers(Scoreboard.FILE, ControlServer.SOCKET);
		if (handover.isPresent()) {
			handover.get().processes().forEach(this.processes::adopt);
			this.hooks.resume(handover.get());
			Files.deleteIfExists(configuration.runDirectory().path().resolve(WorkerSpec.HANDOVER));
		}
	}

	/**
	 * A thread that has nothing to do with the one that it is made by, which may be the
	 * management port's.
	 */
	static Thread daemon(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		thread.setContextClassLoader(Master.class.getClassLoader());
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
	 * Has somebody told of every worker whose process is gone.
	 * @param mourner whom to tell, in the loop thread: it must not block
	 */
	public void onWorkerExited(Consumer<Obituary> mourner) {
		this.tasks.add(() -> this.mourner = mourner);
	}

	/**
	 * Has a service manager told how the pool is. To be called before the start.
	 * @param notifier what tells it; the master closes it
	 */
	public void tell(ServiceNotifier notifier) {
		this.service = Optional.of(notifier);
		this.upgrade.beforehand((patience) -> notifier.replacing(patience, MonotonicTime.now()));
		if (this.ledger.upgrades() > 0) {
			notifier.replaced();
		}
	}

	/**
	 * Lets the master be upgraded in place.
	 * @param plan how
	 */
	public void upgradeBy(UpgradePlan plan) {
		this.upgrade.plan(plan);
	}

	/**
	 * Has executables run at hooks. To be called before the start.
	 * @param hooks what runs them; the master ends it
	 */
	public void use(Hooks hooks) {
		this.hooks.use(hooks);
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
		Map<WorkerId, Long> resident = this.postmortems.sample(this.processes.all(), MonotonicTime.now());
		if (!resident.isEmpty()) {
			tell(new Event.Measured(resident));
		}
		tell(new Event.Tick(this.vitalSigns.all(), this.surveyor.look(this.processes, MonotonicTime.now())));
		if (this.queues.emptied()) {
			tell(new Event.QueuesEmpty());
		}
	}

	private void tell(Event event) {
		if (event instanceof Event.Exited exited) {
			this.vitalSigns.reading(exited.worker()).ifPresent(this.ledger::gone);
			this.processes.exited(exited.worker());
			this.upgrade.silent(exited.worker());
		}
		List<Action> actions = this.pool.on(event, MonotonicTime.now());
		this.hooks.observe(event, actions, this.pool.view());
		for (Action action : actions) {
			try {
				carryOut(action);
			}
			catch (RuntimeException | Error ex) {
				// The pool takes it that all are carried out: one must not cost the rest.
				logger.error("The master could not carry out {}; please report it", action, ex);
			}
		}
		this.service.ifPresent((notifier) -> notifier.observe(event, this.pool.view(), MonotonicTime.now()));
	}

	private void carryOut(Action action) {
		if (action instanceof Action.Prepare prepare) {
			this.code.prepare(prepare);
		}
		else if (action instanceof Action.Used used) {
			this.code.used(used.generation());
		}
		else if (action instanceof Action.CloseListeners) {
			this.queues.refuseNew();
		}
		else if (action instanceof Action.Reply reply) {
			this.control.answer(reply.ticket(), reply.answer());
		}
		else if (action instanceof Action.Announce announce) {
			this.mourner.accept(announce.obituary());
		}
		else if (action instanceof Action.Report report) {
			ReportLog.write(report);
		}
		else if (action instanceof Action.Terminate terminate) {
			end(terminate);
		}
		else if (action instanceof Action.Spawn spawn) {
			this.hooks.start(spawn, () -> this.orders.give(spawn));
		}
		else if (action instanceof Action.OfWorker order) {
			this.orders.give(order);
		}
	}

	private void end(Action.Terminate terminate) {
		if (!terminate.reason().isEmpty()) {
			logger.error("The server stops with exit status {}: {}", terminate.status(), terminate.reason());
		}
		try {
			close(terminate);
		}
		finally {
			this.control.ended();
			this.status.complete(terminate.status());
		}
	}

	private void close(Action.Terminate terminate) {
		this.timer.shutdownNow();
		this.requests.shutdown();
		this.upgrade.end();
		this.code.stop();
		release(this.configuration.listeners());
		release(this.controlServer);
		this.configuration.pidFile().ifPresent(Master::release);
		release(() -> this.hooks.end(terminate));
		this.service.ifPresent(Master::release);
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
		this.tasks.add(() -> snapshot.complete(new Snapshot(this.pool.view(), this.ledger.gone())));
		return snapshot;
	}

}
