package io.prefork.spring.launch;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.prefork.launch.CacheDirectory;
import io.prefork.launch.JvmImage;
import io.prefork.launch.Machine;
import io.prefork.launch.WorkerCode;
import io.prefork.launch.WorkerCommand;
import io.prefork.launch.WorkerCommands;
import io.prefork.launch.WorkerCount;
import io.prefork.launch.WorkerSizing;
import io.prefork.master.WorkerLauncher;
import io.prefork.os.ProgramImage;
import io.prefork.spring.InvalidSettingException;
import io.prefork.worker.WorkerSpec;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;
import org.springframework.util.StringUtils;

/**
 * Starts this same application again, as a worker.
 */
final class ApplicationLauncher implements WorkerLauncher {

	private static final String LOG_FILE = "logging.file.name";

	private final WorkerCommands commands;

	private final List<String> shares;

	private final WorkerCount count;

	private final int processors;

	private final List<String> notes;

	private final Optional<String> logFile;

	private final PlacedCode placement;

	private volatile WorkerCode code;

	private boolean prepared;

	private ApplicationLauncher(WorkerCommands commands, List<String> shares, int processors, WorkerCount count,
			List<String> notes, Optional<String> logFile, PlacedCode placement) {
		this.commands = commands;
		this.shares = shares;
		this.count = count;
		this.processors = processors;
		this.notes = notes;
		this.logFile = logFile;
		this.placement = placement;
		this.code = placement.undecided();
	}

	static ApplicationLauncher of(String[] arguments, ConfigurableEnvironment environment, PoolSettings settings) {
		return of(arguments, environment, settings, System.getenv());
	}

	static ApplicationLauncher of(String[] arguments, ConfigurableEnvironment environment, PoolSettings settings,
			Map<String, String> processEnvironment) {
		JvmImage image = JvmImage.current(arguments);
		WorkerCommands commands = commands(image, settings.properties().getWorker().getJvmArgs());
		WorkerSizing sizing = new WorkerSizing(Machine.current(), commands.chosenOptions());
		WorkerCount count = count(sizing, settings, processEnvironment);
		List<String> notes = new ArrayList<>(commands.notes());
		PlacedCode placement = new PlacedCode(image, hindrance(commands, settings),
				Optional.ofNullable(settings.properties().getCacheDir()));
		int sharers = settings.scale().sharers(count.workers());
		return new ApplicationLauncher(commands, sizing.options(sharers, settings.properties().getSpareWorkers()),
				sizing.processors(sharers), count, notes, logFile(environment, notes), placement);
	}

	/**
	 * Why workers cannot run from a copy of the application.
	 */
	private static Optional<String> hindrance(WorkerCommands commands, PoolSettings settings) {
		if (StringUtils.hasText(settings.properties().getUser())) {
			return Optional.of("what the master lays out is its own user's alone, and 'prefork.user' is set");
		}
		return commands.pathBoundOption().map((option) -> option + " fits the files there, and not copies of them");
	}

	private static WorkerCommands commands(JvmImage image, List<String> jvmArgs) {
		try {
			return new WorkerCommands(image, jvmArgs);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidSettingException("prefork.worker.jvm-args", String.join(" ", jvmArgs),
					"which cannot be given to a JVM: " + ex.getMessage(),
					"Give one option of the JVM a list entry, without the class path and the main class.");
		}
	}

	private static WorkerCount count(WorkerSizing sizing, PoolSettings settings,
			Map<String, String> processEnvironment) {
		ScaleSettings scale = settings.scale();
		Optional<String> configured = Optional.ofNullable(settings.properties().getWorkers())
			.filter(StringUtils::hasText);
		String setting = configured.isPresent() ? "prefork.workers" : "WEB_CONCURRENCY";
		String value = configured.orElseGet(() -> processEnvironment.getOrDefault("WEB_CONCURRENCY", ""));
		WorkerCount count;
		try {
			count = sizing.workers(configured, processEnvironment, settings.type());
		}
		catch (IllegalArgumentException ex) {
			throw invalidCount(setting, value, scale);
		}
		int workers = Math.max(scale.least(), Math.min(scale.most(), count.workers()));
		if (workers == count.workers()) {
			return count;
		}
		if (value.strip().matches("\\d+")) {
			throw invalidCount(setting, value, scale);
		}
		return new WorkerCount(workers, "workers: auto = " + workers + " ("
				+ ((workers < count.workers()) ? scale.mostSetting() : "prefork.scale.min") + ")");
	}

