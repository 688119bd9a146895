package io.prefork.spring.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

import io.prefork.master.Hook;
import io.prefork.master.HookScripts;
import io.prefork.spring.HookProperties;
import io.prefork.spring.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class HookSettingsTests {

	@TempDir
	private Path directory;

	@Test
	void whenNothingIsSetThenNothingIsRun() {
		HookScripts scripts = HookSettings.scripts(new HookProperties(), Map.of());
		assertThat(scripts.executables()).isEmpty();
		assertThat(scripts.timeout()).isEqualTo(Duration.ofSeconds(5));
	}

	@ParameterizedTest
	@EnumSource(Hook.Name.class)
	void whenHookIsSetThenItsExecutableIsRunAtThatHookAlone(Hook.Name name) throws IOException {
		Path script = script("rwx------");
		HookScripts scripts = scripts(Map.of("prefork.hooks." + name.label(), script.toString()));
		assertThat(scripts.executables()).isEqualTo(Map.of(name, script));
	}

	@Test
	void whenPathIsRelativeThenItIsThatOfTheWorkingDirectory() throws IOException {
		Path script = script("rwx------");
		Path relative = Path.of("").toAbsolutePath().relativize(script);
		assertThat(scripts(Map.of("prefork.hooks.pre-fork", relative.toString())).executables())
			.containsEntry(Hook.Name.PRE_FORK, script);
	}

	@Test
	void whenEnvironmentIsHandedDownThenWithoutWhatIsForTheMasterAlone() {
		HookScripts scripts = HookSettings.scripts(new HookProperties(),
				Map.of("PATH", "/bin", "NOTIFY_SOCKET", "/run/notify", "LISTEN_FDS", "1", "LISTEN_PID", "1"));
		assertThat(scripts.environment()).isEqualTo(Map.of("PATH", "/bin"));
	}

	@Test
	void whenExecutableCannotBeThenSettingAndReasonAreNamed() throws IOException {
		assertRefused(this.directory.resolve("missing").toString(),
				"and there is no file " + this.directory.resolve("missing"));
		assertRefused(this.directory.toString(), "which is no file");
		assertRefused(script("rw-------").toString(),
				"which the user " + System.getProperty("user.name") + " may not execute");
		assertRefused(script("rwx------") + " --now", "and there is no file " + script("rwx------") + " --now");
		assertRefused("a\0b", "which is no path");
	}

	private void assertRefused(String path, String reason) {
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> scripts(Map.of("prefork.hooks.child-exit", path)))
			.withMessageStartingWith("'prefork.hooks.child-exit' is set to '" + path + "', " + reason)
			.satisfies((ex) -> assertThat(ex.getRemedy()).contains("'prefork.hooks.child-exit'", "chmod +x"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "-1s", "99ms", "601s" })
	void whenTimeoutIsOutOfBoundsThenThatIsSaid(String timeout) {
		HookProperties properties = properties(Map.of("prefork.hooks.timeout", timeout));
		assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(() -> HookSettings.check(properties))
			.withMessageContaining("'prefork.hooks.timeout'")
			.withMessageContaining("which is not between 100ms and 10m");
	}

	@ParameterizedTest
	@ValueSource(strings = { "100ms", "10m", "30" })
	void whenTimeoutIsWithinBoundsThenItCounts(String timeout) {
		HookProperties properties = properties(Map.of("prefork.hooks.timeout", timeout));
		HookSettings.check(properties);
		assertThat(Stream.of(Duration.ofMillis(100), Duration.ofMinutes(10), Duration.ofSeconds(30)))
			.contains(HookSettings.scripts(properties, Map.of()).timeout());
	}

	@Test
	void whenStartIsRefusedThenHookAndReasonAreNamed() throws IOException {
		Path script = script("rwx------");
		InvalidSettingException refused = HookSettings
			.refused(scripts(Map.of("prefork.hooks.on-starting", script.toString())), "ended with status 2");
		assertThat(refused).hasMessage("'prefork.hooks.on-starting' is set to '" + script
				+ "', which has refused the start: it ended with status 2.");
	}

	private static HookScripts scripts(Map<String, String> settings) {
		return HookSettings.scripts(properties(settings), Map.of());
	}

	private static HookProperties properties(Map<String, String> settings) {
		return new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate("prefork.hooks",
				HookProperties.class);
	}

	private Path script(String permissions) throws IOException {
		Path script = this.directory.resolve("hook-" + permissions + ".sh");
		if (!Files.exists(script)) {
			Files.createFile(script,
					PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
		}
		return script;
	}

}
