package io.prefork.pool;

import java.time.Duration;
import java.util.OptionalLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ScalePolicyTests {

	@ParameterizedTest
	@CsvSource({ "0, 4, 8, 10, 'minimum'", "5, 4, 8, 10, 'minimum'", "1, 4, 0, 10, 'slots'", "1, 4, 8, 0, 'window'" })
	void whenValuesDoNotGoTogetherThenTheOneAtFaultIsNamed(int minimum, int maximum, int slots, int window,
			String name) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new ScalePolicy(new ScalePolicy.Static(), minimum, maximum, slots,
					Duration.ofSeconds(window), OptionalLong.empty()))
			.withMessageContaining(name);
	}

	@ParameterizedTest
	@CsvSource({ "0, 2", "2, 2", "3, 2" })
	void whenSparesLeaveNoRoomBetweenThemThenTheyAreRefused(int minimum, int maximum) {
		assertThatIllegalArgumentException().isThrownBy(() -> new ScalePolicy.Spare(minimum, maximum));
	}

	@ParameterizedTest
	@CsvSource({ "0, 70, 33", "70, 70, 33", "30, 100, 33", "30, 70, 0" })
	void whenBoundsOfBusynessAreNoneThenTheyAreRefused(int low, int high, int queueAlert) {
		assertThatIllegalArgumentException().isThrownBy(() -> new ScalePolicy.Busyness(low, high, queueAlert));
	}

	@Test
	void whenInitialNumberIsOutOfBoundsThenThePoolPolicyIsRefused() {
		ScalePolicy scale = new ScalePolicy(new ScalePolicy.Spare(1, 2), 2, 8, 4, Duration.ofSeconds(10),
				OptionalLong.empty());
		assertThat(PoolScript.policy(8).with(scale).scale()).isEqualTo(scale);
		assertThatIllegalArgumentException().isThrownBy(() -> PoolScript.policy(1).with(scale));
		assertThatIllegalArgumentException().isThrownBy(() -> PoolScript.policy(9).with(scale));
		assertThatIllegalArgumentException().isThrownBy(() -> PoolScript.POLICY.with(ScalePolicy.fixed(9)));
	}

}
