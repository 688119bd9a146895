package io.prefork.spring.launch;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.prefork.master.Handover;
import io.prefork.master.HookScripts;
import io.prefork.master.Hooks;
import io.prefork.master.ListenerSet;
import io.prefork.master.Master;
import io.prefork.master.MasterConfiguration;
import io.prefork.master.PidFile;
import io.prefork.master.RunDirectory;
import io.prefork.master.ServiceNotifier;
import io.prefork.master.UserSwitch;
import io.prefork.master.WorkerLauncher;
import io.prefork.os.Account;
import io.prefork.os.BindAddress;
import io.prefork.os.ListenException;
import io.prefork.os.ListenOptions;
import io.prefork.os.Listener;
import io.prefork.os.OperatingSystem;
import io.prefork.os.Processes;
import io.prefork.os.Signal;
import io.prefork.os.Signals;
import io.prefork.pool.Event;
import io.prefork.pool.LostSlots;
import io.prefork.pool.PoolPolicy;
import io.prefork.spring.InvalidSettingException;
import io.prefork.worker.RequestLimits;
import io.prefork.worker.WorkerSettings;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.StringUtils;

/**
 * The life of a master, in the order that matters: settings are checked, then sockets and
 * files are opened (what fails leaves nothing behind), then the first workers are
 * started, and only then the master's own context, which must not delay the first answer.
 */
class MasterRun {

	private static final Log logger = LogFactory.getLog(MasterRun.class);

	private final SpringApplication application;

	private final String[] arguments;

	private final ConfigurableEnvironment environment;

	private final PoolSettings settings;

	MasterRun(SpringApplication application, String[] arguments, ConfigurableEnvironment environment) {
		this.application = application;
		this.arguments = arguments;
		this.environment = environment;
		ConfigurationPropertySources.attach(environment);
		this.settings = PoolSettings.of(environment, WebServer.of(application, environment).orElse(WebServer.TOMCAT));
	}

	/**
	 * Runs the master to its end.
	 * @return the exit status
	 */
	int run() {
		ApplicationLauncher launcher = ApplicationLauncher.of(this.arguments, this.environment, this.settings);
		Optional<Handover.Trial> trial = Handover.trial(System.getenv());
		if (trial.isPresent()) {
			return new UpgradeTrialRun(this.settings.properties(), this.environment, launcher).run(trial.get(),
					policy(this.settings.workerSettings(launcher.processors()), launcher.workers()));
		}
		List<BindAddress> addresses = BindAddresses.of(this.settings.properties().getBind(), System.getenv(),
				this.environment);
		Optional<Handover> handover = handover();
		Master master = prepare(launcher, addresses, handover);
		receiveSignals(master, handover);
		Thread hook = new Thread(() -> stopAndWait(master), "prefork-shutdown");
		Runtime.getRuntime().addShutdownHook(hook);
		ManagementPort port = new ManagementPort(
				new MasterContext(this.application, this.environment, master.control()), master);
		master.upgradeBy(new InPlaceUpgrade(this.settings.properties().getUpgradeTimeout(), launcher, port));
		master.start();
		return supervise(master, port, handover.isPresent());
	}

	private static Optional<Handover> handover() {
		try {
			return Handover.of(System.getenv(), ProcessHandle.current().pid());
		}
		catch (IOException ex) {
			throw new IllegalStateException("The master cannot go on: " + ex.getMessage(), ex);
		}
	}

	/**
	 * @param upgraded whether there are workers already, which nothing that fails here is
	 * to end
	 */
	private int supervise(Master master, ManagementPort port, boolean upgraded) {
		try {
			boolean open = port.open();
			if (!open && !upgraded) {
				logger.error("The server stops, since it would have no management port");
				master.post(new Event.Stop(true));
				master.awaitEnd();
				return 1;
			}
			if (!open) {
				logger.error("The upgraded master goes on without its management port, and takes signals alone");
			}
			MasterClasses.load();
			return master.awaitEnd();
		}
		catch (InterruptedException ex) {
			stopAndWait(master);
			return 1;
		}
	}

	/**
	 * What has arrived since this process was another program waits until there is
	 * somebody to receive it.
	 */
	private static void receiveSignals(Master master, Optional<Handover> handover) {
		try {
			installSignals(master);
			if (handover.isPresent()) {
				OperatingSystem.current().succession().receiveSignals();
				if (!handover.get().hangUpIgnored()) {
					OperatingSystem.current().succession().receiveHangUp(Signal.TTIN);
				}
				// As process 1, what has ended meanwhile has been told to nobody.
				master.childEnded();
			}
		}
		catch (IOException ex) {
			logger.warn("Signals may not reach the master: " + ex.getMessage());
		}
	}

