package io.prefork.pool;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.prefork.pool.Action.Severity;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Hot spares, and what they step in for.
 */
class PoolSpareTests {

	/**
	 * Workers 1 and 2 accept, 3 is up as a spare.
	 */
	private static PoolScript withSpare() {
		return withSpare(PoolScript.PLAIN);
	}

	private static PoolScript withSpare(RolloutPolicy rollout) {
		PoolScript script = PoolScript.running(PoolScript.policy(2, rollout).with(PoolScript.spares(1)));
		script.ready(3);
		script.passSeconds(60);
		return script;
	}

	@Test
	void whenAllPlacesAreTakenThenTheNextWorkerStaysASpareForAnyTime() {
		PoolScript script = PoolScript.running(PoolScript.policy(2).with(PoolScript.spares(1)));
		script.passSeconds(1);
		List<Action> actions = script.ready(3);
		assertThat(PoolScript.opened(actions)).isEmpty();
		assertThat(PoolScript.lines(Severity.INFO, actions))
			.containsExactly("worker 2 (pid 103) is up as a spare, 1 s after it was started");
		assertThat(script.passSeconds(600)).isEmpty();
		assertThat(script.state(3)).isEqualTo(WorkerState.SPARE);
		assertThat(script.view().target()).isEqualTo(2);
		assertThat(script.view().state()).isEqualTo(PoolView.State.RUNNING);
	}

	@Test
	void whenWhoeverIsUpFirstThenItIsAWorkerAndTheLastIsTheSpare() {
		PoolScript script = PoolScript.of(PoolScript.policy(2).with(PoolScript.spares(1)));
		assertThat(PoolScript.spawns(script.on(new Event.Start()))).containsExactly(1L, 2L, 3L);
		assertThat(PoolScript.opened(script.ready(3))).containsExactly(3L);
		assertThat(PoolScript.opened(script.ready(1))).containsExactly(1L);
		assertThat(PoolScript.opened(script.ready(2))).isEmpty();
	}

	@Test
	void whenWorkerDiesThenTheSpareIsOpenedInTheSameStepAndANewOneIsStartedOnceTheCauseIsKnown() {
		PoolScript script = withSpare();
		List<Action> death = script.died(1);
		assertThat(PoolScript.opened(death)).containsExactly(3L);
		assertThat(PoolScript.lines(Severity.INFO, death))
			.containsExactly("worker 2 (pid 103) was a spare and takes an empty place");
		assertThat(PoolScript.lines(Severity.ERROR, death)).isEmpty();
		assertThat(PoolScript.spawns(script.passSeconds(5))).isEmpty();
		assertThat(script.state(1)).isEqualTo(WorkerState.EXITED);
		script.on(new Event.Accepting(script.worker(3)));
		assertThat(script.view().state()).isEqualTo(PoolView.State.RUNNING);
		List<Action> exit = script.killed(1, "SIGKILL");
		assertThat(PoolScript.lines(Severity.WARN, exit)).containsExactly(
				"worker 0 (pid 101) ended: killed by SIGKILL, 1 min 5 s after it was started; respawning in 100 ms");
		assertThat(script.lastObituary().reached()).isEqualTo(WorkerState.ACCEPTING);
		assertThat(PoolScript.spawns(script.passSeconds(0.25))).containsExactly(4L);
		script.ready(4);
		assertThat(script.state(4)).isEqualTo(WorkerState.SPARE);
	}

	@Test
	void whenOnlyTheExitIsToldThenTheSpareStepsInWithIt() {
		PoolScript script = withSpare();
		assertThat(PoolScript.opened(script.killed(2, "SIGSEGV"))).containsExactly(3L);
	}

	@Test
	void whenTheOnlyWorkerDiesThenNobodyIsAlarmedAsASpareStepsIn() {
		PoolScript script = PoolScript.running(PoolScript.policy(1).with(PoolScript.spares(1)));
		script.ready(2);
		assertThat(PoolScript.lines(Severity.ERROR, script.died(1))).isEmpty();
	}

