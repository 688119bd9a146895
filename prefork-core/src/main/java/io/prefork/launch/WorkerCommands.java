package io.prefork.launch;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.prefork.worker.WorkerSpec;

/**
 * Makes the commands that start workers: the master's own command line again, less what
 * several JVMs cannot share, plus what makes a worker of it.
 * <p>
 * Among the options of the JVM later ones win. Their order is: the master's own, those
 * that share the machine out and those for faults, the user's
 * {@code prefork.worker.jvm-args}, the worker's specification. In the first and the third
 * {@code {slot}} stands for the worker's slot.
 */
public final class WorkerCommands {

	/**
	 * Variables whose options are among the JVM's input arguments already, and would
	 * apply twice.
	 */
	private static final Set<String> APPLIED = Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

	/**
	 * These, and those by which systemd addresses the master alone (sd_listen_fds(3),
	 * sd_notify(3), sd_watchdog_enabled(3)), and a master its successor.
	 */
	static final Set<String> NOT_INHERITED = Stream
		.concat(APPLIED.stream(),
				Stream.of("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID", "NOTIFY_SOCKET",
						"WATCHDOG_PID", "WATCHDOG_USEC", "FDSTORE", WorkerSpec.HANDOVER_VARIABLE))
		.collect(Collectors.toUnmodifiableSet());

	private static final Pattern ARGUMENT_FILE = Pattern.compile("(^|\\s)[\"']?@");

	private final JvmImage image;

	private final CarriedOptions carried;

	private final List<String> extra;

	/**
	 * Prepares commands for workers that are like a given JVM.
	 * @param image the JVM, the master's own
	 * @param extra {@code prefork.worker.jvm-args}
	 * @throws IllegalArgumentException if {@code extra} holds something that is no option
	 * of the JVM; the message names the setting and the value
	 */
	public WorkerCommands(JvmImage image, List<String> extra) {
		this.image = image;
		this.carried = CarriedOptions.of(image.jvmArguments(),
				(path) -> Files.isDirectory(image.workingDirectory().resolve(path)));
		this.extra = extra.stream().map(String::strip).filter((option) -> !option.isEmpty()).toList();
		this.extra.forEach(WorkerCommands::requireJvmOption);
	}

	/**
	 * What workers do not get of the master's own options, or get changed.
	 * @return one sentence each, for the log
	 */
	public List<String> notes() {
		return this.carried.notes();
	}

	/**
	 * The options of every worker that the user chose: by the master's own command line
	 * and by {@code prefork.worker.jvm-args}.
	 * @return options, later ones win
	 */
	public List<String> chosenOptions() {
		return OptionFamily.override(this.carried.options(), this.extra);
	}

	/**
	 * An option that fits only the class path with which workers would be started as the
	 * master was: a class-data archive holds paths, sizes and times of its jars.
	 * @return the option, or empty
	 */
	public Optional<String> pathBoundOption() {
		return chosenOptions().stream().filter(CarriedOptions::isArchive).findFirst();
	}

	/**
	 * The command that starts one worker.
	 * @param spec the worker
	 * @param shares options that share out the machine, as given by
	 * {@link WorkerSizing#options(int, int)}, and other options of ours
	 * @param entryPoint where it begins
	 * @return the command
	 */
	public WorkerCommand forWorker(WorkerSpec spec, List<String> shares, EntryPoint entryPoint) {
		List<String> early = new ArrayList<>(this.carried.options());
		CarriedOptions.OPENS.stream().filter((option) -> !early.contains(option)).forEach(early::add);
		early.addAll(shares);
		early.addAll(FaultOptions.defaults(chosenOptions()));
		String slot = Integer.toString(spec.slot());
		List<String> options = new ArrayList<>();
		for (String option : OptionFamily.override(early, this.extra)) {
			options.add(option.replace("{slot}", slot));
		}
		spec.toSystemProperties().forEach((name, value) -> options.add("-D" + name + "=" + value));
		options.addAll(entryPoint.options(this.image.workingDirectory()));
		List<String> main = new ArrayList<>(entryPoint.main(this.image.workingDirectory()));
		main.addAll(this.image.arguments());
		return new WorkerCommand(this.image.executable().toString(), options, main, environment());
	}

	/**
	 * The command that starts the master again beside the running one: without what only
	 * one process can have. But an argument file (java(1), {@code @file}) is read anew
	 * whenever the command is run, and so it is by this one: what only one process can
	 * have must not be in it.
	 * @param commandLine what the running one was started with
	 * @return the command
	 */
	public WorkerCommand forMaster(List<String> commandLine) {
		if (commandLine.stream().anyMatch((word) -> word.startsWith("@"))
				|| ARGUMENT_FILE.matcher(this.image.environment().getOrDefault("JDK_JAVA_OPTIONS", "")).find()) {
			return new WorkerCommand(this.image.executable().toString(), List.of(),
					commandLine.subList(1, commandLine.size()), this.image.environment());
		}
		List<String> options = new ArrayList<>();
		for (String option : this.carried.options()) {
			options.add(option.replace("{slot}", "trial"));
		}
		EntryPoint entryPoint = this.image.entryPoint();
		options.addAll(entryPoint.options(this.image.workingDirectory()));
		List<String> main = new ArrayList<>(entryPoint.main(this.image.workingDirectory()));
		main.addAll(this.image.arguments());
		Map<String, String> environment = new HashMap<>(this.image.environment());
		environment.keySet().removeAll(APPLIED);
		return new WorkerCommand(this.image.executable().toString(), options, main, environment);
	}

	private Map<String, String> environment() {
		return inherited(this.image.environment());
	}

	/**
	 * What a process that the master starts gets of the master's environment.
	 * @param environment the master's
	 * @return the same without what is meant for the master's process alone
	 */
	public static Map<String, String> inherited(Map<String, String> environment) {
		Map<String, String> inherited = new HashMap<>(environment);
		inherited.keySet().removeAll(NOT_INHERITED);
		return inherited;
	}

	private static void requireJvmOption(String option) {
		if (!option.startsWith("-") || option.matches("-jar|-m|--module|-cp|-classpath|--class-path")) {
			throw new IllegalArgumentException("prefork.worker.jvm-args: '" + option
					+ "' is not an option of the JVM in one word, such as -Xmx256m or --add-modules=java.sql");
		}
	}

}
