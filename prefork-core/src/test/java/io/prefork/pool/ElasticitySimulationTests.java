package io.prefork.pool;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Elasticity under loads of several shapes, many times over, on a queueing model.
 */
class ElasticitySimulationTests {

	private static final int SEEDS = 3;

	private static final int MINIMUM = 2;

	private static final int MAXIMUM = 12;

	/**
	 * Requests a second that the highest load brings, three quarters of what all workers
	 * can bear.
	 */
	private static final double PEAK = 0.75 * MAXIMUM * LoadedPool.CAPACITY;

	/**
	 * Crashes of a worker a second: of ten workers one every other minute.
	 */
	private static final double CRASHES = 1 / 1200.0;

	/**
	 * Seconds after which nothing waits any more that has begun to wait while the load
	 * could be borne: five rounds of two boots of up to 20 s, and as long again to serve
	 * what has piled up.
	 */
	private static final int DRAINED_WITHIN = 240;

	/**
	 * Seconds after the end of the load by which the pool is as small as before, the
	 * greatest patience included.
	 */
	private static final int CALM = 600;

	private static final Map<LoadShape, Integer> MOST_TURNS = new EnumMap<>(
			Map.of(LoadShape.STEP, 1, LoadShape.RAMP, 3, LoadShape.SPIKE, 3, LoadShape.SAWTOOTH, 8, LoadShape.EVEN, 7));

	static Stream<ScalePolicy.Rule> rules() {
		return Stream.of(new ScalePolicy.Spare(1, 2), new ScalePolicy.Busyness(30, 70, 33));
	}

	static Stream<Arguments> loads() {
		return rules().flatMap((rule) -> Stream.of(LoadShape.values()).map((shape) -> Arguments.of(rule, shape)));
	}

	@ParameterizedTest
	@MethodSource("loads")
	void whenLoadRisesAndFallsThenThePoolFollowsWithoutFlapping(ScalePolicy.Rule rule, LoadShape shape) {
		for (int seed = 0; seed < SEEDS; seed++) {
			LoadedPool pool = new LoadedPool(policy(rule), 0, OptionalLong.empty(), seed);
			load(pool, shape);
			calm(pool);
			assertThat(pool.highestTarget()).as("seed %d", seed).isBetween(MAXIMUM - 4, MAXIMUM);
			assertThat(pool.turns()).as("seed %d", seed).isLessThanOrEqualTo(MOST_TURNS.get(shape));
		}
	}

	@ParameterizedTest
	@MethodSource("loads")
	void whenWorkersCrashAllTheWhileThenThePoolFollowsAllTheSame(ScalePolicy.Rule rule, LoadShape shape) {
		for (int seed = 0; seed < SEEDS; seed++) {
			LoadedPool pool = new LoadedPool(policy(rule), CRASHES, OptionalLong.empty(), 1000 + seed);
			load(pool, shape);
			calm(pool);
			assertThat(pool.highestTarget()).isLessThanOrEqualTo(MAXIMUM);
			assertThat(pool.turns()).as("seed %d", seed).isLessThanOrEqualTo(MOST_TURNS.get(shape) + 2);
		}
	}

	@ParameterizedTest
	@MethodSource("rules")
	void whenMemoryIsForSixWorkersThenThereAreNoMore(ScalePolicy.Rule rule) {
		LoadedPool pool = new LoadedPool(policy(rule), 0, OptionalLong.of(6 * 250L << 20), 7);
		load(pool, LoadShape.SPIKE);
		calm(pool);
		assertThat(pool.highestTarget()).isLessThanOrEqualTo(6);
		assertThat(pool.lines().stream().filter((line) -> line.startsWith("WARN"))).hasSizeLessThanOrEqualTo(6);
	}

	private static void load(LoadedPool pool, LoadShape shape) {
		int waiting = 0;
		int longest = 0;
		for (int second = 0; second < shape.seconds(); second++) {
			pool.second(PEAK * shape.share(second));
			waiting = (pool.queued() > LoadedPool.SLOTS) ? waiting + 1 : 0;
			longest = Math.max(longest, waiting);
		}
		if (pool.view().scale().decisions().get(ScaleReason.MEMORY) == 0) {
			assertThat(longest).as("seconds for which requests wait").isLessThanOrEqualTo(DRAINED_WITHIN);
		}
	}

	/**
	 * Lets the load end, and the pool shrink and rest.
	 */
	private static void calm(LoadedPool pool) {
		for (int second = 0; second < CALM && pool.view().target() > MINIMUM; second++) {
			pool.second(0.5);
		}
		for (int second = 0; second < 60; second++) {
			pool.second(0.5);
			assertThat(pool.view().target()).as(pool.lines()::toString).isEqualTo(MINIMUM);
		}
		assertThat(pool.queued()).isLessThanOrEqualTo(LoadedPool.SLOTS);
	}

	private static PoolPolicy policy(ScalePolicy.Rule rule) {
		return new PoolPolicy(MINIMUM, 64, 2, Duration.ofSeconds(60), Duration.ofSeconds(30), Duration.ZERO,
				Duration.ofSeconds(20), 0, 0, PoolPolicy.Backoff.DEFAULT, PoolScript.PLAIN)
			.with(new ScalePolicy(rule, MINIMUM, MAXIMUM, LoadedPool.SLOTS, Duration.ofSeconds(10),
					OptionalLong.empty()));
	}

}