	private static InvalidSettingException invalidCount(String setting, String value, ScaleSettings scale) {
		String range = scale.least() + " to " + scale.most();
		return new InvalidSettingException(setting, value,
				"which is neither 'auto' nor a whole number from " + range + " ('" + scale.mostSetting() + "')",
				"Set '" + setting + "' to 'auto' or to a number from " + range + ".");
	}

	/**
	 * Several processes cannot share a rolling log file, so each worker writes one of its
	 * own; except if the file was named among the application's arguments, which a worker
	 * gets unchanged.
	 */
	private static Optional<String> logFile(ConfigurableEnvironment environment, List<String> notes) {
		String file = environment.getProperty(LOG_FILE);
		if (!StringUtils.hasText(file)) {
			return Optional.empty();
		}
		for (PropertySource<?> source : environment.getPropertySources()) {
			if (source instanceof CommandLinePropertySource<?> && source.containsProperty(LOG_FILE)) {
				notes.add("All processes write to " + file + " because '" + LOG_FILE
						+ "' is an argument; set it in application.yml for a file per worker");
				return Optional.empty();
			}
		}
		notes.add("Workers log to " + withSlot(file, "<slot>"));
		return Optional.of(file);
	}

	static String withSlot(String file, String slot) {
		int dot = file.lastIndexOf('.');
		return (dot > file.lastIndexOf('/')) ? file.substring(0, dot) + ".w" + slot + file.substring(dot)
				: file + ".w" + slot;
	}

	/**
	 * The initial number of workers.
	 */
	int workers() {
		return this.count.workers();
	}

	/**
	 * The processors that a worker sees.
	 */
	int processors() {
		return this.processors;
	}

	/**
	 * Where that number comes from.
	 */
	String explanation() {
		return this.count.explanation();
	}

	/**
	 * What workers get differently from the master, one sentence each.
	 */
	List<String> notes() {
		return this.notes;
	}

	@Override
	public Launch launch(WorkerSpec spec) {
		List<String> ours = new ArrayList<>(this.shares);
		this.logFile
			.ifPresent((file) -> ours.add("-D" + LOG_FILE + "=" + withSlot(file, Integer.toString(spec.slot()))));
		WorkerCommand whole = this.commands.forWorker(spec, ours, this.code.entryPoint(spec.generation()));
		WorkerCommand command = whole.shortened(spec.argumentFile());
		return new Launch(command.command(), Map.copyOf(command.environment()),
				new Faults(whole.errorFile(), whole.exitsOnOutOfMemory()));
	}

	@Override
	public void prepare(int generation, Code code) throws IOException {
		if (!this.prepared) {
			this.code = this.placement.first(generation, CacheDirectory.candidates(System.getenv()));
			this.prepared = true;
			return;
		}
		switch (code) {
			case CURRENT -> this.code.prepareCurrent(generation);
			case PREVIOUS -> this.code.preparePrevious(generation);
		}
	}

	@Override
	public Optional<String> code(int generation) {
		return this.code.id(generation);
	}

	@Override
	public void resume(int generation, Optional<String> code) throws IOException {
		this.code = this.placement.resumed(generation, code, CacheDirectory.candidates(System.getenv()));
		this.prepared = true;
	}

	/**
	 * The command that starts the master again, beside the one that runs.
	 */
	Launch again() throws IOException {
		WorkerCommand command = this.commands.forMaster(ProgramImage.current().words());
		return new Launch(command.command(), Map.copyOf(command.environment()));
	}

	@Override
	public void used(int generation) {
		this.code.used(generation);
	}

}
