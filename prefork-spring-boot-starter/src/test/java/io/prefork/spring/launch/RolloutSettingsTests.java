package io.prefork.spring.launch;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.prefork.pool.RolloutPolicy;
import io.prefork.spring.InvalidSettingException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RolloutSettingsTests {

	@Test
	void whenNothingIsSetThenThePolicyIsTheDefault() {
		assertThat(policy()).isEqualTo(RolloutPolicy.DEFAULT);
	}

	@Test
	void whenEverythingIsSetThenItIsTaken() {
		assertThat(policy("prefork.rollout.surge=0", "prefork.rollout.max-unavailable=2",
				"prefork.rollout.canary-window=30", "prefork.rollout.max-error-rate-increase=100",
				"prefork.rollout.health=false"))
			.isEqualTo(new RolloutPolicy(0, 2, Duration.ofSeconds(30), 100, false));
	}

	@ParameterizedTest
	@ValueSource(strings = { "prefork.rollout.surge=-1", "prefork.rollout.surge=513",
			"prefork.rollout.max-unavailable=-1", "prefork.rollout.canary-window=-1s",
			"prefork.rollout.canary-window=366d", "prefork.rollout.max-error-rate-increase=101" })
	void whenValueIsOutOfBoundsThenItIsRefusedByName(String setting) {
		assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(() -> policy(setting))
			.withMessageContaining(setting.substring(0, setting.indexOf('=')));
	}

	@Test
	void whenNothingCouldBeReplacedThenThatIsSaid() {
		assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(() -> policy("prefork.rollout.surge=0"))
			.withMessageContaining("prefork.rollout.max-unavailable");
	}

	private static RolloutPolicy policy(String... settings) {
		return RolloutSettings
			.policy(PoolSettings.of(PreparedEnvironment.of(settings), WebServer.TOMCAT).properties().getRollout());
	}

}
