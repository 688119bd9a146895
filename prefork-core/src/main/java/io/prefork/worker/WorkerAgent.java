package io.prefork.worker;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.prefork.control.ControlClient;
import io.prefork.control.Message;
import io.prefork.control.PoolControl;
import io.prefork.os.Processes;
import io.prefork.os.Signal;
import io.prefork.os.Signals;
import io.prefork.scoreboard.Scoreboard;
import org.jspecify.annotations.Nullable;

/**
 * The worker itself, as opposed to the worker as the master sees it: keeps the link to
 * the master and the heartbeat, opens the gate on the master's word, and leaves when told
 * to, when sent TERM, or when the master is gone.
 */
public final class WorkerAgent implements Worker, ControlClient.Listener {

	private final WorkerSpec spec;

	private final RequestTracker requests = new RequestTracker();

	private final List<ServerAdapter> adapters = new CopyOnWriteArrayList<>();

	private final MasterLink master = new MasterLink();

	private final WorkerShutdown shutdown;

	private volatile @Nullable Serving serving;

	private volatile @Nullable DeadlockWatch deadlocks;

	private boolean wanted;

	private boolean refusing;

	private volatile WorkerObserver observer = WorkerObserver.NONE;

	private volatile Runnable reopenLogs = () -> {
	};

	private final HealthTeller health = new HealthTeller((ailment) -> this.master.tell(new Message.Health(ailment)));

	private WorkerAgent(WorkerSpec spec) {
		this.spec = spec;
		this.shutdown = new WorkerShutdown(spec, this.requests, this.adapters, this.master);
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
			Signals.handle(Signal.TERM, agent.shutdown::terminated);
			agent.master.connect(spec, agent, agent::state);
			Runtime.getRuntime().addShutdownHook(new Thread(agent.shutdown::jvmEnds, "prefork-shutdown"));
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
	 * @param deadlockInterval time between two looks for threads that wait for each
	 * other, zero for none
	 */
	public void configure(WorkerSettings settings, RequestLimits limits, Duration deadlockInterval) {
		try {
			AcceptGate gate = new AcceptGate(settings);
			SlowClients slowClients = new SlowClients(settings.clients());
			slowClients.begin();
			Scoreboard scoreboard = Scoreboard.open(this.spec.runDirectory().resolve(Scoreboard.FILE));
			Heartbeat heartbeat = new Heartbeat(scoreboard, this.spec, this.requests, gate, slowClients, this.adapters);
			heartbeat.start();
			RequestTimeouts timeouts = new RequestTimeouts(this.requests, limits, settings.slots());
			if (limits.any()) {
				timeouts.start();
			}
			this.deadlocks = new DeadlockWatch(this.requests, deadlockInterval, timeouts::start, this.master::tell);
			Serving serving = new Serving(settings, gate, slowClients, heartbeat,
					new Siblings(scoreboard, this.spec.slot()));
			this.shutdown.serving(serving);
			this.serving = serving;
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
	 * Says how the health of the application is checked, if it can be.
	 * @param check the check
	 */
	public void onCheckHealth(HealthCheck check) {
		this.health.use(check);
	}

	/**
	 * Has somebody told what becomes of this worker.
	 * @param observer whom
	 */
	public void observe(WorkerObserver observer) {
		this.observer = observer;
		this.shutdown.observe(observer);
	}

	/**
	 * The application is up: the master may have the gate opened.
	 * @param closeApplication closes the application in an orderly way
	 */
	public void ready(Runnable closeApplication) {
		this.shutdown.applicationIsUp(closeApplication);
		this.master.tell(new Message.Ready());
		DeadlockWatch watch = this.deadlocks;
		if (watch != null) {
			watch.start();
		}
	}

	/**
	 * The application failed to start; the process is about to end.
	 * @param reason why, readable
	 */
	public void bootFailed(String reason) {
		if (!this.shutdown.hasBegun()) {
			this.master.tellNow(new Message.BootFailed(reason));
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
		if (current != null && !this.shutdown.hasBegun()) {
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
		this.shutdown.applicationCloses();
	}

	@Override
	public void leave(String reason) {
		this.shutdown.resign(reason);
	}

	/**
	 * The pool, relayed to the master.
	 * @return the control
	 */
	public PoolControl pool() {
		return this.master.pool();
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
	public void acceptorStarted() {
		Processes.currentThread().ifPresent((thread) -> this.master.tell(new Message.Acceptor(thread)));
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

	/**
	 * What a master that is another program than before may not have heard.
	 */
	private synchronized List<Message> state() {
		List<Message> state = new ArrayList<>();
		if (this.shutdown.isApplicationUp() && !this.shutdown.hasBegun()) {
			state.add(new Message.Ready());
			if (this.wanted) {
				state.add(new Message.Accepting());
			}
		}
		return state;
	}

	@Override
	public void told(Message message) {
		if (message instanceof Message.OpenGate) {
			openGate();
		}
		else if (message instanceof Message.Drain drain) {
			this.shutdown.leave(drain.reason());
		}
		else if (message instanceof Message.Quit) {
			this.shutdown.quit();
		}
		else if (message instanceof Message.TakeEvidence take) {
			String evidence = ThreadDump.of(this.requests);
			this.master.tell(new Message.Evidence(evidence));
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
		if (!this.shutdown.hasBegun()) {
			if (!this.refusing) {
				serving().gate().open();
			}
			this.master.tell(new Message.Accepting());
		}
	}

	@Override
	public void masterGone() {
		this.shutdown.masterGone();
	}

}
