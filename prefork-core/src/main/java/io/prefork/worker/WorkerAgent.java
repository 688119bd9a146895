package io.prefork.worker;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.prefork.control.ControlClient;
import io.prefork.control.Message;
import io.prefork.control.PoolControl;
import io.prefork.os.Signal;
import io.prefork.os.Signals;
import io.prefork.scoreboard.Scoreboard;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker itself, as opposed to the worker as the master sees it: keeps the link to
 * the master and the heartbeat, opens the gate on the master's word, and leaves when told
 * to, when sent TERM, or when the master is gone.
 */
public final class WorkerAgent implements Worker, ControlClient.Listener {

	private static final Logger logger = LoggerFactory.getLogger(WorkerAgent.class);

	/**
	 * Time for an application to close whose threads do not all come back.
	 */
	private static final Duration CLOSE_WITHOUT_LOST_THREADS = Duration.ofSeconds(5);

	private final WorkerSpec spec;

	private final RequestTracker requests = new RequestTracker();

	private final List<ServerAdapter> adapters = new CopyOnWriteArrayList<>();

	private final AtomicBoolean leaving = new AtomicBoolean();

	private volatile @Nullable ControlClient master;

	private volatile @Nullable Serving serving;

	private boolean wanted;

	private boolean refusing;

	private volatile @Nullable Runnable closeApplication;

	private volatile WorkerObserver observer = WorkerObserver.NONE;

	private volatile Runnable reopenLogs = () -> {
	};

	private final HealthTeller health = new HealthTeller((ailment) -> tell(new Message.Health(ailment)));

	private WorkerAgent(WorkerSpec spec) {
		this.spec = spec;
	}

	/**
	 * How this worker serves, known once the environment is prepared.
	 */
	private record Serving(WorkerSettings settings, AcceptGate gate, SlowClients slowClients, Heartbeat heartbeat,
			Siblings siblings) {
	}

	/**
	 * Connects this process to its master: what it prints from now on goes where the
	 * master's output goes, and the master's death is noticed.
	 * @param spec what the master told this process
	 * @return the agent
	 * @throws IllegalStateException if there is no master
	 */
	public static WorkerAgent connect(WorkerSpec spec) {
		try {
			StandardOutput.takeOver(spec);
			WorkerAgent agent = new WorkerAgent(spec);
			Signals.handle(Signal.TERM, agent::terminated);
			ControlClient master = ControlClient.connect(spec.runDirectory(), agent);
			agent.master = master;
			master.tell(new Message.Hello(spec.slot(), spec.serial()));
			Runtime.getRuntime().addShutdownHook(new Thread(agent::shuttingDown, "prefork-shutdown"));
			return agent;
		}
		catch (IOException ex) {
			throw new IllegalStateException("This process was started as worker " + spec.slot()
					+ " but cannot reach its master in " + spec.runDirectory() + ": " + ex.getMessage(), ex);
		}
	}

	/**
	 * Says how this worker serves, and starts the heartbeat.
	 * @param settings the settings
	 * @param limits how long requests may take
	 */
	public void configure(WorkerSettings settings, RequestLimits limits) {
		try {
			AcceptGate gate = new AcceptGate(settings);
			SlowClients slowClients = new SlowClients(settings.clients());
			Scoreboard scoreboard = Scoreboard.open(this.spec.runDirectory().resolve(Scoreboard.FILE));
			Heartbeat heartbeat = new Heartbeat(scoreboard, this.spec, this.requests, gate, slowClients, this.adapters);
			heartbeat.start();
			new RequestTimeouts(this.requests, limits, settings.slots()).start();
			this.serving = new Serving(settings, gate, slowClients, heartbeat,
					new Siblings(scoreboard, this.spec.slot()));
		}
		catch (IOException ex) {
			throw new IllegalStateException("The scoreboard in " + this.spec.runDirectory() + " cannot be opened", ex);
		}
	}

	/**
	 * Says how log files are reopened.
	 * @param action what reopens them
	 */
	public void onReopenLogs(Runnable action) {
		this.reopenLogs = action;
	}

	/**
	 * Has somebody told what becomes of this worker.
	 * @param observer whom
	 */
	public void observe(WorkerObserver observer) {
		this.observer = observer;
	}

	/**
	 * Says how the health of the application is checked, if it can be.
	 * @param check the check
	 */
	public void onCheckHealth(HealthCheck check) {
		this.health.use(check);
	}

	/**
	 * The application is up: the master may have the gate opened.
	 * @param closeApplication closes the application in an orderly way
	 */
	public void ready(Runnable closeApplication) {
		this.closeApplication = closeApplication;
		tell(new Message.Ready());
	}

	/**
	 * The application failed to start; the process is about to end.
	 * @param reason why, readable
	 */
	public void bootFailed(String reason) {
		if (!this.leaving.get()) {
			tell(new Message.BootFailed(reason));
			flush();
		}
	}

	/**
	 * The application refuses traffic for the time being, or takes it again (readiness).
	 * Other workers serve meanwhile.
	 * @param refusing whether it refuses
	 */
	public synchronized void refuseTraffic(boolean refusing) {
		this.refusing = refusing;
		Serving current = this.serving;
		if (current != null && !this.leaving.get()) {
			if (refusing) {
				current.gate().close();
			}
			else if (this.wanted) {
				current.gate().open();
			}
		}
	}

