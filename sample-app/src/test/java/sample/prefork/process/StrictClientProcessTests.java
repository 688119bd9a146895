package sample.prefork.process;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;

import org.junit.jupiter.api.Test;
import sample.prefork.process.Load.Mode;
import sample.prefork.process.LostRequestException.Cause;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The client itself, against an ordinary process: a client that cannot see a loss proves
 * nothing about a pool.
 */
class StrictClientProcessTests extends ProcessTestSupport {

	@Test
	void whenServerIsWellThenNothingIsLost() {
		PoolProcess application = startOrdinary();
		ThreeModes load = ThreeModes.against(application.address());
		load.awaitProgress();
		Map<Mode, LoadResult> results = load.stop();
		assertThat(results.values()).allSatisfy((result) -> {
			assertThat(result.lostTotal()).as(result::toString).isZero();
			assertThat(result.answered()).isGreaterThanOrEqualTo(200);
		});
		assertThat(results.get(Mode.CLOSE).connections()).isEqualTo(results.get(Mode.CLOSE).answered());
		assertThat(results.get(Mode.KEEPALIVE).connections()).isLessThan(results.get(Mode.KEEPALIVE).answered());
		assertThat(results.get(Mode.MIXED).bodies()).containsOnlyKeys("16384");
	}

	@Test
	void whenServerIsKilledThenLossesAreCounted() {
		PoolProcess application = startOrdinary();
		try (StrictClient waiting = StrictClient
			.start(Load.of(application.address(), "/sleep?ms=20000").clients(2).requests(2));
				ThreeModes load = ThreeModes.against(application.address())) {
			PoolProcess.signal("KILL", application.pid());
			application.awaitExit(PoolProcess.SOON);
			assertThat(load.stop().values()).allSatisfy((result) -> {
				assertThat(result.lostTotal()).isPositive();
				assertThat(result.lost().keySet())
					.isSubsetOf(EnumSet.of(Cause.REFUSED, Cause.RESET, Cause.EMPTY, Cause.STALE, Cause.CUT));
			});
			LoadResult waited = waiting.result();
			assertThat(waited.lost().getOrDefault(Cause.EMPTY, 0L) + waited.lost().getOrDefault(Cause.RESET, 0L))
				.as(waited::toString)
				.isEqualTo(2);
		}
	}

	@Test
	void whenAnswerIsNoSuccessOrLateThenLost() {
		PoolProcess application = startOrdinary();
		LoadResult failed = StrictClient.run(Load.of(application.address(), "/missing").requests(3));
		assertThat(failed.lost()).isEqualTo(Map.of(Cause.STATUS, 3L));
		LoadResult late = StrictClient
			.run(Load.of(application.address(), "/sleep?ms=2000").requests(2).timeout(Duration.ofMillis(200)));
		assertThat(late.lost()).isEqualTo(Map.of(Cause.TIMEOUT, 2L));
	}

	private PoolProcess startOrdinary() {
		return launcher().arguments("--prefork.enabled=false").start().awaitServing();
	}

}
