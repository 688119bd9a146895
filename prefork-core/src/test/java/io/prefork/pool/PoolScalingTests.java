package io.prefork.pool;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Scaling, and dismissal.
 */
class PoolScalingTests {

	@Test
	void whenScaledUpThenWorkersAreSpawned() {
		PoolScript script = PoolScript.running(2);
		List<Action> actions = script.on(new Event.ScaleTo(7, 4));
		assertThat(actions).contains(new Action.Reply(7, new Answer.Scaled(2, 4, 0)));
		assertThat(PoolScript.spawns(actions)).containsExactly(3L, 4L);
		assertThat(script.view().state()).isEqualTo(PoolView.State.SCALING);
	}

	@Test
	void whenTargetIsOutOfBoundsThenItIsRefusedAndNothingChanges() {
		PoolScript script = PoolScript.running(2);
		assertThat(script.on(new Event.ScaleTo(7, 0))).containsExactly(
				new Action.Reply(7, new Answer.Refused(true, "'workers' must be between 1 and 64 but is 0")));
		assertThat(script.on(new Event.ScaleTo(8, 65))).containsExactly(
				new Action.Reply(8, new Answer.Refused(true, "'workers' must be between 1 and 64 but is 65")));
		assertThat(script.view().target()).isEqualTo(2);
	}

	@Test
	void whenDifferenceLeadsOutOfBoundsThenItIsClamped() {
		PoolScript script = PoolScript.running(2);
		assertThat(PoolScript.replies(script.on(new Event.ScaleBy(7, Integer.MIN_VALUE))))
			.containsExactly(new Answer.Scaled(2, 1, 0));
		assertThat(PoolScript.replies(script.on(new Event.ScaleBy(7, Integer.MAX_VALUE))))
			.containsExactly(new Answer.Scaled(1, 64, 0));
	}

	@Test
	void whenAtABoundThenItIsSaidThatTheNumberStays() {
		PoolScript script = PoolScript.running(1);
		assertThat(PoolScript.lines(Action.Severity.INFO, script.on(new Event.ScaleBy(0, -1))))
			.containsExactly("the number of workers stays at 1, the fewest there can be");
	}

	@Test
	void whenNobodyWaitsThenThereIsNoReply() {
		PoolScript script = PoolScript.running(2);
		assertThat(PoolScript.replies(script.on(new Event.ScaleBy(0, 1)))).isEmpty();
		assertThat(PoolScript.replies(script.on(new Event.ScaleTo(0, 0)))).isEmpty();
	}

	@Test
	void whenScaledDownThenWorkersThatAreNotUpGoFirstNewestFirst() {
		PoolScript script = PoolScript.running(1);
		script.on(new Event.ScaleTo(0, 4));
		script.spawned(2);
		script.spawned(3);
		script.spawned(4);
		script.ready(2);
		List<Action> actions = script.on(new Event.ScaleTo(0, 2));
		assertThat(PoolScript.signals(actions)).containsExactly("TERM #4", "TERM #3");
		assertThat(PoolScript.drains(actions)).isEmpty();
		assertThat(PoolScript.signals(script.passSeconds(5))).containsExactlyInAnyOrder("KILL #3", "KILL #4");
		script.killed(4, "SIGKILL");
		assertThat(script.lastObituary().cause()).isEqualTo(new ExitCause.Voluntary("scale-down"));
		assertThat(script.lastObituary().reached()).isEqualTo(WorkerState.SPAWNED);
	}

	@Test
	void whenVictimsProcessIsNotYetKnownThenItIsSignalledWhenItIs() {
		PoolScript script = PoolScript.running(1);
		script.on(new Event.ScaleTo(0, 2));
		assertThat(PoolScript.signals(script.on(new Event.ScaleTo(0, 1)))).isEmpty();
		assertThat(PoolScript.signals(script.passSeconds(10))).isEmpty();
		assertThat(PoolScript.signals(script.spawned(2))).containsExactly("TERM #2");
	}

	@Test
	void whenScaledDownThenTheLeastBusyAndOldestAreDrained() {
		PoolScript script = PoolScript.running(4);
		script.load(1, 3, 0);
		script.load(2, 1, 0);
		script.load(3, 0, 0);
		script.load(4, 1, 0);
		script.tick();
		assertThat(PoolScript.drains(script.on(new Event.ScaleTo(0, 2)))).containsExactly(3L, 2L);
		assertThat(script.state(3)).isEqualTo(WorkerState.DRAINING);
		script.exited(3, 0);
		assertThat(script.lastObituary().cause()).isEqualTo(new ExitCause.Voluntary("scale-down"));
		assertThat(script.view().state()).isEqualTo(PoolView.State.RUNNING);
	}