	private Master prepare(ApplicationLauncher launcher, List<BindAddress> addresses, Optional<Handover> handover) {
		OperatingSystem os = OperatingSystem.current();
		HookScripts scripts = HookSettings.scripts(this.settings.properties().getHooks(), System.getenv());
		Optional<UserSwitch> user = new WorkerUser(os.accounts()).of(this.settings.properties());
		LimitSettings.apply(this.settings.properties().getLimits(), os.limits());
		this.settings.umask().ifPresent(os::umask);
		ListenerSet listeners = null;
		RunDirectory runDirectory = null;
		PidFile pidFile = null;
		try {
			runDirectory = runDirectory(user.map(UserSwitch::account), handover);
			Hooks hooks = hooks(new Hooks(scripts, os, runDirectory.path()), scripts, launcher.workers(), handover);
			listeners = listen(os, addresses, handover);
			WorkerUser.giveSockets(user, addresses);
			pidFile = pidFile();
			PidFile.dropOther(handover.flatMap(Handover::pidFile), Optional.ofNullable(pidFile));
			begin(launcher, handover);
			WorkerSettings worker = this.settings.workerSettings(launcher.processors());
			Master master = new Master(
					new MasterConfiguration(policy(worker, launcher.workers()), worker, listeners, runDirectory,
							Optional.ofNullable(pidFile), user.isPresent() ? user.get().launcher(launcher) : launcher),
					os, handover);
			ServiceNotifier.of(System.getenv(), os).ifPresent(master::tell);
			master.use(hooks);
			announce(listeners, worker, launcher);
			handover.ifPresent((before) -> logger.info("It was upgraded in place, and goes on with "
					+ before.processes().size() + " worker(s) of generation " + before.pool().rollouts().generation()));
			user.ifPresent((other) -> logger.info("Workers run as user " + other.account()));
			return master;
		}
		catch (IOException | RuntimeException ex) {
			close(pidFile);
			close(runDirectory);
			close(listeners);
			throw (ex instanceof RuntimeException runtime) ? runtime
					: new IllegalStateException("The master cannot start: " + ex.getMessage(), ex);
		}
	}

	/**
	 * A server that goes on does not start.
	 */
	private static Hooks hooks(Hooks hooks, HookScripts scripts, int workers, Optional<Handover> handover) {
		if (handover.isEmpty()) {
			hooks.starting(workers).ifPresent((refusal) -> {
				throw HookSettings.refused(scripts, refusal);
			});
		}
		return hooks;
	}

	private static void begin(ApplicationLauncher launcher, Optional<Handover> handover) throws IOException {
		if (handover.isPresent()) {
			launcher.resume(handover.get().pool().rollouts().generation(), handover.get().code());
		}
		else {
			launcher.prepare(1, WorkerLauncher.Code.CURRENT);
		}
	}

	private ListenerSet listen(OperatingSystem os, List<BindAddress> addresses, Optional<Handover> handover)
			throws ListenException {
		ListenOptions options = new ListenOptions(this.settings.properties().getBacklog(),
				this.settings.properties().isReusePort(), this.settings.deferAccept());
		return handover.isPresent() ? ListenerSet.resume(os, addresses, options, handover.get().listeners())
				: ListenerSet.open(os, addresses, options);
	}

	private RunDirectory runDirectory(Optional<Account> workers, Optional<Handover> handover) throws IOException {
		return handover.isPresent() ? RunDirectory.resume(handover.get().runDirectory(), workers)
				: runDirectory(workers);
	}

	private RunDirectory runDirectory(Optional<Account> workers) {
		String configured = this.settings.properties().getRunDirectory();
		Path parent = (configured != null && !configured.isBlank()) ? Path.of(configured)
				: defaultRunDirectory(workers);
		try {
			return RunDirectory.create(parent, workers);
		}
		catch (IOException ex) {
			throw new InvalidSettingException("prefork.run-directory", parent,
					"in which the master cannot make its private directory: " + describe(ex),
					"Set 'prefork.run-directory' to a directory that exists, that the user "
							+ System.getProperty("user.name") + " may write to, and whose path is short.");
		}
	}

