package io.prefork.pool;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.prefork.pool.Action.Severity;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Workers whose threads wait for each other.
 */
class PoolDeadlockTests {

	private static final String STACKS = "\"one\" BLOCKED\n\"two\" BLOCKED";

	private static PoolScript running(int workers, int slots) {
		return PoolScript.running(PoolScript.policy(workers).with(new LostSlots(slots, 0.5)));
	}

	private static Event deadlock(PoolScript script, long serial, int requests) {
		return new Event.Deadlocked(script.worker(serial), 2, requests, STACKS);
	}

	@Test
	void whenWorkerStillServesThenItsSuccessorAcceptsFirst() {
		PoolScript script = running(2, 4);
		List<Action> actions = script.on(deadlock(script, 1, 1));
		assertThat(PoolScript.lines(Severity.WARN, actions)).containsExactly(
				"worker 0 (pid 101) is to be replaced: deadlock of 2 threads, on which 1 request hung\n" + STACKS);
		assertThat(PoolScript.spawns(actions)).containsExactly(3L);
		assertThat(PoolScript.only(Action.TakeEvidence.class, actions)).as("it has come along").isEmpty();
		assertThat(script.on(deadlock(script, 1, 1))).as("told again").isEmpty();
		assertThat(script.state(1)).isEqualTo(WorkerState.ACCEPTING);
		assertThat(PoolScript.drains(script.up(3))).containsExactly(1L);
		script.exited(1, 1);
		Obituary obituary = script.lastObituary();
		assertThat(obituary.cause()).isEqualTo(new Deadlock(2, 1));
		assertThat(obituary.evidence()).isEqualTo(STACKS);
		assertThat(script.view().causes()).containsEntry(ExitCause.Kind.DEADLOCK, 1L);
		assertThat(script.view().exits()).containsEntry(ExitCause.Category.TIMEOUT, 1L);
		assertThat(script.view().state()).isEqualTo(PoolView.State.RUNNING);
	}

	@Test
	void whenNoSlotIsLeftThenItLeavesBeforeItsSuccessorIsThere() {
		PoolScript script = running(2, 4);
		List<Action> actions = script.on(deadlock(script, 1, 4));
		assertThat(PoolScript.lines(Severity.WARN, actions)).containsExactly(
				"worker 0 (pid 101) is being ended: deadlock of 2 threads, on which 4 requests hung\n" + STACKS);
		assertThat(PoolScript.drains(actions)).containsExactly(1L);
		assertThat(PoolScript.spawns(actions)).containsExactly(3L);
	}

	@Test
	void whenTheLastSlotIsLostWhileTheSuccessorBootsThenItLeavesAtOnceUnderTheSameCause() {
		PoolScript script = running(2, 4);
		script.on(deadlock(script, 1, 1));
		assertThat(PoolScript.drains(script.on(deadlock(script, 1, 4)))).containsExactly(1L);
		script.exited(1, 1);
		assertThat(script.lastObituary().cause()).isEqualTo(new Deadlock(2, 1));
	}

	@Test
	void whenItDoesNotDrainInTimeThenItIsEndedAndTheCauseStays() {
		PoolScript script = running(2, 4);
		script.on(deadlock(script, 1, 0));
		script.up(3);
		assertThat(PoolScript.signals(script.pass(PoolScript.POLICY.gracefulTimeout()))).containsExactly("TERM #1");
		assertThat(PoolScript.signals(script.passSeconds(1))).containsExactly("KILL #1");
		script.killed(1, "SIGKILL");
		assertThat(script.lastObituary().cause().describe()).isEqualTo("deadlock of 2 threads");
	}

	@Test
	void whenItWasToBeRecycledThenTheDeadlockIsTheCause() {
		PoolScript script = PoolScript.running(PoolScript.policy(2).with(RecyclePolicy.requests(10, 0)));
		script.load(1, 0, 10);
		assertThat(PoolScript.spawns(script.passSeconds(1))).containsExactly(3L);
		assertThat(PoolScript.spawns(script.on(deadlock(script, 1, 0)))).isEmpty();
		script.up(3);
		script.exited(1, 0);
		assertThat(script.lastObituary().cause()).isEqualTo(new Deadlock(2, 0));
	}

	@Test
	void whenRolloutIsUnderWayThenItIsReplacedAllTheSame() {
		PoolScript script = PoolScript.running(PoolScript.policy(2).with(new LostSlots(4, 0.5)));
		script.on(new Event.Reload(0));
		assertThat(PoolScript.spawns(script.on(deadlock(script, 1, 1)))).containsExactly(4L);
	}

	@Test
	void whenTheCanaryIsDeadlockedThenTheRolloutFails() {
		PoolScript script = PoolScript
			.running(PoolScript.policy(2, new RolloutPolicy(1, 0, Duration.ofSeconds(5), 5, false))
				.with(new LostSlots(4, 0.5)));
		script.on(new Event.Reload(7));
		script.up(3);
		assertThat(PoolScript.drains(script.on(deadlock(script, 3, 1)))).containsExactly(3L);
		assertThat(PoolScript.replies(script.exited(3, 0))).singleElement()
			.isInstanceOfSatisfying(Answer.ReloadFailed.class,
					(failed) -> assertThat(failed.reason()).contains("deadlock of 2 threads"));
		assertThat(script.view().state()).isEqualTo(PoolView.State.FROZEN);
	}

	@Test
	void whenWorkerIsNotReadyThenItsBootTimeoutDecides() {
		PoolScript script = PoolScript.of(PoolScript.policy(1));
		script.on(new Event.Start());
		script.spawned(1);
		script.on(new Event.Connected(script.worker(1)));
		assertThat(script.on(deadlock(script, 1, 0))).isEmpty();
		assertThat(script.passSeconds(5)).isEmpty();
	}

	@Test
	void whenItIsLeavingThenItGoesOnToLeaveAndTheStacksAreKept() {
		PoolScript script = running(2, 4);
		script.on(new Event.ScaleTo(0, 1));
		assertThat(script.on(deadlock(script, 1, 1))).isEmpty();
		script.exited(1, 0);
		assertThat(script.lastObituary().cause()).isEqualTo(new ExitCause.Voluntary("scale-down"));
		assertThat(script.lastObituary().evidence()).isEqualTo(STACKS);
	}

	@Test
	void whenTheServerStopsThenADeadlockChangesNothing() {
		PoolScript script = running(1, 1);
		script.on(new Event.Stop(false));
		assertThat(script.on(deadlock(script, 1, 1))).isEmpty();
	}

}
