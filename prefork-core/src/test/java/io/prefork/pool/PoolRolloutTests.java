package io.prefork.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.prefork.pool.Action.Severity;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rolling reloads.
 */
class PoolRolloutTests {

	@Test
	void whenReloadedThenEachOldWorkerLeavesAfterItsSuccessorAccepts() {
		PoolScript script = PoolScript.running(2);
		assertThat(script.on(new Event.Reload(7))).contains(new Action.Spawn(script.worker(3), 2));
		assertThat(script.view().state()).isEqualTo(PoolView.State.RELOADING);
		assertThat(script.view().generation()).isEqualTo(1);
		assertThat(PoolScript.drains(script.ready(3))).isEmpty();
		List<Action> actions = script.on(new Event.Accepting(script.worker(3)));
		assertThat(PoolScript.drains(actions)).containsExactly(1L);
		assertThat(PoolScript.spawns(actions)).containsExactly(4L);
		assertThat(script.view().generation()).isEqualTo(1);
		script.passSeconds(2);
		actions = script.up(4);
		assertThat(PoolScript.drains(actions)).containsExactly(2L);
		assertThat(PoolScript.spawns(actions)).isEmpty();
		assertThat(PoolScript.replies(actions)).containsExactly(new Answer.Reloaded(2, Duration.ofSeconds(2)));
		assertThat(actions).contains(new Action.Used(2));
		assertThat(script.view().generation()).isEqualTo(2);
		script.exited(1, 0);
		script.exited(2, 0);
		assertThat(script.lastObituary().cause()).isEqualTo(new ExitCause.Voluntary("reload"));
		assertThat(script.view().state()).isEqualTo(PoolView.State.RUNNING);
		assertThat(script.view().workers()).extracting(PoolView.WorkerView::generation).containsExactly(2, 2);
	}

	@Test
	void whenReloadIsAskedForOverAndOverThenOneFollowsAndOneLineSaysSo() {
		PoolScript script = PoolScript.running(1);
		script.on(new Event.Reload(0));
		List<Action> actions = new ArrayList<>();
		for (int i = 0; i < 1000; i++) {
			actions.addAll(script.on(new Event.Reload(0)));
		}
		assertThat(PoolScript.only(Action.Report.class, actions)).singleElement()
			.extracting(Action.Report::line)
			.asString()
			.contains("another reload was asked for");
		script.up(2);
		script.exited(1, 0);
		script.up(3);
		script.exited(2, 0);
		assertThat(script.view().generation()).isEqualTo(3);
		assertThat(PoolScript.spawns(script.passSeconds(60))).isEmpty();
	}

	@Test
	void whenReloadRunsThenNoMoreThanTwoDrainAtATime() {
		PoolScript script = PoolScript.running(4);
		script.on(new Event.Reload(7));
		script.up(5);
		script.up(6);
		assertThat(PoolScript.drains(script.up(7))).isEmpty();
		assertThat(script.view().workers()).filteredOn((worker) -> worker.state() == WorkerState.DRAINING).hasSize(2);
		List<Action> actions = script.exited(1, 0);
		assertThat(PoolScript.drains(actions)).containsExactly(3L);
		assertThat(PoolScript.spawns(actions)).containsExactly(8L);
	}