	@Test
	void whenWhatADyingWorkerSaidComesAfterItsDeathThenThatStillIsTheCause() {
		PoolScript script = withSpare();
		script.died(1);
		script.on(new Event.Leaving(script.worker(1), "TERM"));
		script.exited(1, 143);
		assertThat(script.lastObituary().cause()).isEqualTo(new ExitCause.Voluntary("TERM"));
		assertThat(script.view().exits()).containsEntry(ExitCause.Category.CRASH, 0L);
	}

	@Test
	void whenWorkerHangsThenTheSpareIsOpenedBeforeEvidenceIsTaken() {
		PoolScript script = withSpare();
		script.silence(1);
		script.passSeconds(30);
		List<Action> actions = script.passSeconds(0.25);
		assertThat(PoolScript.only(Action.TakeEvidence.class, actions)).hasSize(1);
		assertThat(PoolScript.opened(actions)).containsExactly(3L);
		assertThat(PoolScript.spawns(actions)).containsExactly(4L);
	}

	@Test
	void whenWorkerIsToBeReplacedThenTheSpareSucceedsItAtOnce() {
		PoolScript script = withSpare();
		List<Action> actions = script.on(new Event.Replace(0, script.worker(1)));
		assertThat(PoolScript.opened(actions)).containsExactly(3L);
		assertThat(PoolScript.spawns(actions)).containsExactly(4L);
		assertThat(PoolScript.drains(script.on(new Event.Accepting(script.worker(3))))).containsExactly(1L);
	}

	@Test
	void whenTheSpareItselfIsToBeReplacedThenItGoesAndAnotherIsStarted() {
		PoolScript script = withSpare();
		List<Action> actions = script.on(new Event.Replace(0, script.worker(3)));
		assertThat(PoolScript.drains(actions)).containsExactly(3L);
		assertThat(PoolScript.spawns(actions)).containsExactly(4L);
	}

	@Test
	void whenTheSpareDiesThenAnotherFollowsWithTheDelayOfACrash() {
		PoolScript script = withSpare();
		List<Action> actions = script.killed(3, "SIGSEGV");
		assertThat(PoolScript.lines(Severity.WARN, actions).get(0)).endsWith("respawning in 100 ms");
		assertThat(script.view().state()).isEqualTo(PoolView.State.RUNNING);
		assertThat(PoolScript.spawns(script.passSeconds(0.25))).containsExactly(4L);
		script.spawned(4);
		assertThat(PoolScript.lines(Severity.WARN, script.exited(4, 1)).get(0)).endsWith("respawning in 150 ms");
	}

	@Test
	void whenTheSpareHangsThenItIsEndedAsAWorkerWouldBe() {
		PoolScript script = withSpare();
		script.silence(3);
		List<Action> actions = script.passSeconds(33);
		assertThat(PoolScript.signals(actions)).containsExactly("KILL #3");
		assertThat(PoolScript.spawns(actions)).containsExactly(4L);
	}

	@Test
	void whenScaledUpThenTheSpareServesAtOnceAndAnotherFollows() {
		PoolScript script = withSpare();
		List<Action> actions = script.on(new Event.ScaleTo(0, 4));
		assertThat(PoolScript.opened(actions)).containsExactly(3L);
		assertThat(PoolScript.spawns(actions)).containsExactly(4L, 5L);
		script.on(new Event.Accepting(script.worker(3)));
		script.up(4);
		assertThat(PoolScript.opened(script.ready(5))).isEmpty();
		assertThat(script.view().state()).isEqualTo(PoolView.State.RUNNING);
	}

	@Test
	void whenScaledDownThenAWorkerLeavesAndTheSpareStays() {
		PoolScript script = withSpare();
		assertThat(PoolScript.drains(script.on(new Event.ScaleBy(0, -1)))).containsExactly(1L);
		assertThat(script.state(3)).isEqualTo(WorkerState.SPARE);
		assertThat(PoolScript.spawns(script.exited(1, 0))).isEmpty();
	}

