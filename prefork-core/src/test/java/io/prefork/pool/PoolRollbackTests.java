package io.prefork.pool;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Making code ready, and going back to that of before.
 */
class PoolRollbackTests {

	@Test
	void whenReloadedThenNothingIsSpawnedBeforeTheCodeIsReady() {
		PoolScript script = PoolScript.running(2).withoutPreparing();
		assertThat(script.on(new Event.Reload(7))).contains(new Action.Prepare(2, Action.Prepare.Code.CURRENT));
		assertThat(script.view().state()).isEqualTo(PoolView.State.RELOADING);
		assertThat(script.passSeconds(60)).isEmpty();
		assertThat(script.on(new Event.Prepared(9))).isEmpty();
		assertThat(script.on(new Event.Prepared(2))).contains(new Action.Spawn(script.worker(3), 2));
		assertThat(script.on(new Event.Prepared(2))).isEmpty();
	}

	@Test
	void whenCodeCannotBeMadeReadyThenTheReloadFailsAndNothingElseChanges() {
		PoolScript script = PoolScript.running(2).withoutPreparing();
		script.on(new Event.Reload(7));
		List<Action> actions = script.on(new Event.PrepareFailed(2, "app.jar is no zip file"));
		assertThat(PoolScript.replies(actions)).containsExactly(
				new Answer.ReloadFailed("reload failed, generation 1 goes on: app.jar is no zip file", ""));
		assertThat(PoolScript.spawns(actions)).isEmpty();
		assertThat(script.view().state()).isEqualTo(PoolView.State.FROZEN);
		assertThat(script.on(new Event.Prepared(2))).isEmpty();
		assertThat(script.passSeconds(10)).isEmpty();
	}

	@Test
	void whenCodeIsNeverReadyThenThePoolScalesAndTheReloadEndsAtLast() {
		PoolScript script = PoolScript.running(2).withoutPreparing();
		script.on(new Event.Reload(7));
		assertThat(script.on(new Event.ScaleTo(8, 3))).contains(new Action.Spawn(script.worker(3), 1));
		script.up(3);
		assertThat(PoolScript.replies(script.passSeconds(601))).singleElement()
			.asString()
			.contains("its code could not be made ready within 10 min");
		assertThat(script.on(new Event.Reload(9))).contains(new Action.Prepare(3, Action.Prepare.Code.CURRENT));
	}

	@Test
	void whenStoppedOrDismissedWhileCodeIsMadeReadyThenTheReloadIsAnsweredAndOver() {
		for (Event end : List.of(new Event.Stop(false), new Event.Dismiss())) {
			PoolScript script = PoolScript.running(2).withoutPreparing();
			script.on(new Event.Reload(7));
			assertThat(PoolScript.replies(script.on(end))).singleElement().isInstanceOf(Answer.Refused.class);
			assertThat(PoolScript.spawns(script.on(new Event.Prepared(2)))).isEmpty();
			assertThat(script.view().rollout()).get()
				.extracting(RolloutView::stage)
				.isEqualTo(RolloutView.Stage.CANCELLED);
		}
	}

	@Test
	void whenWorkersWereDismissedAndCodeIsNotReadyThenTheOldGenerationComesBack() {
		PoolScript script = PoolScript.running(2).withoutPreparing();
		script.on(new Event.Dismiss());
		script.exited(1, 0);
		script.exited(2, 0);
		assertThat(PoolScript.spawns(script.on(new Event.Reload(7)))).isEmpty();
		assertThat(PoolScript.only(Action.Spawn.class, script.on(new Event.PrepareFailed(2, "no jar"))))
			.extracting(Action.Spawn::generation)
			.containsExactly(1, 1);
	}

	@Test
	void whenTheFirstWorkerIsReadyThenItsGenerationIsUsed() {
		PoolScript script = PoolScript.of(PoolScript.policy(2));
		script.on(new Event.Start());
		assertThat(script.ready(1)).contains(new Action.Used(1));
		assertThat(script.ready(2)).doesNotContain(new Action.Used(1));
	}

	@Test
	void whenRolledBackThenANewGenerationHasTheCodeOfBefore() {
		PoolScript script = reloaded();
		List<Action> actions = script.on(new Event.Rollback(8));
		assertThat(actions).contains(new Action.Prepare(3, Action.Prepare.Code.PREVIOUS),
				new Action.Spawn(script.worker(3), 3));
		script.passSeconds(1);
		assertThat(PoolScript.replies(script.up(3))).containsExactly(new Answer.Reloaded(3, Duration.ofSeconds(1)));
		assertThat(script.view().rollout()).get().returns(true, RolloutView::rollback);
		assertThat(script.on(new Event.Reload(9))).contains(new Action.Prepare(4, Action.Prepare.Code.CURRENT));
	}

