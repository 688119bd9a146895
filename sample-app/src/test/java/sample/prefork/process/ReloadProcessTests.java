package sample.prefork.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rolling reloads: new before old, the first new worker as the canary, nothing lost.
 */
class ReloadProcessTests extends ProcessTestSupport {

	@Override
	PoolLauncher shared(PoolLauncher launcher) {
		return super.shared(launcher).arguments("--sample.boot-failure-file=" + failure(),
				"--prefork.rollout.canary-window=5s");
	}

	private Path failure() {
		return sharedDirectory().resolve("fail");
	}

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
	void whenCanaryFailsThenOldGenerationGoesOnUntilTheNextReload() throws IOException {
		PoolProcess pool = sharedPool();
		pool.expectProblems(LogLines.WORKER_LOST, LogLines.TOLD_TO_FAIL);
		Files.createFile(failure());
		try {
			assertReloadFails(pool, "told to fail by " + failure());
		}
		finally {
			Files.delete(failure());
		}
		JsonNode verdict = pool.post("/actuator/prefork/reload", "{\"wait\":true}").json();
		assertThat(verdict.path("status").asString()).as(verdict.toString()).isEqualTo("RELOADED");
		assertThat(pool.pool().state()).isEqualTo("RUNNING");
	}

	@Test
	void whenCanaryIsUnwellOrExitsSoonOrCannotReadItsSettingsThenOldGenerationGoesOn() throws IOException {
		PoolProcess pool = sharedPool();
		pool.expectProblems(LogLines.WORKER_LOST, LogLines.TOLD_TO_FAIL, LogLines.FAILED_TO_BOOT, LogLines.ODD_REQUEST);
		Path settings = sharedDirectory().resolve("application.yml");
		try {
			Files.writeString(failure(), "unwell");
			assertReloadFails(pool, "is DOWN (told to be unwell by " + failure() + ")");
			Files.writeString(failure(), "leave 7");
			assertReloadFails(pool, "exited with status 7");
			Files.delete(failure());
			Files.writeString(settings, "sample: [");
			assertReloadFails(pool, "sample: [");
		}
		finally {
			Files.deleteIfExists(failure());
			Files.deleteIfExists(settings);
		}
	}

	private static void assertReloadFails(PoolProcess pool, String cause) {
		pool.expectProblems(LogLines.RELOAD_FAILED);
		PoolStatus before = pool.pool();
		try (ThreeModes load = ThreeModes.against(pool.address())) {
			JsonNode verdict = pool.post("/actuator/prefork/reload", "{\"wait\":true}").json();
			assertThat(verdict.path("status").asString()).as(verdict.toString()).isEqualTo("FAILED");
			assertThat(verdict.path("reason").asString()).contains(cause);
			assertThat(pool.awaitSettled(2).pids()).isEqualTo(before.pids());
			load.awaitProgress();
			load.stopAndAssertNothingLost();
		}
		PoolStatus after = pool.pool();
		assertThat(after.generation()).isEqualTo(before.generation());
		assertThat(after.state()).isEqualTo("FROZEN");
		assertThat(after.json().path("rollout").path("reason").asString()).contains(cause);
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