	/**
	 * The application closes although this worker was not told to leave, of its own
	 * accord or because somebody called {@link System#exit}. Returns when nothing is in
	 * flight and clients have closed their connections, or had the time to: twice the
	 * quiet period, since a request that waits for this very end is in flight for ever.
	 */
	public void closing() {
		Serving current = this.serving;
		if (current == null || this.closeApplication == null || this.leaving.get()) {
			return;
		}
		logger.info("Worker {} closes, though nobody has told it to", this.spec.slot());
		this.observer.leaving("the application closes", false);
		Duration patience = current.settings().drainQuietPeriod().multipliedBy(2);
		try {
			drainOf(current).graceful().get(patience.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			// The server's own graceful shutdown goes on from here
		}
		catch (ExecutionException ex) {
			logger.warn("Worker {} did not leave in an orderly way", this.spec.slot(), ex.getCause());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private Drain drainOf(Serving current) {
		return new Drain(current.gate(), this.requests, this.adapters, current.settings());
	}

	/**
	 * The pool, relayed to the master.
	 * @return the control
	 */
	public PoolControl pool() {
		ControlClient current = this.master;
		if (current == null) {
			throw new IllegalStateException("Not connected");
		}
		return current;
	}

	@Override
	public WorkerSpec spec() {
		return this.spec;
	}

	@Override
	public WorkerSettings settings() {
		return serving().settings();
	}

	@Override
	public AcceptGate gate() {
		return serving().gate();
	}

	@Override
	public RequestTracker requests() {
		return this.requests;
	}

	@Override
	public SlowClients slowClients() {
		return serving().slowClients();
	}

	@Override
	public boolean siblingsHaveFreeSlot() {
		return serving().siblings().haveFreeSlot();
	}

	@Override
	public void register(ServerAdapter adapter) {
		this.adapters.add(adapter);
	}

	private Serving serving() {
		Serving current = this.serving;
		if (current == null) {
			throw new IllegalStateException("The worker is not configured yet");
		}
		return current;
	}

	private void tell(Message message) {
		ControlClient current = this.master;
		if (current != null) {
			current.tell(message);
		}
	}

	/**
	 * Lets what was told leave before the process does.
	 */
	private void flush() {
		ControlClient current = this.master;
		if (current != null) {
			current.flush(Duration.ofSeconds(1));
		}
	}

	@Override
	public void told(Message message) {
		if (message instanceof Message.OpenGate) {
			openGate();
		}
		else if (message instanceof Message.Drain drain) {
			leave(drain.reason());
		}
		else if (message instanceof Message.Quit) {
			quit();
		}
		else if (message instanceof Message.TakeEvidence take) {
			String evidence = ThreadDump.of(this.requests);
			tell(new Message.Evidence(evidence));
			this.observer.aborting(take.reason(), evidence);
		}
		else if (message instanceof Message.WorkersChanged changed) {
			this.observer.workersChanged(changed.previous(), changed.workers());
		}
		else if (message instanceof Message.CheckHealth) {
			this.health.asked();
		}
		else if (message instanceof Message.ReopenLogs) {
			this.reopenLogs.run();
		}
	}

	private synchronized void openGate() {
		this.wanted = true;
		if (!this.leaving.get()) {
			if (!this.refusing) {
				serving().gate().open();
			}
			tell(new Message.Accepting());
		}
	}

	@Override
	public void masterGone() {
		Serving current = this.serving;
		endWithin((current != null) ? current.settings().gracefulTimeout() : Duration.ZERO);
		if (!this.leaving.get()) {
			logger.warn("Worker {} leaves because the master is gone", this.spec.slot());
			leave("the master is gone");
		}
	}

	/**
	 * With no master to end a worker that does not leave in time, it does so itself, also
	 * if it was leaving already.
	 */
	private void endWithin(Duration limit) {
		Thread watchdog = new Thread(() -> {
			try {
				TimeUnit.NANOSECONDS.sleep(limit.toNanos());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			Runtime.getRuntime().halt(1);
		}, "prefork-watchdog");
		watchdog.setDaemon(true);
		watchdog.start();
	}

	/**
	 * The JVM ends, as it does not when it is halted or killed. That is news to the
	 * master unless it comes of leaving.
	 */
	private void shuttingDown() {
		if (!this.leaving.get()) {
			tell(new Message.ShuttingDown());
			flush();
		}
	}

	/**
	 * TERM: leave; a second time, or before the application is up: end.
	 */
	private void terminated() {
		if (this.closeApplication == null || this.leaving.get()) {
			if (!this.leaving.get()) {
				tell(new Message.Leaving("it was sent SIGTERM"));
				flush();
			}
			quit();
		}
		else {
			tell(new Message.Leaving("it was sent SIGTERM"));
			leave("it was sent SIGTERM");
		}
	}

	private void quit() {
		if (!this.leaving.getAndSet(true)) {
			this.observer.leaving("it is to end at once", true);
		}
		new Thread(() -> System.exit(0), "prefork-exit").start();
	}

	private void leave(String reason) {
		if (this.leaving.compareAndSet(false, true)) {
			this.observer.leaving(reason, false);
			Thread thread = new Thread(() -> {
				try {
					drain(reason);
				}
				finally {
					System.exit(0);
				}
			}, "prefork-leave");
			// A JVM ends with its last thread that is no daemon, which may be one of a
			// server's that waits for the listening socket to be closed.
			thread.setDaemon(false);
			thread.start();
		}
	}

	private void drain(String reason) {
		Serving current = this.serving;
		Runnable close = this.closeApplication;
		if (current == null || close == null) {
			return;
		}
		logger.info("Worker {} is leaving: {}", this.spec.slot(), reason);
		// First: whatever fails from here on, nobody connects to a worker that ends
		current.gate().shut();
		try {
			drainOf(current).graceful().join();
			if (this.requests.lost() > 0) {
				endWithin(CLOSE_WITHOUT_LOST_THREADS);
			}
			close.run();
		}
		catch (RuntimeException | Error ex) {
			logger.warn("Worker {} did not leave in an orderly way", this.spec.slot(), ex);
		}
		current.heartbeat().stop();
	}

}