	/**
	 * A directory that workers cannot enter is passed over, such as root's of a login.
	 */
	private static Path defaultRunDirectory(Optional<Account> workers) {
		return Stream
			.of(System.getenv("RUNTIME_DIRECTORY"), System.getenv("XDG_RUNTIME_DIR"), "/dev/shm",
					System.getProperty("java.io.tmpdir"))
			.filter(StringUtils::hasText)
			.map(Path::of)
			.filter((directory) -> Files.isDirectory(directory) && Files.isWritable(directory))
			.filter((directory) -> workers.flatMap((account) -> account.barrier(directory)).isEmpty())
			.findFirst()
			.orElseThrow(() -> new InvalidSettingException("prefork.run-directory", "",
					"and none of $RUNTIME_DIRECTORY, $XDG_RUNTIME_DIR, /dev/shm and the temporary directory can be "
							+ "written to",
					"Set 'prefork.run-directory' to a directory that can be written to."));
	}

	private @Nullable PidFile pidFile() {
		String path = this.settings.properties().getPidfile();
		if (!StringUtils.hasText(path)) {
			return null;
		}
		try {
			return PidFile.create(Path.of(path));
		}
		catch (IOException ex) {
			throw new InvalidSettingException("prefork.pidfile", path, "which cannot be written: " + describe(ex),
					"Set 'prefork.pidfile' to a file in a directory that can be written to, or stop the server that "
							+ "the file belongs to.");
		}
	}

	private static String describe(IOException ex) {
		return (ex instanceof FileSystemException)
				? ex.getClass().getSimpleName().replaceAll("Exception$", "") + " " + ex.getMessage()
				: String.valueOf(ex.getMessage());
	}

	private PoolPolicy policy(WorkerSettings worker, int workers) {
		RequestLimits requests = this.settings.requestLimits();
		return new PoolPolicy(workers, this.settings.properties().getMaxWorkers(),
				this.settings.staffing().bootConcurrency(), this.settings.properties().getBootTimeout(),
				this.settings.properties().getTimeout(), requests.hard(),
				this.settings.properties().getGracefulTimeout(),
				new RecycleSettings(this.settings.properties()).policy(), PoolPolicy.Backoff.DEFAULT,
				RolloutSettings.policy(this.settings.properties().getRollout()),
				this.settings.scale().policy(workers, worker.slots()),
				new LostSlots(worker.slots(), requests.lostShare()), this.settings.staffing().policy());
	}

	private void announce(ListenerSet listeners, WorkerSettings worker, ApplicationLauncher launcher) {
		logger.info("Master " + ProcessHandle.current().pid() + " listens on "
				+ listeners.all().stream().map(Listener::address).collect(Collectors.joining(", ")) + " for "
				+ launcher.workers() + " " + worker.type().name().toLowerCase(Locale.ROOT) + " worker(s) with "
				+ worker.slots() + " request slot(s) each (" + launcher.explanation() + ")");
		launcher.notes().forEach(logger::info);
		this.settings.scale().note(launcher.workers()).ifPresent(logger::info);
	}

	private static void installSignals(Master master) {
		Signals.handle(Signal.TTIN, () -> master.post(new Event.ScaleBy(0, 1)));
		Signals.handle(Signal.TTOU, () -> master.post(new Event.ScaleBy(0, -1)));
		Signals.handle(Signal.HUP, () -> master.post(new Event.Reload(0)));
		Signals.handle(Signal.USR1, master::reopenLogs);
		Signals.handle(Signal.CHLD, master::childEnded);
		// A terminal sends WINCH when its window is resized, as Gunicorn knows.
		if (!Processes.hasTerminal((int) ProcessHandle.current().pid())) {
			Signals.handle(Signal.WINCH, () -> master.post(new Event.Dismiss()));
		}
		Signals.handle(Signal.TERM, () -> master.post(new Event.Stop(false)));
		Signals.handle(Signal.INT, () -> master.post(new Event.Stop(true)));
		master.onReopenLogs(LogFiles::reopen);
	}

	/**
	 * For an end that did not come through the master: {@code System.exit} called in it,
	 * or a signal that the JVM has kept to itself.
	 */
	private static void stopAndWait(Master master) {
		if (master.hasEnded()) {
			return;
		}
		master.post(new Event.Stop(false));
		try {
			master.awaitEnd();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void close(@Nullable AutoCloseable closeable) {
		if (closeable != null) {
			try {
				closeable.close();
			}
			catch (Exception ex) {
				logger.debug("Cleaning up failed", ex);
			}
		}
	}

}
