package sample.prefork.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sample laid out for a fast start: extracted, with a class-data archive, made once
 * for each JDK, by the first of the JVMs that run tests. A worker is up in half the time,
 * and process tests mostly wait for workers.
 */
final class FastSample {

	private static final Map<JavaHome, List<String>> PROGRAMS = new ConcurrentHashMap<>();

	/** As workers have them: an archive fits the options that it was made with. */
	private static final List<String> OPENS = List.of("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
			"--add-opens=java.base/java.io=ALL-UNNAMED");

	private FastSample() {
	}

	/**
	 * What follows the options of the JVM.
	 * @param java the JDK that will run it
	 * @return options and the jar
	 */
	static List<String> program(JavaHome java) {
		return PROGRAMS.computeIfAbsent(java, FastSample::make);
	}

	private static List<String> make(JavaHome java) {
		Path jar = Path.of(System.getProperty("prefork.test.jar"));
		Path directory = Path.of("target", "fast-" + java.feature()).toAbsolutePath();
		Path extracted = directory.resolve(jar.getFileName());
		Path archive = directory.resolve("classes.jsa");
		try {
			Files.createDirectories(directory);
			try (FileChannel channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE,
					StandardOpenOption.WRITE); FileLock lock = channel.lock()) {
				if (!isNewer(archive, jar)) {
					make(java, jar, directory, archive);
				}
			}
			List<String> program = new ArrayList<>(OPENS);
			program.addAll(List.of("-XX:SharedArchiveFile=" + archive, "-jar", extracted.toString()));
			return program;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static boolean isNewer(Path archive, Path jar) throws IOException {
		return Files.exists(archive)
				&& Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) > 0;
	}

	private static void make(JavaHome java, Path jar, Path directory, Path archive)
			throws IOException, InterruptedException {
		Files.deleteIfExists(archive);
		run(directory, java, List.of("-Djarmode=tools", "-jar", jar.toString(), "extract", "--force", "--destination",
				directory.toString()));
		List<String> training = new ArrayList<>(OPENS);
		training.addAll(List.of("-XX:ArchiveClassesAtExit=" + archive, "-XX:+UseSerialGC",
				"-Dspring.context.exit=onRefresh", "-jar", directory.resolve(jar.getFileName()).toString()));
		run(directory, java, training);
	}

	private static void run(Path directory, JavaHome java, List<String> arguments)
			throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(List.of(java.tool("java").toString()));
		command.addAll(arguments);
		Path log = directory.resolve("make.log");
		Process process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
			.start();
		assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("%s ends", command).isTrue();
		assertThat(process.exitValue()).as("%s, see %s", command, log).isZero();
	}

}
