package io.prefork.pool;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;

import io.prefork.pool.Action.Severity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Workers that are well and are replaced because they have reached a limit.
 */
class PoolRecyclingTests {

	private static final long MIB = 1 << 20;

	private static PoolScript running(int workers, RecyclePolicy recycling) {
		return PoolScript.running(PoolScript.policy(workers).with(recycling));
	}

	private static RecyclePolicy age(Duration age, Duration jitter) {
		return new RecyclePolicy(0, 0, age, jitter, RecyclePolicy.Memory.UNLIMITED);
	}

	private static RecyclePolicy memory(long resident, int samples, int heap) {
		return new RecyclePolicy(0, 0, Duration.ZERO, Duration.ZERO, new RecyclePolicy.Memory(resident, samples, heap));
	}

	private static List<String> infos(List<Action> actions) {
		return PoolScript.lines(Severity.INFO, actions);
	}

	@Test
	void whenWorkerHasAnsweredEnoughThenItsSuccessorAcceptsFirstAndTheCauseSaysHowMany() {
		PoolScript script = running(2, RecyclePolicy.requests(1000, 0));
		script.load(1, 0, 999);
		assertThat(script.passSeconds(1)).isEmpty();
		script.load(1, 0, 1003);
		List<Action> actions = script.passSeconds(1);
		assertThat(PoolScript.spawns(actions)).containsExactly(3L);
		assertThat(infos(actions)).containsExactly(
				"worker 0 (pid 101) has reached max-requests 1000: 1003 answered; a new one takes its place");
		assertThat(PoolScript.drains(script.up(3))).containsExactly(1L);
		script.exited(1, 0);
		assertThat(script.lastObituary().cause())
			.isEqualTo(new Recycled(Recycled.Limit.REQUESTS, "1000", "1003 answered"));
		assertThat(script.lastObituary().cause().describe()).isEqualTo("recycled (max-requests 1000: 1003 answered)");
		assertThat(script.view().exits()).containsEntry(ExitCause.Category.RECYCLED, 1L);
		assertThat(script.view().causes()).containsEntry(ExitCause.Kind.MAX_REQUESTS, 1L);
	}

	@Test
	void whenAllHaveAnsweredEnoughThenATenthIsRecycledAtOnce() {
		PoolScript script = running(11, RecyclePolicy.requests(1000, 0));
		LongStream.rangeClosed(1, 11).forEach((serial) -> script.load(serial, 0, 2000));
		assertThat(PoolScript.spawns(script.passSeconds(5))).containsExactly(12L, 13L);
		script.up(12);
		script.up(13);
		assertThat(PoolScript.spawns(script.passSeconds(5))).isEmpty();
		script.exited(1, 0);
		assertThat(PoolScript.spawns(script.passSeconds(5))).containsExactly(14L);
	}

	@Test
	void whenThereIsJitterOfRequestsThenItIsDrawnForEachWorkerWithinItsBound() {
		PoolScript script = running(60, RecyclePolicy.requests(100, 50));
		LongStream.rangeClosed(1, 60).forEach((serial) -> script.load(serial, 0, 99));
		assertThat(PoolScript.spawns(script.passSeconds(1))).isEmpty();
		LongStream.rangeClosed(1, 60).forEach((serial) -> script.load(serial, 0, 105));
		int early = PoolScript.spawns(script.passSeconds(1)).size();
		assertThat(early).isBetween(1, 6);
		PoolScript single = running(1, RecyclePolicy.requests(100, 50));
		single.load(1, 0, 150);
		assertThat(PoolScript.spawns(single.passSeconds(1))).hasSize(1);
	}

	@Test
	void whenWorkerHasBeenReadyForLongEnoughThenItIsRecycled() {
		PoolScript script = PoolScript.of(PoolScript.policy(1).with(age(Duration.ofMinutes(1), Duration.ZERO)));
		script.on(new Event.Start());
		script.passSeconds(30);
		script.up(1);
		assertThat(script.passSeconds(59.75)).as("its boot does not count").isEmpty();
		assertThat(infos(script.passSeconds(0.25))).containsExactly(
				"worker 0 (pid 101) has reached max-age 1 min: ready for 1 min; a new one takes its place");
		script.passSeconds(10);
		assertThat(PoolScript.drains(script.up(2))).containsExactly(1L);
		script.exited(1, 0);
		assertThat(script.lastObituary().cause().describe()).isEqualTo("recycled (max-age 1 min: ready for 1 min)");
		assertThat(script.view().causes()).containsEntry(ExitCause.Kind.MAX_AGE, 1L);
		assertThat(PoolScript.spawns(script.passSeconds(59.75))).isEmpty();
		assertThat(PoolScript.spawns(script.passSeconds(0.25))).as("its successor in turn").containsExactly(3L);
	}

