package sample.prefork.process;

import java.time.Duration;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import sample.prefork.process.Load.Mode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The number of workers follows the load.
 */
class ElasticityProcessTests extends ProcessTestSupport {

	private static final Pattern UP = Pattern.compile("scaling from 1 to 2 workers: .* of .* slots busy");

	private static final Pattern DOWN = Pattern.compile("scaling from 2 to 1 worker: fewer would have done for 6 s");

	@Test
	void whenThereIsASpikeThenThePoolGrowsAndShrinksAgainAndNothingIsLost() {
		PoolProcess pool = launcher().chaos()
			.managementPort()
			.arguments("--prefork.workers=1", "--prefork.threads=2", "--prefork.scale.policy=busyness",
					"--prefork.scale.max=3", "--prefork.scale.window=1s")
			.start();
		pool.awaitSettled(1);
		try (StrictClient steady = StrictClient
			.start(Load.of(pool.address(), "/whoami").clients(1).mode(Mode.CLOSE).pause(Duration.ofMillis(200)));
				StrictClient spike = StrictClient
					.start(Load.of(pool.address(), "/chaos/slow?ms=1000").clients(10).mode(Mode.MIXED))) {
			pool.awaitPool("all that there may be accept", (status) -> status.settledAt(3));
			Answer held = pool.post("/actuator/prefork", "{\"workers\":3}");
			assertThat(held.json().path("floor").asInt()).as(held.text()).isEqualTo(3);
			assertNothingLost(spike.stop());
			Answer released = pool.post("/actuator/prefork", "{\"workers\":\"auto\"}");
			assertThat(released.json().has("floor")).as(released.text()).isFalse();
			PoolStatus calm = pool.awaitSettled(1);
			assertThat(calm.json().path("scale").path("reason").asString()).containsPattern(DOWN);
			assertThat(pool.pool().exits("voluntary")).isEqualTo(2);
			assertNothingLost(steady.stop());
		}
		pool.log().awaitLine(UP, PoolProcess.SOON);
		pool.log().awaitLine(DOWN, PoolProcess.SOON);
	}

	private static void assertNothingLost(LoadResult result) {
		assertThat(result.lostTotal()).as(result::toString).isZero();
		assertThat(result.answered()).isPositive();
	}

}
