package io.prefork.pool;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

import io.prefork.pool.Action.Severity;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a canary has to show before others follow.
 */
class PoolCanaryTests {

	private static final RolloutPolicy WATCHED = new RolloutPolicy(1, 0, Duration.ofSeconds(5), 5, false);

	private static final RolloutPolicy WELL = new RolloutPolicy(1, 0, Duration.ZERO, 5, true);

	@Test
	void whenCanaryAcceptsThenTheOldGenerationStaysWholeForTheWindow() {
		PoolScript script = watched();
		assertThat(PoolScript.drains(script.passSeconds(4.5))).isEmpty();
		assertThat(script.view().rollout()).get().extracting(RolloutView::stage).isEqualTo(RolloutView.Stage.OBSERVING);
		assertThat(PoolScript.drains(script.passSeconds(0.5))).containsExactly(1L);
		assertThat(PoolScript.replies(script.up(4))).containsExactly(new Answer.Reloaded(2, Duration.ofSeconds(5)));
	}

	@Test
	void whenCanaryExitsWithinTheWindowThenTheReloadFails() {
		PoolScript script = watched();
		script.passSeconds(2);
		assertThat(PoolScript.replies(script.exited(3, 7))).containsExactly(
				new Answer.ReloadFailed("reload failed, generation 1 goes on: worker 2 (pid 103): exited with status 7"
						+ " (without a shutdown: Runtime.halt, or native code)", ""));
		assertThat(script.passSeconds(30)).isEmpty();
		assertThat(script.view().workers()).hasSize(2);
	}

	@Test
	void whenCanaryIsSilentInALongWindowThenTheReloadFails() {
		PoolScript script = PoolScript
			.running(PoolScript.policy(2, new RolloutPolicy(1, 0, Duration.ofMinutes(2), 5, false)));
		script.on(new Event.Reload(7));
		script.up(3);
		script.silence(3);
		assertThat(PoolScript.signals(script.passSeconds(60))).containsExactly("KILL #3");
		assertThat(PoolScript.replies(script.killed(3, "SIGKILL"))).singleElement().asString().contains("no heartbeat");
	}

	@Test
	void whenCanaryAnswersWithErrorsThenTheReloadFailsAndItLeaves() {
		PoolScript script = watched();
		script.answered(1, 1000, 10);
		script.answered(2, 1000, 10);
		script.answered(3, 40, 12);
		List<Action> actions = script.passSeconds(0.25);
		assertThat(PoolScript.replies(actions))
			.containsExactly(new Answer.ReloadFailed("reload failed, generation 1 goes on: worker 2 (pid 103): "
					+ "it answered 12 of 40 requests (30.0 %) with a server error, "
					+ "the older workers meanwhile 20 of 2000 requests (1.0 %)", ""));
		assertThat(PoolScript.drains(actions)).containsExactly(3L);
		script.exited(3, 0);
		assertThat(script.lastObituary().cause()).isEqualTo(new ExitCause.Voluntary("reload failed"));
		assertThat(script.passSeconds(30)).isEmpty();
	}

	@Test
	void whenCanaryHasLostRequestsThenEachOfThemCountsAsAnError() {
		PoolScript script = watched();
		script.answered(1, 1000, 10);
		script.answered(2, 1000, 10);
		script.answered(3, 30, 0);
		script.lose(3, 10, 200);
		assertThat(PoolScript.replies(script.passSeconds(0.25))).singleElement()
			.asString()
			.contains("it answered 10 of 40 requests (25.0 %) with a server error");
	}

	@Test
	void whenOldWorkersFailAsOftenThenTheCanaryIsNotBlamed() {
		PoolScript script = PoolScript.running(PoolScript.policy(2, WATCHED));
		script.answered(1, 1000, 0);
		script.passSeconds(1);
		script.on(new Event.Reload(7));
		script.up(3);
		script.answered(1, 1100, 20);
		script.answered(2, 100, 20);
		script.answered(3, 100, 40);
		assertThat(PoolScript.replies(script.passSeconds(4))).isEmpty();
		assertThat(PoolScript.drains(script.passSeconds(1))).containsExactly(1L);
	}

	@Test
	void whenCanaryHasAnsweredFewRequestsThenTheirErrorsSayNothing() {
		PoolScript script = watched();
		script.answered(3, 19, 19);
		assertThat(PoolScript.drains(script.passSeconds(5))).containsExactly(1L);
	}

	@Test
	void whenOldWorkerCrashesInTheWindowThenItComesBackInTheOldGeneration() {
		PoolScript script = watched();
		script.exited(1, 1);
		assertThat(script.passSeconds(0.5)).contains(new Action.Spawn(script.worker(4), 1));
	}

	@Test
	void whenOldWorkerIsToBeReplacedInTheWindowThenTheCanaryDoesNotStandIn() {
		PoolScript script = watched();
		List<Action> actions = script.on(new Event.Replace(8, script.worker(1)));
		assertThat(PoolScript.drains(actions)).isEmpty();
		assertThat(actions).contains(new Action.Spawn(script.worker(4), 1));
		assertThat(PoolScript.drains(script.up(4))).containsExactly(1L);
	}

	@Test
	void whenTheClockJumpsThenTheWindowIsPutOff() {
		PoolScript script = watched();
		script.passSeconds(0.25);
		assertThat(PoolScript.drains(script.jump(Duration.ofHours(1)))).isEmpty();
		assertThat(PoolScript.drains(script.passSeconds(4.5))).isEmpty();
		assertThat(PoolScript.drains(script.passSeconds(0.25))).containsExactly(1L);
	}

