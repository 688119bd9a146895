package io.prefork.spring.launch;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

import io.prefork.pool.ScalePolicy;
import io.prefork.spring.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.core.env.ConfigurableEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ScaleSettingsTests {

	private static final String[] SPARE = { "prefork.scale.policy=spare", "prefork.scale.max=8" };

	@Test
	void whenNothingIsSetThenTheNumberChangesOnCommandOnly() {
		ScaleSettings settings = settings();
		assertThat(settings.policy(2, 8)).isEqualTo(
				new ScalePolicy(new ScalePolicy.Static(), 1, 64, 8, Duration.ofSeconds(10), OptionalLong.empty()));
		assertThat(settings.sharers(2)).isEqualTo(2);
		assertThat(settings.note(2)).isEmpty();
	}

	@Test
	void whenThePolicyIsSetThenTheInitialNumberIsTheFewest() {
		assertThat(settings(SPARE).policy(3, 8)).isEqualTo(
				new ScalePolicy(new ScalePolicy.Spare(1, 2), 3, 8, 8, Duration.ofSeconds(10), OptionalLong.empty()));
		assertThat(settings("prefork.scale.policy=busyness", "prefork.scale.max=8").policy(3, 8).rule())
			.isEqualTo(new ScalePolicy.Busyness(30, 70, 33));
		assertThat(settings(SPARE).sharers(3)).isEqualTo(8);
		assertThat(settings(SPARE).note(3))
			.contains("The number of workers follows the load, from 3 to 8 (prefork.scale.policy=spare)");
	}

	@Test
	void whenEverythingIsSetThenItIsTaken() {
		assertThat(settings("prefork.scale.policy=Busyness", "prefork.scale.min=2", "prefork.scale.max=16",
				"prefork.scale.busy-low=20", "prefork.scale.busy-high=60", "prefork.scale.queue-alert=5",
				"prefork.scale.window=30", "prefork.scale.memory-limit=2GB")
			.policy(3, 1))
			.isEqualTo(new ScalePolicy(new ScalePolicy.Busyness(20, 60, 5), 2, 16, 1, Duration.ofSeconds(30),
					OptionalLong.of(2L << 30)));
		assertThat(settings("prefork.scale.policy=spare", "prefork.scale.max=16", "prefork.scale.min-spare=3",
				"prefork.scale.max-spare=5")
			.policy(3, 1)
			.rule()).isEqualTo(new ScalePolicy.Spare(3, 5));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			prefork.scale.max          | 0      | not between 1 and 64 ('prefork.max-workers')
			prefork.scale.max          | 65     | not between 1 and 64 ('prefork.max-workers')
			prefork.scale.min          | 0      | not between 1 and 8 ('prefork.scale.max')
			prefork.scale.min          | 9      | not between 1 and 8 ('prefork.scale.max')
			prefork.scale.max-spare    | 1      | not between 2 and 512 (workers)
			prefork.scale.min-spare    | 0      | not between 1 and 1 (below 'prefork.scale.max-spare')
			prefork.scale.min-spare    | 2      | not between 1 and 1 (below 'prefork.scale.max-spare')
			prefork.scale.busy-high    | 100    | not between 2 and 99 (percent)
			prefork.scale.busy-low     | 0      | not between 1 and 69 (below 'prefork.scale.busy-high')
			prefork.scale.busy-low     | 70     | not between 1 and 69 (below 'prefork.scale.busy-high')
			prefork.scale.queue-alert  | 0      | not between 1 and 65535 (connections)
			prefork.scale.window       | PT0.5S | not between 1s and 1h
			prefork.scale.window       | PT2H   | not between 1s and 1h
			prefork.scale.memory-limit | 0B     | no memory at all
			""")
	void whenAValueCannotBeWorkedWithThenSettingValueReasonAndRemedyAreNamed(String setting, String value,
			String reason) {
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> settings(
					Stream.concat(Stream.of(SPARE), Stream.of(setting + "=" + value)).toArray(String[]::new)))
			.withMessage("'" + setting + "' is set to '" + value + "', which is " + reason + ".")
			.satisfies((ex) -> assertThat(ex.getRemedy()).startsWith("Set '" + setting + "' to "));
	}

	@Test
	void whenThePolicyDoesNotKnowWhereToStopThenItSaysSo() {
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> settings("prefork.scale.policy=spare"))
			.withMessage("'prefork.scale.policy' is set to 'spare', which wants 'prefork.scale.max' to be set, too.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "prefork.scale.policy=cheaper", "prefork.scale.max=many" })
	void whenAValueIsOfTheWrongTypeThenBootCanAnalyzeTheFailure(String setting) {
		assertThatExceptionOfType(BindException.class).isThrownBy(() -> settings(setting));
	}

	@ParameterizedTest
	@ValueSource(strings = { "1", "9", "many" })
	void whenInitialNumberIsOutOfTheBoundsThenTheyAreNamed(String workers) {
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> launcher("prefork.workers=" + workers, "prefork.scale.min=2", SPARE[0], SPARE[1]))
			.withMessage("'prefork.workers' is set to '" + workers
					+ "', which is neither 'auto' nor a whole number from 2 to 8 ('prefork.scale.max').");
	}

	@Test
	void whenInitialNumberIsAutomaticThenItKeepsToTheBounds() {
		assertThat(launcher("prefork.scale.min=8", SPARE[0], SPARE[1]).workers()).isEqualTo(8);
		ApplicationLauncher one = launcher(SPARE[0], "prefork.scale.max=1");
		assertThat(one.workers()).isEqualTo(1);
		assertThat(one.explanation()).isEqualTo("workers: auto = 1 (prefork.scale.max)");
	}

	private static ScaleSettings settings(String... settings) {
		return PoolSettings.of(PreparedEnvironment.of(settings), WebServer.TOMCAT).scale();
	}

	private static ApplicationLauncher launcher(String... settings) {
		ConfigurableEnvironment environment = PreparedEnvironment.of(settings);
		return ApplicationLauncher.of(new String[0], environment, PoolSettings.of(environment, WebServer.TOMCAT),
				Map.of());
	}

}
