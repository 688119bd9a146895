package io.prefork.pool;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an elastic pool decides, and what it does not.
 */
class ElasticityTests {

	private static final int SLOTS = 8;

	private static final Surroundings QUEUE = queue(37);

	@Test
	void whenTooFewSlotsAreFreeThenSpareAddsAWorker() {
		PoolScript script = spare(2);
		script.load(1, 8, 0);
		script.load(2, 1, 0);
		List<Action> actions = script.passSeconds(5);
		assertThat(infos(actions)).containsOnlyOnce("scaling from 2 to 3 workers: 9 of 16 slots busy");
		assertThat(script.view().target()).isEqualTo(3);
		assertThat(decisions(script, ScaleReason.SPARE)).isOne();
	}

	@Test
	void whenConnectionsAreQueuedThenSpareAddsOneThenTwoAndCountsThoseThatStart() {
		PoolScript script = spare(2);
		script.loadAll(SLOTS);
		script.surroundings(QUEUE);
		List<Action> actions = script.passSeconds(30);
		assertThat(infos(actions)).contains(
				"scaling from 2 to 3 workers: 16 of 16 slots busy and 37 connections queued",
				"scaling from 3 to 5 workers: 16 of 16 slots busy and 37 connections queued");
		assertThat(script.view().target()).isEqualTo(5);
	}

	@Test
	void whenLoadIsAMomentsThenNothingIsDecided() {
		for (PoolScript script : List.of(spare(2), busyness(2))) {
			script.passSeconds(20);
			script.loadAll(SLOTS);
			script.surroundings(QUEUE);
			script.passSeconds(2);
			script.loadAll(0);
			script.surroundings(Surroundings.UNKNOWN);
			script.passSeconds(20);
			assertThat(script.view().target()).isEqualTo(2);
			assertThat(script.view().scale().lastDecision()).isEmpty();
		}
	}

	@Test
	void whenTooManySlotsAreBusyThenBusynessAddsAfterAWindow() {
		PoolScript script = busyness(2);
		script.loadAll(SLOTS);
		assertThat(script.passSeconds(9.5)).isEmpty();
		List<Action> actions = script.passSeconds(2);
		assertThat(infos(actions)).containsOnlyOnce("scaling from 2 to 4 workers: 16 of 16 slots busy over 10 s");
		script.passSeconds(60);
		assertThat(script.view().target()).as("those that start count").isEqualTo(4);
	}

	@Test
	void whenShareIsALittleTooHighThenBusynessAddsFew() {
		PoolScript script = busyness(8);
		script.loadAll(6);
		script.passSeconds(15);
		assertThat(script.view().target()).isEqualTo(12);
	}

	@Test
	void whenQueueIsLongThenBusynessDoublesAtOnceAndThenWaitsForTheBoot() {
		PoolScript script = PoolScript.of(policy(2, new ScalePolicy.Busyness(30, 70, 33), 2));
		script.on(new Event.Start());
		script.passSeconds(10);
		script.up(1);
		script.up(2);
		script.loadAll(SLOTS);
		script.surroundings(QUEUE);
		List<Action> actions = script.passSeconds(15);
		assertThat(infos(actions))
			.containsExactly("scaling from 2 to 4 workers: 16 of 16 slots busy and 37 connections queued");
		script.up(3);
		script.passSeconds(1);
		script.up(4);
		script.passSeconds(2);
		assertThat(script.view().target()).isEqualTo(4);
		script.passSeconds(3);
		assertThat(script.view().target()).isEqualTo(8);
		assertThat(decisions(script, ScaleReason.QUEUE)).isEqualTo(2);
	}

	@Test
	void whenABootHangsThenBusynessDoesNotWaitForItForever() {
		PoolScript script = PoolScript.of(policy(2, new ScalePolicy.Busyness(30, 70, 33), 2));
		script.on(new Event.Start());
		script.passSeconds(10);
		script.up(1);
		script.up(2);
		script.loadAll(SLOTS);
		script.surroundings(QUEUE);
		script.passSeconds(22);
		assertThat(script.view().target()).isEqualTo(4);
		script.passSeconds(3);
		assertThat(script.view().target()).isEqualTo(8);
	}

	@Test
	void whenSurplusLastsThenOneWorkerGoesAndAnotherEachWindow() {
		for (PoolScript script : List.of(spare(5), busyness(5))) {
			script.passSeconds(59);
			assertThat(script.view().target()).isEqualTo(5);
			List<Action> actions = script.passSeconds(15);
			assertThat(infos(actions)).anyMatch((line) -> line
				.equals("scaling from 5 to 4 workers: fewer would have done for 1 min, 0 of 40 slots busy over 10 s"));
			assertThat(PoolScript.drains(actions)).containsExactly(1L);
			script.exited(1, 0);
			script.passSeconds(12);
			assertThat(script.view().target()).isEqualTo(3);
			script.exited(2, 0);
			script.passSeconds(300);
			script.exited(3, 0);
			script.passSeconds(300);
			assertThat(script.view().target()).isEqualTo(2);
		}
	}

	@Test
	void whenAWorkerIsStillLeavingThenNoOtherGoes() {
		PoolScript script = busyness(5);
		script.passSeconds(76);
		assertThat(script.view().target()).isEqualTo(4);
		script.passSeconds(15);
		assertThat(script.view().target()).isEqualTo(4);
	}

	@Test
	void whenThoseLeftWouldBeTooBusyThenNoneGoes() {
		PoolScript script = busyness(3);
		script.load(1, 7, 0);
		script.passSeconds(600);
		assertThat(script.view().target()).as("29 % of three, 44 % of two").isEqualTo(2);
		PoolScript two = running(2, new ScalePolicy.Busyness(40, 60, 33), 1);
		two.load(1, 6, 0);
		two.passSeconds(600);
		assertThat(two.view().target()).as("38 % of two, 75 % of one").isEqualTo(2);
	}