	@Test
	void whenCanaryIsReadyThenItsGateIsOpenedOnlyWhenItIsWell() {
		PoolScript script = PoolScript.running(PoolScript.policy(2, WELL));
		script.on(new Event.Reload(7));
		assertThat(script.ready(3)).containsExactly(new Action.CheckHealth(script.worker(3)));
		assertThat(script.on(new Event.Health(script.worker(3), "db is DOWN"))).isEmpty();
		assertThat(script.passSeconds(1)).containsExactly(new Action.CheckHealth(script.worker(3)));
		assertThat(script.on(new Event.Health(script.worker(3), "")))
			.containsExactly(new Action.OpenGate(script.worker(3)));
		assertThat(script.passSeconds(1)).containsExactly(new Action.OpenGate(script.worker(3)));
		assertThat(PoolScript.drains(script.on(new Event.Accepting(script.worker(3))))).containsExactly(1L);
	}

	@Test
	void whenCanaryStaysUnwellThenTheReloadFailsWithWhatItLacks() {
		PoolScript script = PoolScript.running(PoolScript.policy(2, WELL));
		script.on(new Event.Reload(7));
		script.ready(3);
		script.on(new Event.Health(script.worker(3), "db is DOWN"));
		assertThat(PoolScript.replies(script.passSeconds(4.5))).isEmpty();
		List<Action> actions = script.passSeconds(0.5);
		assertThat(PoolScript.replies(actions)).containsExactly(new Answer.ReloadFailed("reload failed, generation 1 "
				+ "goes on: worker 2 (pid 103): its health has been bad for 5 s: db is DOWN", ""));
		assertThat(PoolScript.drains(actions)).containsExactly(3L);
		script.exited(3, 0);
		assertThat(script.passSeconds(30)).isEmpty();
	}

	@Test
	void whenCanaryNeverTellsOfItsHealthThenTheBootTimeoutEndsTheReload() {
		PoolScript script = PoolScript.running(PoolScript.policy(2, WELL));
		script.on(new Event.Reload(7));
		script.ready(3);
		script.passSeconds(65);
		assertThat(PoolScript.replies(script.killed(3, "SIGKILL"))).singleElement()
			.asString()
			.contains("not serving within boot-timeout 1 min; it has not told of its health");
	}

	@Test
	void whenWorkerIsNoCanaryThenItsHealthIsNotAskedFor() {
		PoolScript script = PoolScript.running(PoolScript.policy(2, WELL));
		script.exited(1, 1);
		script.passSeconds(1);
		assertThat(script.ready(3)).containsExactly(new Action.OpenGate(script.worker(3)));
		script.on(new Event.Accepting(script.worker(3)));
		assertThat(script.on(new Event.Health(script.worker(3), "db is DOWN"))).isEmpty();
		assertThat(script.passSeconds(10)).isEmpty();
	}

	@Test
	void whenReloadFailedThenALineSaysSoOnceWithTheOutput() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.Reload(7));
		script.spawned(3);
		assertThat(PoolScript.lines(Severity.WARN, script.exited(3, 1, "Unrecognized option")))
			.filteredOn((line) -> line.contains("Unrecognized option"))
			.singleElement()
			.asString()
			.startsWith("reload failed, generation 1 goes on");
	}

	@Test
	void whenCanaryDiesLateThenTheVerdictHasWhatItPrintedLastAndTheLogHasItOnce() {
		PoolScript script = watched();
		List<Action> actions = script.on(exited(script.worker(3), "Started SampleApplication"));
		assertThat(PoolScript.replies(actions)).singleElement()
			.asInstanceOf(InstanceOfAssertFactories.type(Answer.ReloadFailed.class))
			.returns("Started SampleApplication", Answer.ReloadFailed::output);
		assertThat(script.view().rollout()).get().returns("Started SampleApplication", RolloutView::output);
		assertThat(PoolScript.only(Action.Report.class, actions)).extracting(Action.Report::line)
			.noneMatch((line) -> line.contains("Started SampleApplication"));
	}

	@Test
	void whenCanaryLivesAtItsVerdictThenWhatItPrintsLastIsAddedWhenItIsGone() {
		PoolScript script = watched();
		script.answered(3, 40, 40);
		assertThat(PoolScript.replies(script.passSeconds(0.25))).hasSize(1);
		script.on(exited(script.worker(1), "old"));
		assertThat(script.view().rollout()).get().returns("", RolloutView::output);
		script.on(exited(script.worker(3), "java.lang.NullPointerException"));
		assertThat(script.view().rollout()).get()
			.returns(RolloutView.Stage.FAILED, RolloutView::stage)
			.returns("java.lang.NullPointerException", RolloutView::output);
	}

	@Test
	void whenCanaryIsGoneAfterAnotherReloadHasBegunThenItsOutputIsNotThatOnes() {
		PoolScript script = watched();
		script.answered(3, 40, 40);
		script.passSeconds(0.25);
		script.on(new Event.Reload(8));
		script.spawned(4);
		script.exited(4, 1, "no such bean");
		script.on(exited(script.worker(3), "java.lang.NullPointerException"));
		assertThat(script.view().rollout()).get().returns("no such bean", RolloutView::output);
	}

	private static Event exited(WorkerId worker, String last) {
		return new Event.Exited(worker, OptionalInt.of(1), "", "", new Postmortem(Optional.empty(),
				Postmortem.Traces.NONE, Optional.empty(), Postmortem.Memory.UNKNOWN, List.of(), last));
	}

	private static PoolScript watched() {
		PoolScript script = PoolScript.running(PoolScript.policy(2, WATCHED));
		script.on(new Event.Reload(7));
		assertThat(PoolScript.drains(script.up(3))).isEmpty();
		return script;
	}

}
