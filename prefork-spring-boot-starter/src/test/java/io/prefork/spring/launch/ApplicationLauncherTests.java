package io.prefork.spring.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.prefork.master.WorkerLauncher;
import io.prefork.spring.InvalidSettingException;
import io.prefork.worker.WorkerSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.SimpleCommandLinePropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ApplicationLauncherTests {

	private static final String[] ARGUMENTS = { "--name=a b", "file" };

	private static final WorkerSpec SPEC = new WorkerSpec(2, 5, 1, Path.of("/run/prefork-1"), List.of());

	@Test
	void whenWorkersAreSetThenThereAreSoMany() {
		ApplicationLauncher launcher = launcher(Map.of("WEB_CONCURRENCY", "5"), "prefork.workers=3");
		assertThat(launcher.workers()).isEqualTo(3);
		assertThat(launcher.explanation()).contains("prefork.workers");
	}

	@Test
	void whenWorkersAreNotSetThenTheVariableCounts() {
		assertThat(launcher(Map.of("WEB_CONCURRENCY", " 5 ")).workers()).isEqualTo(5);
		assertThat(launcher(Map.of("WEB_CONCURRENCY", "5"), "prefork.workers= ").workers()).isEqualTo(5);
		assertThat(launcher(Map.of("WEB_CONCURRENCY", "5")).explanation()).contains("WEB_CONCURRENCY");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "auto", "AUTO" })
	void whenWorkersAreAutomaticThenThereIsAtLeastOneAndNoMoreThanTheMaximum(String variable) {
		assertThat(launcher(Map.of("WEB_CONCURRENCY", variable)).workers()).isPositive();
		ApplicationLauncher one = launcher(Map.of("WEB_CONCURRENCY", variable), "prefork.max-workers=1",
				"prefork.worker-class=sync");
		assertThat(one.workers()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "-1", "1.5", "many", "9", "99999999999" })
	void whenWorkersAreOutOfBoundsThenSettingValueAndBoundAreNamed(String workers) {
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> launcher(Map.of(), "prefork.workers=" + workers, "prefork.max-workers=8"))
			.withMessage("'prefork.workers' is set to '" + workers
					+ "', which is neither 'auto' nor a whole number from 1 to 8 ('prefork.max-workers').")
			.satisfies((ex) -> assertThat(ex.getRemedy())
				.isEqualTo("Set 'prefork.workers' to 'auto' or to a number from 1 to 8."));
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> launcher(Map.of("WEB_CONCURRENCY", workers), "prefork.max-workers=8"))
			.withMessageStartingWith("'WEB_CONCURRENCY' is set to '" + workers + "', ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "Xmx1g", "-jar", "-cp" })
	void whenOptionOfTheJvmIsNoneThenSettingAndValueAreNamed(String option) {
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> launcher(Map.of(), "prefork.worker.jvm-args=" + option))
			.withMessageStartingWith("'prefork.worker.jvm-args' is set to '" + option + "', which cannot be given");
	}

	@Test
	void whenWorkerIsLaunchedThenItIsThisApplicationWithItsOwnSlotAndShare() {
		WorkerLauncher.Launch launch = launcher(Map.of(), "prefork.workers=2",
				"prefork.worker.jvm-args=-Dlabel=w{slot},-Xmx64m")
			.launch(SPEC);
		assertThat(launch.command())
			.contains("-Dlabel=w2", "-Xmx64m", "-Dprefork.worker.slot=2", "-Dprefork.worker.serial=5",
					"-Dprefork.worker.run-directory=/run/prefork-1")
			.endsWith(ARGUMENTS);
		assertThat(launch.command().get(0)).endsWith("java");
		assertThat(launch.command()).noneMatch((option) -> option.startsWith("-XX:MaxRAMPercentage"));
		assertThat(launch.environment()).doesNotContainKeys("JAVA_TOOL_OPTIONS", "NOTIFY_SOCKET", "LISTEN_FDS");
	}

	@ParameterizedTest
	@ValueSource(strings = { "logs/app.log|logs/app.w2.log", "logs.d/app|logs.d/app.w2", "app.1.log|app.1.w2.log" })
	void whenThereIsALogFileThenEachWorkerHasItsOwn(String files) {
		String[] names = files.split("\\|");
		ApplicationLauncher launcher = launcher(Map.of(), "logging.file.name=" + names[0], "prefork.workers=2");
		assertThat(launcher.launch(SPEC).command()).contains("-Dlogging.file.name=" + names[1]);
		assertThat(launcher.notes()).anyMatch((note) -> note.startsWith("Workers log to "));
	}

	@Test
	void whenLogFileIsAnArgumentThenAllShareItAndThatIsSaid() {
		ConfigurableEnvironment environment = PreparedEnvironment.of("prefork.workers=2");
		environment.getPropertySources()
			.addFirst(new SimpleCommandLinePropertySource("--logging.file.name=/var/log/app.log"));
		ApplicationLauncher launcher = ApplicationLauncher.of(ARGUMENTS, environment,
				PoolSettings.of(environment, WebServer.TOMCAT), Map.of());
		assertThat(launcher.launch(SPEC).command()).noneMatch((option) -> option.contains("logging.file.name"));
		assertThat(launcher.notes()).anyMatch((note) -> note.startsWith("All processes write to /var/log/app.log"));
	}

	private static ApplicationLauncher launcher(Map<String, String> processEnvironment, String... settings) {
		ConfigurableEnvironment environment = PreparedEnvironment.of(settings);
		return ApplicationLauncher.of(ARGUMENTS, environment, PoolSettings.of(environment, WebServer.TOMCAT),
				processEnvironment);
	}

}