	@Test
	void whenWorkersWereStartedTogetherThenTheyDoNotFallDueTogether() {
		Lifespan[] drawn = new Lifespan[50];
		SplittableRandom random = new SplittableRandom(3);
		for (int i = 0; i < drawn.length; i++) {
			drawn[i] = age(Duration.ofHours(1), Duration.ofMinutes(6)).draw(random);
		}
		assertThat(drawn).extracting(Lifespan::age)
			.allMatch((age) -> age.compareTo(Duration.ofHours(1)) >= 0 && age.compareTo(Duration.ofMinutes(66)) <= 0)
			.doesNotHaveDuplicates();
		assertThat(drawn).extracting(Lifespan::requests).containsOnly(Long.MAX_VALUE);
	}

	@Test
	void whenResidentMemoryIsTooLargeInEnoughSamplesInARowThenTheWorkerIsRecycled() {
		PoolScript script = running(2, memory(400 * MIB, 3, 0));
		script.passSeconds(400);
		for (long mib : new long[] { 500, 500, 400, 500, 500 }) {
			script.measure(1, mib * MIB);
			assertThat(script.passSeconds(1)).isEmpty();
		}
		script.measure(1, 412 * MIB);
		List<Action> actions = script.passSeconds(1);
		assertThat(infos(actions)).containsExactly(
				"worker 0 (pid 101) has reached max-memory 400 MiB: 412 MiB resident; a new one takes its place");
		assertThat(PoolScript.spawns(actions)).containsExactly(3L);
		script.up(3);
		script.exited(1, 0);
		assertThat(script.lastObituary().cause().describe())
			.isEqualTo("recycled (max-memory 400 MiB: 412 MiB resident)");
		assertThat(script.view().causes()).containsEntry(ExitCause.Kind.MAX_MEMORY, 1L);
	}

	@Test
	void whenWorkerIsTooLargeSoonAfterItsStartThenTheLimitIsSaidToBeDoubtful() {
		PoolScript script = running(2, memory(100 * MIB, 1, 0));
		script.passSeconds(15);
		script.measure(1, 180 * MIB);
		assertThat(PoolScript.lines(Severity.WARN, script.passSeconds(1)))
			.containsExactly("worker 0 (pid 101) has reached max-memory 100 MiB: 180 MiB resident; a new one takes its "
					+ "place. It was ready for 15.2 s only: the limit may be lower than what any worker needs");
	}

	@Test
	void whenCollectionsNoLongerFreeTheHeapThenTheWorkerIsRecycled() {
		PoolScript script = running(2, memory(0, 1, 90));
		script.passSeconds(600);
		script.collect(1, 95);
		assertThat(script.passSeconds(120)).as("one collection, however long ago").isEmpty();
		script.collect(1, 90);
		assertThat(script.passSeconds(60)).as("no more than the limit").isEmpty();
		script.collect(1, 91);
		script.passSeconds(20);
		script.collect(1, 92);
		script.passSeconds(20);
		script.collect(1, 92);
		assertThat(script.passSeconds(600)).as("three, in less than a minute").isEmpty();
		script.collect(1, 93);
		List<Action> actions = script.passSeconds(1);
		assertThat(infos(actions)).containsExactly("worker 0 (pid 101) has reached max-heap-after-gc 90 %: "
				+ "93 % of 100 MiB after 4 collections in a row; a new one takes its place");
		script.up(3);
		script.exited(1, 0);
		assertThat(script.view().causes()).containsEntry(ExitCause.Kind.MAX_HEAP_AFTER_GC, 1L);
	}

	@Test
	void whenNothingIsLimitedThenNobodyIsRecycled() {
		PoolScript script = running(2, RecyclePolicy.NEVER);
		for (int i = 0; i < 10; i++) {
			script.measure(1, 1L << 50);
			script.collect(1, 100);
			script.load(1, 0, i * 1_000_000_000L);
			assertThat(script.passSeconds(600)).isEmpty();
		}
	}

