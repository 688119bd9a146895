package sample.prefork.process;

import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rolling reloads: new before old, the first new worker as the canary, nothing lost.
 */
class ReloadProcessTests extends ProcessTestSupport {

	@Test
	void whenHupThenEveryWorkerIsReplacedAndNothingIsLost() {
		PoolProcess pool = sharedPool();
		PoolStatus before = pool.pool();
		AtomicInteger fewest = new AtomicInteger(before.accepting());
		try (ThreeModes load = ThreeModes.against(pool.address())) {
			pool.signal("HUP");
			PoolStatus after = pool.awaitPool("the next generation serves alone", (status) -> {
				fewest.accumulateAndGet(status.accepting(), Math::min);
				return status.generation() > before.generation() && status.settledAt(2);
			});
			assertThat(after.pids()).doesNotContainAnyElementsOf(before.pids());
			assertThat(after.workers()).allMatch((worker) -> worker.generation() == after.generation());
			load.awaitProgress();
			load.stopAndAssertNothingLost();
		}
		assertThat(fewest).hasValueGreaterThanOrEqualTo(2);
		assertThat(pool.get("/whoami").json().path("generation").asInt()).isEqualTo(pool.pool().generation());
	}

	@Test
	void whenReloadIsWaitedForThenVerdictAndScaleSurvives() {
		PoolProcess pool = sharedPool();
		pool.post("/actuator/prefork", "{\"workers\":3}");
		int before = pool.awaitSettled(3).generation();
		Answer verdict = pool.post("/actuator/prefork/reload", "{\"wait\":true}");
		assertThat(verdict.status()).as(verdict.text()).isEqualTo(200);
		assertThat(verdict.json().path("status").asString()).isEqualTo("RELOADED");
		int after = pool.awaitSettled(3).generation();
		assertThat(verdict.json().path("generation").asInt()).isEqualTo(after).isGreaterThan(before);
		pool.post("/actuator/prefork", "{\"workers\":2}");
	}

	@Test
	void whenOneWorkerIsReplacedThenNewBeforeOldAndNothingIsLost() {
		PoolProcess pool = sharedPool();
		PoolStatus before = pool.pool();
		AtomicInteger fewest = new AtomicInteger(before.accepting());
		try (ThreeModes load = ThreeModes.against(pool.address())) {
			long leaving = before.pids().get(0);
			assertThat(pool.request("DELETE", "/actuator/prefork/" + leaving, "").status()).isEqualTo(204);
			PoolStatus after = pool.awaitPool("the worker is replaced", (status) -> {
				fewest.accumulateAndGet(status.accepting(), Math::min);
				return status.settledAt(2) && !status.pids().contains(leaving);
			});
			assertThat(after.pids()).contains(before.pids().get(1));
			load.awaitProgress();
			load.stopAndAssertNothingLost();
		}
		assertThat(fewest).hasValueGreaterThanOrEqualTo(2);
	}

}