	@Test
	void whenAWorkerIsNeededAgainSoonThenTheNextStaysTwiceAsLong() {
		PoolScript script = busyness(3);
		script.passSeconds(75);
		assertThat(script.view().target()).isEqualTo(2);
		script.exited(1, 0);
		script.loadAll(SLOTS);
		script.passSeconds(12);
		assertThat(script.view().target()).isEqualTo(3);
		script.up(4);
		script.loadAll(0);
		script.passSeconds(125);
		assertThat(script.view().target()).isEqualTo(3);
		script.passSeconds(15);
		assertThat(script.view().target()).isEqualTo(2);
	}

	@Test
	void whenMaximumIsReachedThenItIsSaidOnceAndNothingMore() {
		PoolScript script = spare(16);
		script.loadAll(SLOTS);
		List<Action> actions = script.passSeconds(300);
		assertThat(infos(actions))
			.containsExactly("staying at 16 workers, since there may be no more than 16: 128 of 128 slots busy");
		assertThat(decisions(script, ScaleReason.MAXIMUM)).isOne();
		assertThat(infos(script.passSeconds(400))).hasSize(1);
	}

	@Test
	void whenMemoryDoesNotAllowItThenAWarningSaysSoAndNoneIsAdded() {
		PoolScript script = spare(2);
		script.loadAll(SLOTS);
		script.surroundings(new Surroundings(0, OptionalLong.of(200 << 20), OptionalLong.of(250 << 20)));
		List<Action> actions = script.passSeconds(300);
		assertThat(PoolScript.lines(Action.Severity.WARN, actions)).containsExactly(
				"staying at 2 workers, since a worker takes 250 MB and 200 MB are left: 16 of 16 slots busy");
		assertThat(script.view().target()).isEqualTo(2);
		script.surroundings(new Surroundings(0, OptionalLong.of(300 << 20), OptionalLong.of(250 << 20)));
		script.passSeconds(2);
		assertThat(script.view().target()).isEqualTo(3);
	}

	@Test
	void whenMemoryAllowsFewerThanAreWantedThenThoseAreAddedAndOnesThatStartAreReckonedWith() {
		PoolScript script = busyness(4);
		script.loadAll(SLOTS);
		script.surroundings(new Surroundings(99, OptionalLong.of(550 << 20), OptionalLong.of(250 << 20)));
		script.passSeconds(60);
		assertThat(script.view().target()).isEqualTo(6);
	}

	@Test
	void whenWorkersCrashOneAfterTheOtherThenNoneIsAdded() {
		PoolScript script = spare(3);
		script.killed(1, "SIGSEGV");
		script.killed(2, "SIGSEGV");
		script.load(3, SLOTS, 0);
		script.surroundings(QUEUE);
		script.passSeconds(2);
		script.up(4);
		script.up(5);
		script.loadAll(SLOTS);
		List<Action> actions = script.passSeconds(20);
		assertThat(script.view().target()).isEqualTo(3);
		assertThat(infos(actions)).anyMatch((line) -> line.contains("since workers crash one after the other"));
		script.passSeconds(20);
		assertThat(script.view().target()).as("after half a minute of health").isGreaterThan(3);
	}

	@Test
	void whenAReloadIsUnderWayThenNothingIsDecided() {
		PoolScript script = spare(2);
		script.on(new Event.Reload(0));
		script.loadAll(SLOTS);
		script.surroundings(QUEUE);
		script.passSeconds(20);
		assertThat(script.view().target()).isEqualTo(2);
		assertThat(script.view().scale().decisions()).allSatisfy((reason, count) -> assertThat(count).isZero());
	}

	@Test
	void whenTheMachineWasSuspendedThenTheTimeCountsForNothing() {
		PoolScript script = busyness(3);
		script.passSeconds(50);
		script.jump(Duration.ofHours(1));
		script.passSeconds(60);
		assertThat(script.view().target()).isEqualTo(3);
		script.passSeconds(15);
		assertThat(script.view().target()).isEqualTo(2);
	}

	@Test
	void whenTheNumberChangesOnCommandOnlyThenTheLoadChangesNothing() {
		PoolScript script = PoolScript.running(2);
		script.loadAll(SLOTS);
		script.surroundings(QUEUE);
		script.passSeconds(600);
		assertThat(script.view().target()).isEqualTo(2);
		assertThat(script.view().scale().policy()).isEqualTo("static");
	}

	static PoolScript spare(int workers) {
		return running(workers, new ScalePolicy.Spare(1, 2), 2);
	}

	static PoolScript busyness(int workers) {
		return running(workers, new ScalePolicy.Busyness(30, 70, 33), 2);
	}

	private static PoolScript running(int workers, ScalePolicy.Rule rule, int minimum) {
		return PoolScript.running(policy(workers, rule, minimum));
	}

	private static PoolPolicy policy(int workers, ScalePolicy.Rule rule, int minimum) {
		return PoolScript.policy(workers)
			.with(new ScalePolicy(rule, minimum, 16, SLOTS, Duration.ofSeconds(10), OptionalLong.empty()));
	}

	private static Surroundings queue(int queued) {
		return new Surroundings(queued, OptionalLong.empty(), OptionalLong.empty());
	}

	private static List<String> infos(List<Action> actions) {
		return PoolScript.lines(Action.Severity.INFO, actions)
			.stream()
			.filter((line) -> line.startsWith("scaling") || line.startsWith("staying"))
			.toList();
	}

	private static long decisions(PoolScript script, ScaleReason reason) {
		return script.view().scale().decisions().get(reason);
	}

}
