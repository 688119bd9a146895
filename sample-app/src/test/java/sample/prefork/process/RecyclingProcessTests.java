package sample.prefork.process;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Workers that are replaced because they have reached a limit, under load.
 */
class RecyclingProcessTests extends ProcessTestSupport {

	@Test
	void whenWorkersAgeThenEachIsReplacedInTurnAndNothingIsLost() {
		PoolProcess pool = launcher().managementPort()
			.arguments("--prefork.max-age=5s", "--prefork.max-age-jitter=1s")
			.start();
		Set<Long> first = pool.awaitPool("both accept", (status) -> status.accepting() == 2)
			.workers()
			.stream()
			.filter((worker) -> worker.state().equals("ACCEPTING"))
			.map(PoolStatus.Worker::pid)
			.collect(Collectors.toSet());
		try (ThreeModes load = ThreeModes.against(pool.address())) {
			PoolStatus after = pool.awaitPool("both are replaced",
					(status) -> status.exits("recycled") >= 2 && status.pids().stream().noneMatch(first::contains));
			load.awaitProgress();
			load.stopAndAssertNothingLost();
			assertThat(after.json().path("counters").path("causes").path("max-age").asLong())
				.isEqualTo(after.exits("recycled"));
			JsonNode obituary = after.json().path("obituaries").path(0);
			assertThat(obituary.path("cause").asString()).isEqualTo("max-age");
			assertThat(obituary.path("reason").asString()).matches("recycled \\(max-age 5 s: ready for [\\d.]+ s\\)");
		}
	}

	@Test
	void whenAWorkerGrowsTooLargeThenItAloneIsReplacedAndNothingIsLost() {
		PoolProcess pool = launcher().chaos()
			.managementPort()
			.arguments("--prefork.max-memory=500MB", "--prefork.max-memory-samples=2",
					"--prefork.worker.jvm-args=-Xmx800m")
			.start();
		pool.expectProblems(LogLines.TOO_LARGE_TOO_SOON);
		List<Long> first = pool.awaitSettled(2).pids();
		try (ThreeModes load = ThreeModes.against(pool.address())) {
			assertThat(pool.get("/chaos/leak?mb=400").text()).isEqualTo("holding 400 MB");
			PoolStatus after = pool.awaitPool("the one that leaks is replaced",
					(status) -> status.exits("recycled") == 1 && status.settledAt(2));
			assertThat(after.pids()).filteredOn(first::contains).as("those that stay").hasSize(1);
			load.awaitProgress();
			load.stopAndAssertNothingLost();
		}
		pool.log().awaitLine(LogLines.TOO_LARGE_TOO_SOON, PoolProcess.SOON);
		JsonNode obituary = pool.pool().json().path("obituaries").path(0);
		assertThat(obituary.path("cause").asString()).isEqualTo("max-memory");
		assertThat(obituary.path("reason").asString()).matches("recycled \\(max-memory 500 MiB: .+\\)");
	}

}
