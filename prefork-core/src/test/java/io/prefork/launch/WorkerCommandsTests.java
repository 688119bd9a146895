package io.prefork.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.prefork.os.Listener;
import io.prefork.worker.WorkerSpec;
import io.prefork.worker.WorkerSpec.InheritedListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link WorkerCommands} and what they are made of.
 */
class WorkerCommandsTests {

	private static final EntryPoint JAR = new EntryPoint.Jar("app.jar");

	private static final WorkerSpec SPEC = new WorkerSpec(2, 7, 1, Path.of("/run/app"),
			List.of(new InheritedListener(3, Listener.Family.values()[0], "0.0.0.0:8080", 2048)));

	@Test
	void whenJarThenOptionsMainAndArgumentsAreInOrder() {
		WorkerCommands commands = new WorkerCommands(image("-Da=b c", "-Xmx64m"), List.of("-Dlog=w{slot}", "-Da=d"));
		List<String> command = commands.forWorker(SPEC, List.of("-XX:+UseSerialGC"), JAR).command();
		assertThat(command)
			.startsWith("/jdk/bin/java", "-Da=b c", "-Xmx64m", "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
					"--add-opens=java.base/java.io=ALL-UNNAMED", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError",
					"-Dlog=w2", "-Da=d")
			.contains("-Dprefork.worker.slot=2", "-Dprefork.worker.serial=7", "-Dprefork.worker.run-directory=/run/app")
			.endsWith("-jar", "/srv/app.jar", "--name=a b", "");
		assertThat(command).hasSize(
				"java b Xmx open open serial memory log d".split(" ").length + SPEC.toSystemProperties().size() + 4);
	}

	@Test
	void whenOpensAreThereAlreadyThenNotRepeated() {
		WorkerCommands commands = new WorkerCommands(image(CarriedOptions.OPENS.get(1)), List.of());
		assertThat(commands.forWorker(SPEC, List.of(), JAR).command()).containsOnlyOnce(CarriedOptions.OPENS.get(0))
			.containsOnlyOnce(CarriedOptions.OPENS.get(1));
	}

	@Test
	void whenFileIsRewrittenThenItHasTheSlot() {
		WorkerCommands commands = new WorkerCommands(image("-Xlog:gc:gc.log", "-Xdebug"), List.of());
		assertThat(commands.forWorker(SPEC, List.of(), JAR).command()).contains("-Xlog:gc:gc-worker2.log");
		assertThat(commands.notes()).hasSize(2);
	}

	@Test
	void whenUserGivesWorkersADebuggerThenItStays() {
		String debugger = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:500";
		WorkerCommands commands = new WorkerCommands(image(debugger + "9"), List.of(debugger + "{slot}"));
		assertThat(commands.forWorker(SPEC, List.of(), JAR).command()).contains(debugger + "2")
			.doesNotContain(debugger + "9");
	}

	@Test
	void whenUserChoosesAnotherCollectorOrHeapForWorkersThenTheMastersIsLeftOut() {
		WorkerCommands commands = new WorkerCommands(image("-XX:+UseG1GC", "-Xmx1g", "-Xss1m"),
				List.of("-XX:+UseZGC", "-XX:MaxRAMPercentage=20"));
		assertThat(commands.chosenOptions()).containsExactly("-Xss1m", "-XX:+UseZGC", "-XX:MaxRAMPercentage=20");
		assertThat(commands.forWorker(SPEC, List.of(), JAR).command())
			.contains("-XX:+UseZGC", "-XX:MaxRAMPercentage=20")
			.doesNotContain("-XX:+UseG1GC", "-Xmx1g");
	}

	@Test
	void whenEnvironmentHasWhatConcernsTheMasterAloneThenItIsLeftOut() {
		assertThat(new WorkerCommands(image(), List.of()).forWorker(SPEC, List.of(), JAR).environment())
			.containsOnly(Map.entry("PATH", "/bin"), Map.entry("WEB_CONCURRENCY", "3"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "Xmx64m", "@options", "-jar", "-cp", "--class-path", "java.base/java.io=ALL-UNNAMED" })
	void whenExtraIsNoOptionThenRefused(String option) {
		assertThatIllegalArgumentException().isThrownBy(() -> new WorkerCommands(image(), List.of("-ea", option)))
			.withMessageContaining("prefork.worker.jvm-args")
			.withMessageContaining("'" + option + "'");
	}

	@Test
	void whenNothingIsChosenForOutOfMemoryThenWorkersEnd() {
		WorkerCommand command = new WorkerCommands(image(), List.of()).forWorker(SPEC, List.of(), JAR);
		assertThat(command.command()).containsOnlyOnce("-XX:+ExitOnOutOfMemoryError");
		assertThat(command.exitsOnOutOfMemory()).isTrue();
		assertThat(
				new WorkerCommands(image("-XX:+HeapDumpOnOutOfMemoryError"), List.of()).forWorker(SPEC, List.of(), JAR)
					.exitsOnOutOfMemory())
			.isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "-XX:+CrashOnOutOfMemoryError", "-XX:OnOutOfMemoryError=kill -9 %p",
			"-XX:-ExitOnOutOfMemoryError" })
	void whenSomethingIsChosenForOutOfMemoryThenItStandsAlone(String option) {
		assertThat(new WorkerCommands(image(option), List.of()).forWorker(SPEC, List.of(), JAR).exitsOnOutOfMemory())
			.isFalse();
		WorkerCommand extra = new WorkerCommands(image(), List.of(option)).forWorker(SPEC, List.of(), JAR);
		assertThat(extra.options()).contains(option).doesNotContain("-XX:+ExitOnOutOfMemoryError");
	}

