package io.prefork.launch;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a real JVM can start itself again as a worker: on the JVM of the test, and
 * on JDK 17 and 25 where Linux distributions and Temurin put them.
 */
@Timeout(60)
class RestartedJvmTests {

	private static final String CLASS_PATH = Stream.of("target/classes", "target/test-classes")
		.map((path) -> Path.of(path).toAbsolutePath().toString())
		.collect(Collectors.joining(File.pathSeparator));

	@TempDir
	private Path directory;

	static Stream<Path> jdks() throws IOException {
		Map<String, Path> homes = new TreeMap<>();
		homes.put(Integer.toString(Runtime.version().feature()), Path.of(System.getProperty("java.home")));
		Path installed = Path.of("/usr/lib/jvm");
		if (Files.isDirectory(installed)) {
			try (Stream<Path> candidates = Files.list(installed)) {
				candidates.filter((home) -> Files.isExecutable(home.resolve("bin/java")))
					.sorted()
					.forEach((home) -> Stream.of("17", "25")
						.filter((version) -> home.getFileName().toString().matches(".*\\b" + version + "\\b.*"))
						.forEach((version) -> homes.putIfAbsent(version, home)));
			}
		}
		return homes.values().stream();
	}

	@ParameterizedTest
	@MethodSource("jdks")
	void whenOptionsComeFromEverywhereThenWorkerHasEachOnce(Path jdk) throws Exception {
		Path file = Files.writeString(this.directory.resolve("options"),
				"-Dfile=\"a b\"\n--add-opens java.base/java.io=ALL-UNNAMED");
		Map<String, String> environment = Map.of("JAVA_TOOL_OPTIONS", "-Dtool='x y'", "JDK_JAVA_OPTIONS",
				"-Djdk=\"1 2\"", "_JAVA_OPTIONS", "-Dlast=1");
		Output worker = run(jdk, environment, "@" + file, "-Dq=say \"hi\" \\ #", "-ea",
				"-XX:OnOutOfMemoryError=kill -9 %p", "-cp", CLASS_PATH, EchoApplication.class.getName(), "--name=a b",
				"", "@" + file, "it's {slot}");
		assertThat(worker.all("option")).doesNotHaveDuplicates()
			.containsSubsequence("-Dtool=x y", "-Djdk=1 2", "-Dfile=a b", "-Dq=say \"hi\" \\ #", "-ea",
					"-XX:OnOutOfMemoryError=kill -9 %p", "-Dlast=1", "-Dpad=3", "-Dprefork.worker.slot=3")
			.containsAll(CarriedOptions.OPENS);
		assertThat(worker.all("argument")).containsExactly("--name=a b", "", "@" + file, "it's {slot}");
		assertThat(worker.all("variable")).contains("PATH").doesNotContainAnyElementsOf(environment.keySet());
		assertThat(worker.all("class-path")).containsExactly(CLASS_PATH);
		assertThat(Path.of(worker.all("home").get(0))).isEqualTo(jdk.toRealPath());
	}

	@ParameterizedTest
	@MethodSource("jdks")
	void whenJarThenWorkerRunsItByItsAbsolutePath(Path jdk) throws Exception {
		createJar("my app.jar");
		Output worker = run(jdk, Map.of(), "-Xmx32m", "-XX:+UseParallelGC", "-jar", "my app.jar", "a b", "c");
		assertThat(worker.all("class-path"))
			.containsExactly(this.directory.toRealPath().resolve("my app.jar").toString());
		assertThat(worker.all("argument")).containsExactly("a b", "c");
		assertThat(worker.all("option")).contains("-Xmx32m", "-XX:+UseParallelGC")
			.noneMatch((option) -> option.contains("MaxRAMPercentage") || option.contains("UseSerialGC"));
	}

	@ParameterizedTest
	@MethodSource("jdks")
	void whenDebuggedAndLoggedThenWorkerStartsBesideTheMaster(Path jdk) throws Exception {
		Output worker = run(jdk, Map.of(), "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0",
				"-Xlog:gc:file=\"gc.log\"", "-XX:StartFlightRecording:filename=r.jfr", "-cp", CLASS_PATH,
				EchoApplication.class.getName());
		assertThat(worker.all("option")).noneMatch((option) -> option.contains("jdwp"));
		assertThat(this.directory).isDirectoryContaining("glob:**/gc-worker3.log")
			.isDirectoryContaining("glob:**/r-worker3.jfr");
	}

	@ParameterizedTest
	@MethodSource("jdks")
	void whenCommandIsLongThenOptionsComeFromAFile(Path jdk) throws Exception {
		String awkward = "-Dawkward=a \"b\" 'c' \\d #e\nf\tg @h";
		Output worker = run(jdk, Map.of(), awkward, "-Dpadding=200000", "-cp", CLASS_PATH,
				EchoApplication.class.getName(), "a b", "@c");
		assertThat(this.directory.resolve("worker-3.args")).exists();
		assertThat(worker.all("option")).contains(awkward, "-Dpad=3" + "x".repeat(200000));
		assertThat(worker.all("argument")).containsExactly("a b", "@c");
	}

	private void createJar(String name) throws IOException {
		Manifest manifest = new Manifest();
		manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
		manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, EchoApplication.class.getName());
		manifest.getMainAttributes()
			.put(Attributes.Name.CLASS_PATH,
					Stream.of(CLASS_PATH.split(File.pathSeparator))
						.map((entry) -> Path.of(entry).toUri().toString())
						.collect(Collectors.joining(" ")));
		try (OutputStream out = Files.newOutputStream(this.directory.resolve(name));
				JarOutputStream jar = new JarOutputStream(out, manifest)) {
			jar.flush();
		}
	}

	private Output run(Path jdk, Map<String, String> environment, String... arguments) throws Exception {
		List<String> command = new ArrayList<>(
				List.of(jdk.resolve("bin/java").toString(), "-Drun-directory=" + this.directory));
		command.addAll(List.of(arguments));
		Path output = this.directory.resolve("output");
		ProcessBuilder builder = new ProcessBuilder(command).directory(this.directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(output.toFile());
		builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
		builder.environment().putAll(environment);
		Process process = builder.start();
		try {
			assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
			assertThat(process.exitValue()).as(() -> text(output)).isZero();
			return new Output(Files.readAllLines(output));
		}
		finally {
			process.destroyForcibly();
		}
	}

	private static String text(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

	private record Output(List<String> lines) {

		List<String> all(String key) {
			return this.lines.stream()
				.filter((line) -> line.startsWith(key + " "))
				.map((line) -> URLDecoder.decode(line.substring(key.length() + 1), StandardCharsets.UTF_8))
				.toList();
		}

	}

}
