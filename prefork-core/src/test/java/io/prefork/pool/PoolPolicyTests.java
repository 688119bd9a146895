package io.prefork.pool;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.prefork.pool.PoolPolicy.Backoff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class PoolPolicyTests {

	@Test
	void whenCrashesFollowThenTheDelayGrowsByHalfUpToItsBound() {
		assertThat(Backoff.DEFAULT.delay(1)).isEqualTo(Duration.ofMillis(100));
		assertThat(Backoff.DEFAULT.delay(2)).isEqualTo(Duration.ofMillis(150));
		assertThat(Backoff.DEFAULT.delay(3)).isEqualTo(Duration.ofMillis(225));
		assertThat(Backoff.DEFAULT.delay(100_000)).isEqualTo(Duration.ofSeconds(30));
	}

	@Test
	void whenFactorShrinksThenItIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new Backoff(Duration.ofMillis(1), Double.NaN, Duration.ofMillis(1), Duration.ZERO));
	}

	@Test
	void whenWorkersAreOutOfBoundsThenTheyAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> policy(0, 8, Duration.ZERO))
			.withMessage("'workers' must be between 1 and 8 but is 0");
		assertThatIllegalArgumentException().isThrownBy(() -> policy(9, 8, Duration.ZERO));
		assertThatIllegalArgumentException().isThrownBy(() -> policy(1, 8, Duration.ofSeconds(-1)))
			.withMessage("'timeout' must not be negative but is PT-1S");
	}

	private PoolPolicy policy(int workers, int maximum, Duration timeout) {
		return new PoolPolicy(workers, maximum, 1, Duration.ZERO, timeout, Duration.ZERO, Duration.ZERO, 0, 0,
				Backoff.DEFAULT, RolloutPolicy.DEFAULT);
	}

	@ParameterizedTest
	@CsvSource({ "0,0 ms", "999,999 ms", "1000,1 s", "2999,2.9 s", "30000,30 s", "59999,59.9 s", "60000,1 min",
			"200000,3 min 20 s", "3600000,1 h", "7500000,2 h 5 min", "90000000,1 d 1 h" })
	void whenDurationIsToldThenPeopleCanReadIt(long millis, String text) {
		assertThat(DurationText.of(Duration.ofMillis(millis))).isEqualTo(text);
	}

}