	@Test
	void whenReloadedThenTheSpareIsRenewedAfterTheWorkersAndHelpsOutUntilThen() {
		PoolScript script = withSpare();
		script.on(new Event.Reload(0));
		script.up(4);
		assertThat(PoolScript.opened(script.died(2))).as("of the old generation, to stay whole").containsExactly(3L);
		script.on(new Event.Accepting(script.worker(3)));
		script.killed(2, "SIGKILL");
		script.passSeconds(1);
		for (long serial = 5; serial <= 7; serial++) {
			if (script.state(serial) == WorkerState.SPAWNED) {
				script.ready(serial);
				if (script.state(serial) == WorkerState.READY) {
					script.on(new Event.Accepting(script.worker(serial)));
				}
			}
		}
		assertThat(script.view().generation()).isEqualTo(2);
		assertThat(script.view().workers()).filteredOn((worker) -> worker.state() == WorkerState.SPARE)
			.allMatch((worker) -> worker.generation() == 2);
	}

	@Test
	void whenReloadIsCompleteThenTheOldSpareGoesAndSucceedsNobody() {
		PoolScript script = withSpare();
		script.on(new Event.Reload(0));
		script.up(4);
		assertThat(script.state(3)).isEqualTo(WorkerState.SPARE);
		List<Action> last = script.up(5);
		assertThat(script.view().generation()).isEqualTo(2);
		assertThat(PoolScript.drains(last)).containsExactly(2L, 3L);
		assertThat(PoolScript.opened(script.died(4))).isEmpty();
		script.ready(6);
		assertThat(script.state(6)).isEqualTo(WorkerState.READY);
	}

	@Test
	void whenTheCanaryFailsThenTheOldSpareIsStillOfUse() {
		PoolScript script = withSpare();
		script.on(new Event.Reload(0));
		script.spawned(4);
		assertThat(PoolScript.drains(script.exited(4, 1))).isEmpty();
		assertThat(script.view().state()).isEqualTo(PoolView.State.FROZEN);
		assertThat(PoolScript.opened(script.died(1))).containsExactly(3L);
	}

	@Test
	void whenARolloutFailsHalfWayThenSparesOfItsGenerationGoAndOldOnesSucceedItsWorkers() {
		PoolScript script = withSpare(new RolloutPolicy(2, 0, Duration.ZERO, 5, false));
		script.on(new Event.Reload(0));
		script.up(4);
		for (long serial = 5; serial < 20 && script.view().state() == PoolView.State.RELOADING; serial++) {
			script.passSeconds(31);
			if (script.find(serial).isPresent()) {
				script.spawned(serial);
				script.exited(serial, 1);
			}
		}
		assertThat(script.view().generation()).isEqualTo(1);
		assertThat(script.view().workers()).filteredOn((worker) -> worker.state() == WorkerState.SPARE)
			.allMatch((worker) -> worker.generation() == 1);
		assertThat(script.state(3)).as("succeeds the worker of the generation that failed")
			.isEqualTo(WorkerState.READY);
	}

	@Test
	void whenStoppedThenTheSpareGoesAtOnceAndTheOthersOnceTheQueuesAreEmpty() {
		PoolScript script = withSpare();
		assertThat(PoolScript.drains(script.on(new Event.Stop(false)))).containsExactly(3L);
		assertThat(PoolScript.drains(script.on(new Event.QueuesEmpty()))).containsExactly(1L, 2L);
	}

	@Test
	void whenDismissedThenTheSpareGoesTooAndComesBackWithTheOthers() {
		PoolScript script = withSpare();
		assertThat(PoolScript.drains(script.on(new Event.Dismiss()))).containsExactly(1L, 2L, 3L);
		assertThat(PoolScript.spawns(script.on(new Event.ScaleBy(0, 0)))).containsExactly(4L, 5L, 6L);
	}

	@Test
	void whenPromotedThenTheTimeAsASpareIsNoTimeOfHealth() {
		PoolScript script = withSpare();
		script.killed(1, "SIGSEGV");
		script.on(new Event.Accepting(script.worker(3)));
		assertThat(PoolScript.spawns(script.passSeconds(0.25))).containsExactly(4L);
		script.ready(4);
		script.passSeconds(60);
		assertThat(PoolScript.opened(script.killed(3, "SIGSEGV"))).containsExactly(4L);
		script.on(new Event.Accepting(script.worker(4)));
		assertThat(PoolScript.lines(Severity.WARN, script.killed(4, "SIGSEGV")).get(0)).as("the same slot again")
			.endsWith("respawning in 100 ms");
		assertThat(script.view().state()).isEqualTo(PoolView.State.DEGRADED);
	}

}
