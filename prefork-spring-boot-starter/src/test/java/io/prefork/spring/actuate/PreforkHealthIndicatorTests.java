package io.prefork.spring.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.prefork.control.PoolDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

class PreforkHealthIndicatorTests {

	private final FakePoolControl control = new FakePoolControl();

	private final PreforkHealthIndicator indicator = new PreforkHealthIndicator(
			new PoolSnapshot(new PoolControlProvider(this.control), System::nanoTime));

	@ParameterizedTest
	@CsvSource({ "RUNNING, 4, UP", "SCALING, 1, UP", "RELOADING, 4, UP", "FROZEN, 4, UP", "DEGRADED, 1, DEGRADED",
			"DEGRADED, 0, DOWN", "SCALING, 0, DOWN", "RELOADING, 0, DOWN", "STARTING, 0, OUT_OF_SERVICE",
			"DISMISSED, 0, OUT_OF_SERVICE", "STOPPING, 3, OUT_OF_SERVICE" })
	void whenPoolIsInStateThenHealthFollows(String state, int accepting, String status) {
		this.control.pool = FakePoolControl.pool(state, accepting, List.of());
		assertThat(this.indicator.health().getStatus().getCode()).isEqualTo(status);
	}

	@Test
	void whenFirstWorkerIsReadyAndNoneHasDiedThenPoolIsStillOutOfService() {
		PoolDocument pool = FakePoolControl.pool("SCALING", 0, List.of());
		this.control.pool = new PoolDocument(pool.state(), pool.master(), pool.workerClass(), pool.threads(), 1,
				pool.listeners(), pool.workers(),
				new PoolDocument.Counters(0, 0, 0, 0, 0, 0, 4, Map.of("crash", 0L), Map.of(), Map.of()), pool.scale(),
				List.of(), List.of(), null, null);
		assertThat(this.indicator.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
	}

	@Test
	void whenPoolIsKnownThenDetailsDescribeIt() {
		assertThat(this.indicator.health().getDetails()).containsExactly(entry("state", "RUNNING"), entry("target", 4),
				entry("accepting", 4), entry("generation", 2));
	}

	@Test
	void whenReloadFailedOrAnExitWasFatalThenHealthSaysWhyAndIsUp() {
		PoolDocument pool = FakePoolControl.pool("FROZEN", 4, List.of());
		this.control.pool = new PoolDocument(pool.state(), pool.master(), pool.workerClass(), pool.threads(), 2,
				pool.listeners(), pool.workers(), pool.counters(), pool.scale(), pool.pool(), pool.obituaries(),
				new PoolDocument.Rollout(3, false, "FAILED", Duration.ofSeconds(2), "no database", null),
				"worker 0 has exited with status 78");
		Health health = this.indicator.health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("rollout", "FAILED: no database")
			.containsEntry("trouble", "worker 0 has exited with status 78");
	}

	@Test
	void whenMasterDoesNotAnswerThenUnknownWithTheMessage() {
		this.control.failure = new IllegalStateException("link closed");
		Health health = this.indicator.health();
		assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
		assertThat(health.getDetails().get("error")).asString().endsWith("link closed");
	}

	@Test
	void whenProcessIsNotPartOfAPoolThenUnknown() {
		Health health = new PreforkHealthIndicator(new PoolSnapshot(new PoolControlProvider(null), System::nanoTime))
			.health();
		assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
		assertThat(health.getDetails()).containsEntry("reason", "This process is not part of a pool");
	}

}