	@Test
	void whenCanaryFailsThenTheOldGenerationGoesOn() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.Reload(7));
		script.spawned(3);
		script.on(new Event.BootFailed(script.worker(3), "no such table"));
		List<Action> actions = script.exited(3, 1, "Caused by: x");
		assertThat(PoolScript.replies(actions)).containsExactly(new Answer.ReloadFailed(
				"reload failed, generation 1 goes on: worker 2 (pid 103): failed to boot: no such table",
				"Caused by: x"));
		assertThat(PoolScript.drains(actions)).isEmpty();
		assertThat(PoolScript.spawns(script.passSeconds(60))).isEmpty();
		assertThat(script.view().state()).isEqualTo(PoolView.State.FROZEN);
		assertThat(script.view().rollout()).get()
			.returns(2, RolloutView::generation)
			.returns(RolloutView.Stage.FAILED, RolloutView::stage)
			.returns("Caused by: x", RolloutView::output);
		assertThat(script.view().generation()).isEqualTo(1);
		script.exited(1, 1);
		assertThat(PoolScript.only(Action.Spawn.class, script.passSeconds(1))).singleElement()
			.extracting(Action.Spawn::generation)
			.isEqualTo(1);
		assertThat(PoolScript.only(Action.Spawn.class, script.on(new Event.Reload(8)))).singleElement()
			.extracting(Action.Spawn::generation)
			.isEqualTo(3);
	}

	@Test
	void whenCanaryIsNotReadyInTimeThenTheOldGenerationGoesOn() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.Reload(7));
		script.spawned(3);
		assertThat(PoolScript.signals(script.passSeconds(63))).containsExactly("KILL #3");
		assertThat(PoolScript.replies(script.killed(3, "SIGKILL"))).containsExactly(new Answer.ReloadFailed(
				"reload failed, generation 1 goes on: worker 2 (pid 103): not serving within boot-timeout 1 min", ""));
		assertThat(script.view().workers()).hasSize(2);
	}

	@Test
	void whenCanaryCrashesBeforeItAcceptsThenTheOldGenerationGoesOn() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.Reload(7));
		script.ready(3);
		assertThat(PoolScript.replies(script.killed(3, "SIGSEGV"))).singleElement()
			.isInstanceOf(Answer.ReloadFailed.class);
		assertThat(script.view().workers()).extracting(PoolView.WorkerView::state)
			.containsExactly(WorkerState.ACCEPTING, WorkerState.ACCEPTING);
	}

	@Test
	void whenOldWorkerCrashesBeforeTheCanaryAcceptsThenItComesBackInTheOldGeneration() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.Reload(7));
		script.exited(1, 1);
		assertThat(script.passSeconds(0.5)).contains(new Action.Spawn(script.worker(4), 1));
		script.up(4);
		assertThat(PoolScript.drains(script.up(3))).containsExactly(2L);
	}

	@Test
	void whenOldWorkerCrashesAfterTheCanaryAcceptsThenItComesBackInTheNewGeneration() {
		PoolScript script = PoolScript.running(3);
		script.on(new Event.Reload(7));
		script.up(4);
		script.exited(2, 1);
		assertThat(script.passSeconds(0.5)).contains(new Action.Spawn(script.worker(6), 2));
	}

	@Test
	void whenLaterWorkerFailsThenItIsTriedAgainAndTheRolloutEnds() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.Reload(7));
		script.up(3);
		script.spawned(4);
		assertThat(PoolScript.replies(script.exited(4, 1))).isEmpty();
		assertThat(PoolScript.spawns(script.passSeconds(0.25))).containsExactly(5L);
		assertThat(PoolScript.replies(script.up(5))).singleElement().isInstanceOf(Answer.Reloaded.class);
	}

	@Test
	void whenLaterWorkersFailFourTimesThenTheOldGenerationIsServedAgainWhole() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.Reload(7));
		script.up(3);
		for (int serial = 4; serial < 7; serial++) {
			script.spawned(serial);
			assertThat(PoolScript.replies(script.exited(serial, 1))).isEmpty();
			script.passSeconds(1);
		}
		script.exited(1, 0);
		script.spawned(7);
		List<Action> actions = script.exited(7, 1);
		assertThat(PoolScript.replies(actions)).singleElement()
			.asString()
			.contains("reload failed half-way, its workers are replaced by generation 1 again")
			.contains("worker 3 (pid 107)");
		assertThat(script.view().state()).isEqualTo(PoolView.State.FROZEN);
		assertThat(PoolScript.drains(actions)).isEmpty();
		actions = script.passSeconds(1);
		assertThat(actions).contains(new Action.Spawn(script.worker(8), 1));
		assertThat(PoolScript.drains(script.up(8))).containsExactly(3L);
		script.exited(3, 0);
		assertThat(script.lastObituary().cause()).isEqualTo(new ExitCause.Voluntary("reload failed"));
		assertThat(PoolScript.spawns(script.passSeconds(60))).isEmpty();
		assertThat(script.view().workers()).extracting(PoolView.WorkerView::generation).containsExactly(1, 1);
		assertThat(script.view().state()).isEqualTo(PoolView.State.FROZEN);
	}

	@Test
	void whenReloadedDuringAReloadThenOneMoreFollowsForAllWhoAsked() {
		PoolScript script = PoolScript.running(1);
		script.on(new Event.Reload(7));
		assertThat(PoolScript.spawns(script.on(new Event.Reload(8)))).isEmpty();
		script.on(new Event.Reload(9));
		List<Action> actions = script.up(2);
		assertThat(PoolScript.replies(actions)).containsExactly(new Answer.Reloaded(2, Duration.ZERO));
		assertThat(actions).contains(new Action.Spawn(script.worker(3), 3));
		script.exited(1, 0);
		assertThat(PoolScript.only(Action.Reply.class, script.up(3))).extracting(Action.Reply::ticket)
			.containsExactly(8L, 9L);
		script.exited(2, 0);
		assertThat(script.passSeconds(10)).isEmpty();
	}

	@Test
	void whenReloadIsAskedForBeforeAnyWorkerIsReadyThenItFollowsTheStart() {
		PoolScript script = PoolScript.of(PoolScript.policy(1));
		script.on(new Event.Start());
		assertThat(PoolScript.spawns(script.on(new Event.Reload(7)))).isEmpty();
		assertThat(PoolScript.spawns(script.up(1))).isEmpty();
		assertThat(script.view().workers()).extracting(PoolView.WorkerView::generation).containsExactly(1, 2);
	}

	@Test
	void whenScaledUpDuringAReloadThenTheRolloutEndsWithTheNewTarget() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.Reload(7));
		assertThat(PoolScript.only(Action.Spawn.class, script.on(new Event.ScaleTo(0, 3)))).singleElement()
			.extracting(Action.Spawn::generation)
			.isEqualTo(1);
		script.up(3);
		script.up(4);
		assertThat(script.view().target()).isEqualTo(3);
		script.up(5);
		script.exited(1, 0);
		script.exited(2, 0);
		List<Action> actions = script.up(6);
		assertThat(PoolScript.replies(actions)).singleElement().isInstanceOf(Answer.Reloaded.class);
		script.exited(4, 0);
		assertThat(script.view().workers()).extracting(PoolView.WorkerView::generation).containsExactly(2, 2, 2);
	}

	@Test
	void whenScaledDownDuringAReloadThenTheCanaryStaysAndOldOnesGo() {
		PoolScript script = PoolScript.running(3);
		script.on(new Event.Reload(7));
		List<Action> actions = script.on(new Event.ScaleTo(0, 1));
		assertThat(PoolScript.signals(actions)).isEmpty();
		assertThat(PoolScript.drains(actions)).containsExactly(1L, 2L);
		script.exited(1, 0);
		assertThat(PoolScript.replies(script.up(4))).singleElement().isInstanceOf(Answer.Reloaded.class);
	}

	@Test
	void whenScaledBeforeThenReloadKeepsTheTarget() {
		PoolScript script = PoolScript.running(1);
		script.on(new Event.ScaleTo(0, 2));
		script.up(2);
		script.on(new Event.Reload(0));
		script.up(3);
		script.up(4);
		assertThat(script.view().target()).isEqualTo(2);
		assertThat(script.view().state()).isEqualTo(PoolView.State.RUNNING);
	}

	@Test
	void whenOldWorkersWereInBackoffThenTheCanaryDoesNotWait() {
		PoolScript script = PoolScript.running(1);
		for (int serial = 1; serial < 15; serial++) {
			script.exited(serial, 1);
			while (PoolScript.spawns(script.passSeconds(0.25)).isEmpty()) {
				continue;
			}
			script.spawned(serial + 1);
		}
		script.exited(15, 1);
		assertThat(script.on(new Event.Reload(7))).contains(new Action.Spawn(script.worker(16), 2));
		assertThat(PoolScript.replies(script.up(16))).singleElement().isInstanceOf(Answer.Reloaded.class);
		assertThat(PoolScript.lines(Severity.WARN, script.exited(16, 1)).get(0)).endsWith("respawning in 100 ms");
	}

}