	@Test
	void whenRolloutIsUnderWayThenRecyclingWaitsForItsEnd() {
		PoolScript script = running(2, RecyclePolicy.requests(1000, 0));
		script.on(new Event.Reload(7));
		script.load(1, 0, 2000);
		assertThat(script.passSeconds(5)).isEmpty();
		script.spawned(3);
		script.exited(3, 1);
		assertThat(script.view().state()).isEqualTo(PoolView.State.FROZEN);
		assertThat(PoolScript.spawns(script.passSeconds(5))).as("deferred, then done").containsExactly(4L);
		assertThat(PoolScript.drains(script.up(4))).containsExactly(1L);
	}

	@Test
	void whenRolloutBeginsBeforeTheSuccessorIsThereThenTheRolloutGoesFirst() {
		PoolScript script = running(2, RecyclePolicy.requests(1000, 0));
		script.load(1, 0, 2000);
		assertThat(PoolScript.spawns(script.passSeconds(1))).containsExactly(3L);
		script.spawned(3);
		List<Action> actions = script.on(new Event.Reload(7));
		assertThat(PoolScript.signals(actions)).as("the successor is not wanted now").containsExactly("TERM #3");
		script.exited(3, 143);
		assertThat(PoolScript.spawns(actions)).containsExactly(4L);
		assertThat(PoolScript.drains(script.up(4))).containsExactly(1L);
		script.exited(1, 0);
		assertThat(script.lastObituary().cause()).isEqualTo(new ExitCause.Voluntary("reload"));
		assertThat(PoolScript.drains(script.up(5))).containsExactly(2L);
		script.exited(2, 0);
		assertThat(script.view().state()).isEqualTo(PoolView.State.RUNNING);
		assertThat(script.view().exits()).containsEntry(ExitCause.Category.RECYCLED, 0L);
	}

	@Test
	void whenWorkersAreMissingThenTheSuccessorFillsTheGapAndRecyclingWaits() {
		PoolScript script = running(3, RecyclePolicy.requests(1000, 0));
		script.load(1, 0, 2000);
		assertThat(PoolScript.spawns(script.passSeconds(1))).containsExactly(4L);
		script.exited(3, 1);
		assertThat(PoolScript.spawns(script.passSeconds(5))).as("one is on its way already").isEmpty();
		List<Action> actions = script.up(4);
		assertThat(PoolScript.drains(actions)).as("three accept, and three should").isEmpty();
		assertThat(PoolScript.spawns(actions)).containsExactly(5L);
		assertThat(PoolScript.drains(script.up(5))).containsExactly(1L);
	}

	@Test
	void whenThePoolIsDegradedThenNobodyIsRecycled() {
		PoolScript script = running(2, RecyclePolicy.requests(1000, 0));
		script.exited(2, 1);
		script.passSeconds(1);
		script.spawned(3);
		script.exited(3, 1);
		assertThat(script.view().state()).isEqualTo(PoolView.State.DEGRADED);
		script.load(1, 0, 2000);
		assertThat(PoolScript.spawns(script.passSeconds(5))).as("the place that is empty, and no other").hasSize(1);
	}

	@Test
	void whenRulesMakeNoSenseThenTheyAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> RecyclePolicy.requests(-1, 0))
			.withMessageContaining("'maxRequests'");
		assertThatIllegalArgumentException().isThrownBy(() -> RecyclePolicy.requests(1, Long.MAX_VALUE))
			.withMessageContaining("too large together");
		assertThatIllegalArgumentException().isThrownBy(() -> age(Duration.ofSeconds(-1), Duration.ZERO))
			.withMessageContaining("'maxAge'");
		assertThatIllegalArgumentException().isThrownBy(() -> age(Duration.ZERO, Duration.ofSeconds(-1)))
			.withMessageContaining("'maxAgeJitter'");
		assertThatIllegalArgumentException().isThrownBy(() -> memory(-1, 1, 0)).withMessageContaining("'resident'");
		assertThatIllegalArgumentException().isThrownBy(() -> memory(0, 0, 0)).withMessageContaining("'samples'");
		assertThatIllegalArgumentException().isThrownBy(() -> memory(0, 1, 101)).withMessageContaining("'heap'");
	}

}