	@Test
	void whenDrainIsNotOverInTimeThenEvidenceThenTermThenKill() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.ScaleTo(0, 1));
		assertThat(script.passSeconds(19.75)).isEmpty();
		assertThat(script.passSeconds(0.25)).containsExactly(
				new Action.TakeEvidence(script.worker(1), "not gone 20 s after it was told to leave (scale-down)"));
		assertThat(PoolScript.signals(script.on(new Event.EvidenceTaken(script.worker(1), "dump"))))
			.containsExactly("TERM #1");
		assertThat(script.passSeconds(0.75)).isEmpty();
		assertThat(PoolScript.signals(script.passSeconds(0.25))).containsExactly("KILL #1");
		assertThat(script.passSeconds(60)).isEmpty();
		script.killed(1, "SIGKILL");
		assertThat(script.lastObituary().cause())
			.isEqualTo(new ExitCause.DrainTimeout("scale-down", PoolScript.POLICY.gracefulTimeout()));
	}

	@Test
	void whenWorkerDrainsThenItsSlotIsNotGivenAway() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.ScaleTo(0, 1));
		script.on(new Event.ScaleTo(0, 2));
		assertThat(script.worker(3).slot()).isEqualTo(2);
		script.exited(1, 0);
		script.on(new Event.ScaleTo(0, 3));
		assertThat(script.worker(4).slot()).isZero();
	}

	@Test
	void whenScaledUpAndDownWithoutEndThenThereIsABoundOfProcesses() {
		PoolScript script = PoolScript.running(64);
		for (int i = 0; i < 10; i++) {
			script.on(new Event.ScaleTo(0, 1));
			script.on(new Event.ScaleTo(0, 64));
		}
		assertThat(script.view().workers()).hasSize(PoolScript.policy(1).slots());
	}

	@Test
	void whenDismissedThenAllLeaveAndACommandBringsThemBack() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.ScaleTo(0, 3));
		script.spawned(3);
		List<Action> actions = script.on(new Event.Dismiss());
		assertThat(PoolScript.drains(actions)).containsExactly(1L, 2L);
		assertThat(PoolScript.signals(actions)).containsExactly("TERM #3");
		assertThat(script.view().state()).isEqualTo(PoolView.State.DISMISSED);
		script.exited(1, 0);
		script.exited(2, 0);
		script.exited(3, 143);
		assertThat(script.passSeconds(60)).isEmpty();
		assertThat(script.on(new Event.Dismiss())).isEmpty();
		assertThat(PoolScript.spawns(script.on(new Event.ScaleBy(0, -1)))).containsExactly(4L, 5L);
		assertThat(script.view().target()).isEqualTo(2);
	}

	@Test
	void whenDismissedThenAReloadBringsTheCanaryBackFirst() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.Dismiss());
		script.exited(1, 0);
		script.exited(2, 0);
		assertThat(PoolScript.spawns(script.on(new Event.Reload(7)))).containsExactly(3L);
		assertThat(PoolScript.spawns(script.up(3))).containsExactly(4L);
		assertThat(PoolScript.replies(script.up(4))).singleElement().isInstanceOf(Answer.Reloaded.class);
	}

	@Test
	void whenDismissedAndTheReloadFailsThenTheOldGenerationComesBack() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.Dismiss());
		script.exited(1, 0);
		script.exited(2, 0);
		script.on(new Event.Reload(7));
		script.spawned(3);
		List<Action> actions = script.exited(3, 1);
		assertThat(PoolScript.replies(actions)).singleElement().isInstanceOf(Answer.ReloadFailed.class);
		assertThat(PoolScript.only(Action.Spawn.class, actions)).extracting(Action.Spawn::generation)
			.containsExactly(1, 1);
	}

	@Test
	void whenDismissedDuringAReloadThenTheReloadIsRefused() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.Reload(7));
		assertThat(PoolScript.replies(script.on(new Event.Dismiss())))
			.containsExactly(new Answer.Refused(false, "the workers were dismissed"));
	}

}
