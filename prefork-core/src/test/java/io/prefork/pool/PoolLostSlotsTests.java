package io.prefork.pool;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

import org.junit.jupiter.api.Test;

import io.prefork.pool.Action.Severity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Workers that lose request slots to requests past their timeout.
 */
class PoolLostSlotsTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private static PoolScript running(int workers, LostSlots lostSlots) {
		return PoolScript.running(new PoolPolicy(workers, 8, 2, Duration.ofSeconds(60), Duration.ofSeconds(30), TIMEOUT,
				Duration.ofSeconds(20), 0, 0, PoolPolicy.Backoff.DEFAULT, PoolScript.PLAIN)
			.with(lostSlots));
	}

	@Test
	void whenFewerSlotsAreLostThanTheShareThenTheWorkerGoesOn() {
		PoolScript script = running(2, new LostSlots(4, 0.5));
		script.lose(1, 1);
		assertThat(script.passSeconds(600)).isEmpty();
		assertThat(script.state(1)).isEqualTo(WorkerState.ACCEPTING);
	}

	@Test
	void whenTheShareIsLostThenEvidenceIsTakenAndTheSuccessorAcceptsFirst() {
		PoolScript script = running(2, new LostSlots(4, 0.5));
		script.lose(1, 2);
		assertThat(script.passSeconds(10)).isEmpty();
		List<Action> actions = script.passSeconds(0.25);
		assertThat(actions).containsExactlyInAnyOrder(
				new Action.TakeEvidence(script.worker(1), "a request had been running for 10.2 s"),
				new Action.Spawn(script.worker(3), 1));
		assertThat(PoolScript.lines(Severity.WARN, script.on(new Event.EvidenceTaken(script.worker(1), "stacks"))))
			.containsExactly("worker 0 (pid 101) is to be replaced: a request had been running for 10.2 s, "
					+ "2 requests in flight\nstacks");
		assertThat(PoolScript.only(Action.TakeEvidence.class, script.passSeconds(5))).isEmpty();
		assertThat(script.state(1)).isEqualTo(WorkerState.ACCEPTING);
		assertThat(PoolScript.drains(script.up(3))).containsExactly(1L);
		assertThat(PoolScript.signals(script.passSeconds(19.75))).isEmpty();
		script.exited(1, 0);
		Obituary obituary = script.lastObituary();
		assertThat(obituary.cause()).isInstanceOf(ExitCause.RequestTimeout.class);
		assertThat(obituary.evidence()).isEqualTo("stacks");
		assertThat(obituary.inFlight()).isEqualTo(2);
		assertThat(script.view().exits()).containsEntry(ExitCause.Category.TIMEOUT, 1L);
		assertThat(script.view().state()).isEqualTo(PoolView.State.RUNNING);
	}

	@Test
	void whenAWorkerHasOtherSlotsThanTheMasterReadThenTheShareIsOfThose() {
		PoolScript script = running(2, new LostSlots(200, 0.5));
		script.lose(1, 4, 8);
		assertThat(PoolScript.spawns(script.passSeconds(10.25))).containsExactly(3L);
		script = running(2, LostSlots.THE_ONLY_ONE);
		script.lose(1, 3, 8);
		assertThat(script.passSeconds(60)).isEmpty();
	}

	@Test
	void whenItDoesNotDrainInTimeThenItIsEndedAndTheCauseStays() {
		PoolScript script = running(2, new LostSlots(4, 0.5));
		script.lose(1, 2);
		script.passSeconds(10.25);
		script.on(new Event.EvidenceTaken(script.worker(1), "stacks"));
		script.up(3);
		List<Action> actions = script.passSeconds(20);
		assertThat(PoolScript.signals(actions)).containsExactly("TERM #1");
		assertThat(PoolScript.only(Action.TakeEvidence.class, actions)).isEmpty();
		assertThat(PoolScript.signals(script.passSeconds(1))).containsExactly("KILL #1");
		script.killed(1, "SIGKILL");
		assertThat(script.lastObituary().cause()).isInstanceOf(ExitCause.RequestTimeout.class);
	}

	@Test
	void whenNoSlotIsLeftThenItLeavesBeforeItsSuccessorIsThereAndIsDrained() {
		PoolScript script = running(2, LostSlots.THE_ONLY_ONE);
		script.lose(1, 1);
		assertThat(script.passSeconds(10)).isEmpty();
		List<Action> actions = script.passSeconds(0.25);
		assertThat(PoolScript.only(Action.TakeEvidence.class, actions)).hasSize(1);
		assertThat(PoolScript.spawns(actions)).containsExactly(3L);
		assertThat(PoolScript.drains(actions)).isEmpty();
		actions = script.on(new Event.EvidenceTaken(script.worker(1), "stack"));
		assertThat(PoolScript.lines(Severity.WARN, actions)).containsExactly("worker 0 (pid 101) is being ended: "
				+ "a request had been running for 10.2 s, 1 request in flight\nstack");
		assertThat(PoolScript.drains(actions)).containsExactly(1L);
		assertThat(PoolScript.signals(actions)).isEmpty();
		script.exited(1, 1);
		assertThat(script.lastObituary().cause()).isInstanceOf(ExitCause.RequestTimeout.class);
		assertThat(script.lastObituary().evidence()).isEqualTo("stack");
	}

	@Test
	void whenAllWorkersHaveNoSlotLeftThenAllAreReplacedAtATime() {
		PoolScript script = running(2, LostSlots.THE_ONLY_ONE);
		script.lose(1, 1);
		script.lose(2, 1);
		assertThat(PoolScript.spawns(script.passSeconds(10.25))).containsExactly(3L, 4L);
	}

	@Test
	void whenTheRestIsLostBeforeTheSuccessorIsThereThenItLeavesAtOnce() {
		PoolScript script = running(2, new LostSlots(4, 0.5));
		script.lose(1, 2);
		script.passSeconds(10.25);
		script.on(new Event.EvidenceTaken(script.worker(1), "stacks"));
		script.lose(1, 4);
		List<Action> actions = script.passSeconds(10.25);
		assertThat(PoolScript.drains(actions)).containsExactly(1L);
		assertThat(PoolScript.only(Action.TakeEvidence.class, actions)).isEmpty();
	}

	@Test
	void whenTheServerStopsBeforeTheSuccessorIsThereThenItsOtherRequestsHaveTheWholeTime() {
		PoolScript script = running(2, new LostSlots(4, 0.5));
		script.lose(1, 2);
		script.passSeconds(10.25);
		script.on(new Event.EvidenceTaken(script.worker(1), "stacks"));
		script.on(new Event.Stop(false));
		script.exited(2, 0);
		script.on(new Event.Exited(script.worker(3), OptionalInt.of(143), "", ""));
		List<Action> actions = script.passSeconds(5);
		assertThat(PoolScript.drains(actions)).containsExactly(1L);
		assertThat(PoolScript.signals(actions)).isEmpty();
		assertThat(PoolScript.signals(script.passSeconds(14))).isEmpty();
		assertThat(PoolScript.signals(script.passSeconds(4))).contains("KILL #1");
	}

	@Test
	void whenTheCanaryLosesTooManyThenTheRolloutFails() {
		PoolScript script = PoolScript.running(new PoolPolicy(2, 8, 2, Duration.ofSeconds(60), Duration.ofSeconds(30),
				Duration.ofSeconds(2), Duration.ofSeconds(20), 0, 0, PoolPolicy.Backoff.DEFAULT,
				new RolloutPolicy(1, 0, Duration.ofSeconds(5), 5, false))
			.with(new LostSlots(8, 0.5)));
		script.on(new Event.Reload(7));
		script.up(3);
		script.lose(3, 4);
		List<Action> actions = script.passSeconds(2.25);
		assertThat(PoolScript.spawns(actions)).isEmpty();
		actions = script.on(new Event.EvidenceTaken(script.worker(3), "stacks"));
		assertThat(PoolScript.drains(actions)).containsExactly(3L);
		assertThat(PoolScript.drains(script.passSeconds(10))).isEmpty();
		assertThat(PoolScript.replies(script.exited(3, 0))).singleElement()
			.isInstanceOfSatisfying(Answer.ReloadFailed.class,
					(failed) -> assertThat(failed.reason()).contains("a request had been running for 2.2 s"));
	}

	@Test
	void whenNoEvidenceComesThenItLeavesAllTheSame() {
		PoolScript script = running(1, LostSlots.THE_ONLY_ONE);
		script.lose(1, 1);
		List<Action> actions = script.passSeconds(12.25);
		assertThat(PoolScript.drains(actions)).containsExactly(1L);
		assertThat(PoolScript.lines(Severity.WARN, actions)).anyMatch((line) -> line.contains("no evidence within"));
	}

	@Test
	void whenTheServerStopsThenAStuckWorkerDoesNotHoldItUp() {
		PoolScript script = running(1, LostSlots.THE_ONLY_ONE);
		script.passSeconds(1);
		script.on(new Event.Stop(false));
		script.on(new Event.QueuesEmpty());
		script.lose(1, 1);
		List<Action> actions = script.passSeconds(24);
		assertThat(PoolScript.signals(actions)).contains("KILL #1");
	}

	@Test
	void whenTheClockJumpsThenRequestsAreGivenTheirTimeAgain() {
		PoolScript script = running(1, LostSlots.THE_ONLY_ONE);
		script.tick();
		script.lose(1, 1);
		script.jump(Duration.ofHours(1));
		assertThat(PoolScript.only(Action.TakeEvidence.class, script.passSeconds(10))).isEmpty();
		assertThat(PoolScript.only(Action.TakeEvidence.class, script.passSeconds(0.25))).hasSize(1);
	}

	@Test
	void whenRuleMakesNoSenseThenItIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> new LostSlots(0, 0.5)).withMessageContaining("'slots'");
		assertThatIllegalArgumentException().isThrownBy(() -> new LostSlots(1, 0)).withMessageContaining("'share'");
		assertThatIllegalArgumentException().isThrownBy(() -> new LostSlots(1, 1.1)).withMessageContaining("'share'");
		assertThatIllegalArgumentException().isThrownBy(() -> new LostSlots(1, Double.NaN))
			.withMessageContaining("'share'");
	}

}