	@Test
	void whenRolledBackTwiceThenItIsOneRollback() {
		PoolScript script = reloaded();
		script.on(new Event.Rollback(8));
		assertThat(script.on(new Event.Rollback(9))).isEmpty();
		assertThat(PoolScript.only(Action.Reply.class, script.up(3))).extracting(Action.Reply::ticket)
			.containsExactly(8L, 9L);
		script.exited(2, 0);
		assertThat(script.passSeconds(10)).isEmpty();
	}

	@Test
	void whenReloadedDuringARollbackThenItFollows() {
		PoolScript script = reloaded();
		script.on(new Event.Rollback(8));
		script.on(new Event.Reload(9));
		assertThat(script.up(3)).contains(new Action.Prepare(4, Action.Prepare.Code.CURRENT));
	}

	@Test
	void whenRolledBackAgainThenAReloadThatWaitsIsRefused() {
		PoolScript script = reloaded();
		script.on(new Event.Rollback(8));
		script.on(new Event.Reload(9));
		assertThat(PoolScript.replies(script.on(new Event.Rollback(10))))
			.containsExactly(new Answer.Refused(false, "a rollback was asked for"));
		assertThat(PoolScript.only(Action.Prepare.class, script.up(3))).isEmpty();
		script.exited(2, 0);
		assertThat(script.passSeconds(10)).isEmpty();
	}

	@Test
	void whenRolledBackDuringAReloadThenThatIsGivenUp() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.Reload(7));
		script.on(new Event.Reload(8));
		script.up(3);
		List<Action> actions = script.on(new Event.Rollback(9));
		assertThat(PoolScript.replies(actions)).containsExactly(new Answer.Refused(false, "a rollback was asked for"),
				new Answer.Refused(false, "a rollback was asked for"), new Answer.Reloaded(1, Duration.ZERO));
		assertThat(actions).contains(new Action.Spawn(script.worker(5), 1));
		assertThat(PoolScript.signals(script.spawned(4))).containsExactly("TERM #4");
		script.exited(4, 143);
		script.exited(1, 0);
		assertThat(PoolScript.drains(script.up(5))).containsExactly(3L);
		script.exited(3, 0);
		assertThat(script.passSeconds(10)).isEmpty();
		assertThat(script.view().workers()).extracting(PoolView.WorkerView::generation).containsOnly(1);
		assertThat(script.view().state()).isEqualTo(PoolView.State.RUNNING);
	}

	@Test
	void whenRolledBackBeforeAnyWorkerWasReadyThenThatIsRefused() {
		PoolScript script = PoolScript.of(PoolScript.policy(1));
		script.on(new Event.Start());
		assertThat(PoolScript.replies(script.on(new Event.Rollback(7)))).singleElement()
			.isInstanceOf(Answer.Refused.class);
		script.up(1);
		assertThat(script.view().rollout()).isEmpty();
	}

	@Test
	void whenThereIsNoCodeOfBeforeThenThePoolGoesOnAsItWas() {
		PoolScript script = PoolScript.running(2).withoutPreparing();
		script.on(new Event.Rollback(7));
		assertThat(PoolScript.replies(script.on(new Event.PrepareFailed(2, "there is no code of before"))))
			.containsExactly(
					new Answer.ReloadFailed("rollback failed, generation 1 goes on: there is no code of before", ""));
		assertThat(script.passSeconds(10)).isEmpty();
	}

	@Test
	void whenFrozenThenTheNextSuccessEndsThat() {
		PoolScript script = PoolScript.running(1);
		script.on(new Event.Reload(7));
		script.spawned(2);
		script.exited(2, 1);
		assertThat(script.view().state()).isEqualTo(PoolView.State.FROZEN);
		script.on(new Event.Reload(8));
		script.up(3);
		assertThat(script.view().state()).isEqualTo(PoolView.State.RUNNING);
		assertThat(script.view().rollouts()).containsEntry(RolloutView.Stage.FAILED, 1L)
			.containsEntry(RolloutView.Stage.SUCCEEDED, 1L)
			.containsEntry(RolloutView.Stage.CANCELLED, 0L);
	}

	@Test
	void whenFrozenAndAWorkerIsMissingThenThatIsSaid() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.Reload(7));
		script.spawned(3);
		script.exited(3, 1);
		script.on(new Event.ScaleTo(0, 3));
		assertThat(script.view().state()).isEqualTo(PoolView.State.SCALING);
		script.up(4);
		assertThat(script.view().state()).isEqualTo(PoolView.State.FROZEN);
	}

	/**
	 * One worker, of generation 2.
	 */
	private static PoolScript reloaded() {
		PoolScript script = PoolScript.running(1);
		script.on(new Event.Reload(7));
		script.up(2);
		script.exited(1, 0);
		return script;
	}

}
