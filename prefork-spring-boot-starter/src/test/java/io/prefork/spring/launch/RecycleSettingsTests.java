package io.prefork.spring.launch;

import java.time.Duration;

import io.prefork.pool.RecyclePolicy;
import io.prefork.spring.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RecycleSettingsTests {

	@Test
	void whenNothingIsSetThenNobodyIsRecycledAndDeadlocksAreLookedFor() {
		assertThat(policy())
			.isEqualTo(new RecyclePolicy(0, 0, Duration.ZERO, Duration.ZERO, new RecyclePolicy.Memory(0, 3, 0)));
		assertThat(settings().properties().getDeadlockInterval()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void whenEverythingIsSetThenItIsTaken() {
		assertThat(policy("prefork.max-requests=1000", "prefork.max-requests-jitter=50", "prefork.max-age=2h",
				"prefork.max-age-jitter=60", "prefork.max-memory=512MB", "prefork.max-memory-samples=6",
				"prefork.max-heap-after-gc=90"))
			.isEqualTo(new RecyclePolicy(1000, 50, Duration.ofHours(2), Duration.ofMinutes(1),
					new RecyclePolicy.Memory(512 << 20, 6, 90)));
	}

	@Test
	void whenOnlyAnAgeIsSetThenATenthOfItIsJitter() {
		assertThat(policy("prefork.max-age=1h").maxAgeJitter()).isEqualTo(Duration.ofMinutes(6));
		assertThat(policy("prefork.max-age=1h", "prefork.max-age-jitter=0").maxAgeJitter()).isZero();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			prefork.max-age             | 500ms | which is shorter than a second      | a duration of 1s or more
			prefork.max-age             | -1s   | which is negative                   | a duration such as 30s
			prefork.max-age-jitter      | -1s   | which is negative                   | a duration such as 30s
			prefork.max-memory          | -1B   | which is negative                   | or to 0 to switch it off
			prefork.max-memory          | 63MB  | which is less than 64MB             | such as 1GB
			prefork.max-memory-samples  | 0     | which is not between 1 and 1000     | a number from 1 to 1000
			prefork.max-heap-after-gc   | 49    | which is neither 0 nor between      | a percentage such as 90
			prefork.max-heap-after-gc   | 100   | which is neither 0 nor between      | a percentage such as 90
			prefork.deadlock-interval   | 100ms | which is shorter than a second      | a duration of 1s or more
			prefork.deadlock-interval   | 366d  | which is longer than a year         | at most 365d""")
	void whenValueCannotWorkThenSettingValueReasonAndRemedyAreNamed(String setting, String value, String reason,
			String remedy) {
		assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(() -> settings(setting + "=" + value))
			.withMessageContaining("'" + setting + "' is set to")
			.withMessageContaining(reason)
			.satisfies((ex) -> assertThat(ex.getRemedy()).contains("'" + setting + "'", remedy));
	}

	private static RecyclePolicy policy(String... settings) {
		return new RecycleSettings(settings(settings).properties()).policy();
	}

	private static PoolSettings settings(String... settings) {
		return PoolSettings.of(PreparedEnvironment.of(settings), WebServer.TOMCAT);
	}

}
