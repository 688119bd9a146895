package sample.prefork.process;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import sample.prefork.process.LostRequestException.Cause;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A storm of signals while workers are killed. {@code -Dprefork.test.storm=60} has it
 * last 60 seconds, {@code -Dprefork.test.seed=2} be another one.
 */
@DisabledIfSystemProperty(named = "prefork.test.newest-java", matches = "true",
		disabledReason = "once in a build is enough")
class SignalStormProcessTests extends ProcessTestSupport {

	private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("prefork.test.storm", 10));

	private static final long SEED = Long.getLong("prefork.test.seed", 1);

	/**
	 * For clients to notice that a worker is dead, on a machine that is busy.
	 */
	private static final Duration NOTICED_WITHIN = Duration.ofSeconds(2);

	/** What a storm brings about, besides the deaths of workers. */
	private static final Pattern OF_A_STORM = Pattern.compile("respawning|reload failed");

	@Test
	void whenSignalsStormAndWorkersAreKilledThenThePoolComesBackAndOnlyTheirRequestsAreLost() {
		PoolProcess pool = launcher().managementPort()
			.arguments("--prefork.max-workers=3", "--prefork.boot-concurrency=2")
			.start();
		pool.expectProblems(LogLines.WORKER_LOST, OF_A_STORM);
		pool.awaitSettled(2);
		List<String> descriptors = descriptors(pool);
		SignalStorm storm = new SignalStorm(pool.pid(), SEED);
		LoadResult result;
		try (ThreeModes load = ThreeModes.against(pool.address())) {
			storm.rage(LENGTH);
			pool.awaitPool("as many workers as there should be",
					(status) -> status.settledAt(status.target()) && storm.kills().size() > 0);
			load.awaitProgress();
			result = LoadResult.sum(load.stop().values());
		}
		String told = storm.sent() + ", " + storm.kills().size() + " workers killed; " + result;
		System.out.println(told);
		assertOnlyLostWithTheKilled(storm, result, told);
		pool.post("/actuator/prefork", "{\"workers\":2}");
		pool.assertWhole(2);
		Awaitility.await("no descriptor is leaked")
			.atMost(PoolProcess.SOON)
			.untilAsserted(() -> assertThat(descriptors(pool)).isEqualTo(descriptors));
	}

	private static void assertOnlyLostWithTheKilled(SignalStorm storm, LoadResult result, String told) {
		assertThat(result.lost().keySet()).as(told)
			.isSubsetOf(EnumSet.of(Cause.RESET, Cause.EMPTY, Cause.STALE, Cause.CUT));
		assertThat(result.lostAt()).as(told)
			.allMatch((lost) -> storm.kills()
				.stream()
				.anyMatch((kill) -> lost > kill && lost - kill < NOTICED_WITHIN.toNanos()));
		assertThat(result.lostTotal()).as(told).isLessThanOrEqualTo((long) storm.kills().size() * ThreeModes.CLIENTS);
	}

	/**
	 * What the master has open, without the numbers.
	 */
	private static List<String> descriptors(PoolProcess pool) {
		return Proc.descriptors(pool.pid())
			.values()
			.stream()
			.map((target) -> target.replaceAll("\\d+", "N"))
			.sorted()
			.toList();
	}

}