	@Test
	void whenErrorFileIsChosenThenItIsKnown() {
		assertThat(new WorkerCommands(image(), List.of()).forWorker(SPEC, List.of(), JAR).errorFile()).isEmpty();
		assertThat(new WorkerCommands(image("-XX:ErrorFile=/var/a.log"), List.of("-XX:ErrorFile=/var/%p-{slot}.log"))
			.forWorker(SPEC, List.of(), JAR)
			.errorFile()).contains("/var/%p-2.log");
	}

	@Test
	void whenExtraIsBlankThenIgnored() {
		assertThat(new WorkerCommands(image(), List.of(" ", " -ea ")).chosenOptions()).containsExactly("-ea");
	}

	@ParameterizedTest
	@ValueSource(strings = { "-XX:SharedArchiveFile=app.jsa", "-XX:AOTCache=app.aot" })
	void whenArchiveWasMadeForTheClassPathThenThatIsKnown(String option) {
		List<String> opens = CarriedOptions.OPENS;
		assertThat(new WorkerCommands(image(opens.get(0), opens.get(1), option), List.of()).pathBoundOption())
			.contains(option);
		assertThat(new WorkerCommands(image(), List.of(option)).pathBoundOption()).contains(option);
		assertThat(new WorkerCommands(image(option, "-XX:+AutoCreateSharedArchive"), List.of()).pathBoundOption())
			.isEmpty();
	}

	@Test
	void whenTheMasterIsStartedAgainThenItHasNothingOfAWorkerAndNothingThatOnlyOneCanHave() {
		String debugger = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:5009";
		WorkerCommand command = new WorkerCommands(image("-Xmx64m", debugger), List.of("-Xmx32m"))
			.forMaster(List.of("java", "-Xmx64m", debugger, "-jar", "app.jar", "--name=a b", ""));
		assertThat(command.command()).startsWith("/jdk/bin/java", "-Xmx64m")
			.endsWith("-jar", "/srv/app.jar", "--name=a b", "")
			.doesNotContain(debugger, "-Xmx32m")
			.noneMatch((option) -> option.contains("prefork.worker"));
		assertThat(command.environment()).containsKeys("PATH", "LISTEN_FDS", "LISTEN_PID")
			.doesNotContainKeys("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");
	}

	@Test
	void whenTheMasterWasStartedWithAnArgumentFileThenThatIsReadAgain() {
		List<String> line = List.of("java", "@jvm.options", "-jar", "app.jar", "--name=a b", "");
		WorkerCommand command = new WorkerCommands(image("-Xmx64m"), List.of()).forMaster(line);
		assertThat(command.command()).containsExactly("/jdk/bin/java", "@jvm.options", "-jar", "app.jar", "--name=a b",
				"");
		assertThat(command.environment()).containsKeys("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS");
	}

	@ParameterizedTest
	@ValueSource(strings = { "@jvm.options", "-Da=b '@jvm.options'", "-Da=b\t@/srv/jvm.options" })
	void whenTheEnvironmentNamesAnArgumentFileThenThatIsReadAgain(String options) {
		JvmImage image = image("-Xmx64m");
		Map<String, String> environment = new TreeMap<>(image.environment());
		environment.put("JDK_JAVA_OPTIONS", options);
		WorkerCommand command = new WorkerCommands(new JvmImage(image.executable(), image.workingDirectory(),
				image.jvmArguments(), image.entryPoint(), image.arguments(), environment), List.of())
			.forMaster(List.of("java", "-jar", "app.jar"));
		assertThat(command.command()).containsExactly("/jdk/bin/java", "-jar", "app.jar");
		assertThat(command.environment()).containsEntry("JDK_JAVA_OPTIONS", options);
	}

	private static JvmImage image(String... jvmArguments) {
		Map<String, String> environment = Map.of("PATH", "/bin", "WEB_CONCURRENCY", "3", "JAVA_TOOL_OPTIONS", "-Da=b",
				"JDK_JAVA_OPTIONS", "-Da=b", "_JAVA_OPTIONS", "-Da=b", "LISTEN_FDS", "1", "LISTEN_PID", "7",
				"NOTIFY_SOCKET", "/run/systemd/notify");
		environment = new TreeMap<>(environment);
		environment.putAll(Map.of("LISTEN_FDNAMES", "web", "LISTEN_PIDFDID", "1", "WATCHDOG_USEC", "1", "WATCHDOG_PID",
				"7", "FDSTORE", "8"));
		return new JvmImage(Path.of("/jdk/bin/java"), Path.of("/srv"), List.of(jvmArguments), JAR,
				List.of("--name=a b", ""), environment);
	}

}
