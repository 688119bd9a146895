package sample.prefork.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A master that becomes another program while its workers serve.
 */
class UpgradeProcessTests extends ProcessTestSupport {

	private static final int UPGRADES = Integer.getInteger("prefork.test.upgrades", 2);

	/** The trial run's words are in the master's, and begin in the same way. */
	private static final Pattern REFUSED = Pattern
		.compile("The master is not upgraded and goes on|LoggingFailureAnalysisReporter");

	@Test
	void whenTheMasterIsUpgradedUnderLoadThenEveryProcessStaysAndNothingIsLost() throws IOException {
		Path pidFile = this.directory.resolve("app.pid");
		PoolProcess pool = startPool("--prefork.pidfile=" + pidFile);
		pool.post("/actuator/prefork", "{\"workers\":3}");
		PoolStatus before = pool.awaitSettled(3);
		refuseWhatDoesNotStart(pool);
		Map<Integer, String> descriptors = null;
		try (ThreeModes load = ThreeModes.against(pool.address())) {
			for (int i = 1; i <= UPGRADES; i++) {
				PoolStatus after = upgrade(pool, i);
				assertThat(after.pids()).isEqualTo(before.pids());
				assertThat(after.generation()).isEqualTo(before.generation());
				load.awaitProgress();
				descriptors = assertNothingLeaks(pool, descriptors);
			}
			load.stopAndAssertNothingLost();
		}
		assertThat(pidFile).hasContent(Long.toString(pool.pid()));
		for (long worker : pool.pool().pids()) {
			assertThat(Proc.environment(worker)).noneMatch((entry) -> entry.startsWith("PREFORK_HANDOVER"));
		}
		goOnAsBefore(pool, before);
	}

	/**
	 * What the next start would fail at is found out beforehand.
	 */
	private void refuseWhatDoesNotStart(PoolProcess pool) throws IOException {
		Path settings = this.directory.resolve("application.yml");
		Files.writeString(settings, "prefork:\n  max-requests: many\n");
		Answer answer = pool.post("/actuator/prefork/upgrade", "{}");
		assertThat(answer.status()).as(answer.text()).isEqualTo(409);
		assertThat(answer.json().path("output").asString()).contains("prefork.max-requests");
		Files.writeString(settings, "prefork:\n  max-workers: 512\n");
		Answer larger = pool.post("/actuator/prefork/upgrade", "{}");
		assertThat(larger.status()).as(larger.text()).isEqualTo(409);
		assertThat(larger.json().path("output").asString()).contains("which an upgrade in place cannot change");
		pool.expectProblems(REFUSED);
		Files.delete(settings);
	}

	private static PoolStatus upgrade(PoolProcess pool, int count) {
		Answer answer = pool.post("/actuator/prefork/upgrade", "{}");
		assertThat(answer.status()).as(answer.text()).isEqualTo(202);
		assertThat(answer.json().path("status").asString()).isEqualTo("STARTED");
		PoolStatus after = pool.awaitPool("the master has been upgraded",
				(status) -> status.json().path("master").path("upgrades").asInt() == count && status.settledAt(3));
		assertThat(after.json().path("master").path("pid").asLong()).isEqualTo(pool.pid());
		return after;
	}

	/**
	 * The first upgraded master is the measure for those that follow.
	 */
	private static Map<Integer, String> assertNothingLeaks(PoolProcess pool, Map<Integer, String> measure) {
		pool.assertNoZombies();
		Map<Integer, String> descriptors = Proc.descriptors(pool.pid());
		if (measure != null) {
			List<String> leaked = descriptors.values()
				.stream()
				.filter((target) -> !target.startsWith("socket:"))
				.filter((target) -> !measure.containsValue(target))
				.toList();
			assertThat(leaked).as("of %s", descriptors).isEmpty();
			assertThat(descriptors).as("instead of %s", measure).hasSameSizeAs(measure);
		}
		return descriptors;
	}

	/**
	 * Children are known, counters and signals go on, and what ends is replaced.
	 */
	private static void goOnAsBefore(PoolProcess pool, PoolStatus before) {
		pool.expectProblems(REFUSED, LogLines.WORKER_LOST);
		long killed = before.pids().get(0);
		PoolProcess.signal("KILL", killed);
		PoolStatus after = pool.awaitPool("the killed worker is replaced",
				(status) -> status.settledAt(3) && !status.pids().contains(killed));
		assertThat(after.exits("crash")).isEqualTo(1);
		assertThat(after.json().path("counters").path("spawned").asLong()).isEqualTo(4);
		pool.signal("QUIT");
		pool.log().awaitLine(LogLines.THREAD_DUMP, PoolProcess.SOON);
		pool.signal("TTOU");
		pool.awaitSettled(2);
		pool.signal("HUP");
		PoolStatus reloaded = pool.awaitPool("the reload is over",
				(status) -> status.generation() == before.generation() + 1 && status.settledAt(2));
		assertThat(reloaded.pids()).doesNotContainAnyElementsOf(before.pids());
	}

}
