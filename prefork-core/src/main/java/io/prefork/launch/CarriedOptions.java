package io.prefork.launch;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The options of its own JVM that the master passes on to workers: all that several JVMs
 * can have at the same time.
 *
 * @param options the options, with {@code {slot}} where workers must differ
 * @param notes what was left out or changed and why, a sentence each
 */
record CarriedOptions(List<String> options, List<String> notes) {

	/**
	 * Opens what a worker needs to adopt a listening socket.
	 */
	static final List<String> OPENS = List.of("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
			"--add-opens=java.base/java.io=ALL-UNNAMED");

	/**
	 * Contents of an {@code -XX:Flags} file, which every JVM reads by itself: no option
	 * of the {@code java} command begins with a capital other than D and X.
	 */
	private static final Pattern FROM_FLAGS_FILE = Pattern.compile("[^-].*|-[A-Z&&[^DX]].*");

	/**
	 * The launcher sets it again from {@code -m}.
	 */
	private static final Pattern MAIN_MODULE = Pattern.compile("-Djdk\\.module\\.main=.*");

	private static final Pattern SHARED_ARCHIVE = Pattern.compile("-XX:SharedArchiveFile=.*");

	private static final Pattern AOT_CACHE = Pattern.compile("-XX:AOTCache=.*");

	private enum Withheld {

		DEBUGGER("-agentlib:jdwp\\b.*|-agentpath:[^=]*jdwp.*|-Xrunjdwp\\b.*|-Xdebug",
				"The debugger (jdwp) is not passed on to workers: its port can be listened on only once."
						+ " To debug workers set prefork.worker.jvm-args with {slot} in the port"),

		JMX_PORT("-Dcom\\.sun\\.management\\.jmxremote\\.(local\\.|rmi\\.)?port(=.*)?",
				"The port for remote JMX is not passed on to workers: it can be listened on only once."
						+ " To reach workers set prefork.worker.jvm-args with {slot} in the port"),

		AUTO_ARCHIVE("-XX:[+]AutoCreateSharedArchive",
				"-XX:+AutoCreateSharedArchive and its archive are not passed on"
						+ " to workers: every one of them would rewrite it at its exit"),

		ARCHIVE_AT_EXIT("-XX:(ArchiveClassesAtExit|DumpLoadedClassList)=.*",
				"-XX:ArchiveClassesAtExit and -XX:DumpLoadedClassList are not passed on to workers:"
						+ " every one of them would write the file at its exit"),

		AOT_TRAINING("-XX:(AOTCacheOutput|AOTConfiguration)=.*|-XX:AOTMode=(record|create)",
				"The training of an AOT cache is not passed on to workers: every one of them would write the"
						+ " cache at its exit"),

		CONTEXT_EXIT("-Dspring\\.context\\.exit(=.*)?",
				"spring.context.exit is not passed on to workers: they would exit as soon as they are up");

		private final Pattern pattern;

		private final String note;

		Withheld(String pattern, String note) {
			this.pattern = Pattern.compile(pattern);
			this.note = note;
		}

		static Optional<Withheld> of(String option) {
			for (Withheld candidate : values()) {
				if (matches(candidate.pattern, option)) {
					return Optional.of(candidate);
				}
			}
			return Optional.empty();
		}

	}

	/**
	 * Sorts the options of a JVM.
	 * @param jvmArguments the input arguments of the JVM
	 * @param directory tells whether a path is that of a directory
	 * @return what workers get
	 */
	static CarriedOptions of(List<String> jvmArguments, Predicate<String> directory) {
		Set<String> notes = new LinkedHashSet<>();
		List<String> options = new ArrayList<>();
		for (String option : withoutUnfitArchives(jvmArguments, notes)) {
			Optional<Withheld> withheld = Withheld.of(option);
			Optional<String> rewritten = OutputFile.perWorker(option, directory);
			if (withheld.isPresent()) {
				notes.add(withheld.get().note);
			}
			else if (rewritten.isPresent()) {
				notes.add("Workers write files of their own: " + rewritten.get());
				options.add(rewritten.get());
			}
			else if (!matches(FROM_FLAGS_FILE, option) && !matches(MAIN_MODULE, option)) {
				options.add(option);
			}
		}
		return new CarriedOptions(List.copyOf(options), List.copyOf(notes));
	}

	/**
	 * An archive that does not fit costs more than none: a JVM whose
	 * {@code -XX:SharedArchiveFile} is missing (JDK 17 and 25), or whose
	 * {@code -XX:AOTCache} was trained with other {@code --add-opens} (JDK 25), runs
	 * without the JDK's own archive, too. The master's cache fits the master, so it fits
	 * workers only if the master has the same opens.
	 */
	private static List<String> withoutUnfitArchives(List<String> jvmArguments, Set<String> notes) {
		boolean autoArchive = jvmArguments.stream()
			.anyMatch((option) -> matches(Withheld.AUTO_ARCHIVE.pattern, option));
		boolean unfitCache = !jvmArguments.containsAll(OPENS)
				&& jvmArguments.stream().anyMatch((option) -> matches(AOT_CACHE, option));
		if (unfitCache) {
			notes.add("-XX:AOTCache is not passed on to workers: it was trained without the options that they need."
					+ " Train it, and start, with " + String.join(" ", OPENS));
		}
		return jvmArguments.stream()
			.filter((option) -> !(unfitCache && matches(AOT_CACHE, option)))
			.filter((option) -> !(autoArchive && matches(SHARED_ARCHIVE, option)))
			.toList();
	}

	/**
	 * Whether an option names an archive of classes.
	 */
	static boolean isArchive(String option) {
		return matches(SHARED_ARCHIVE, option) || matches(AOT_CACHE, option);
	}

	private static boolean matches(Pattern pattern, String option) {
		return pattern.matcher(option).matches();
	}

}
