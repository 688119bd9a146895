package io.prefork.pool;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Stopping the server.
 */
class PoolShutdownTests {

	@Test
	void whenStoppedThenQueuesAreServedThenWorkersDrainThenTheMasterEnds() {
		PoolScript script = PoolScript.running(2);
		List<Action> actions = script.on(new Event.Stop(false));
		assertThat(actions).contains(new Action.CloseListeners());
		assertThat(PoolScript.drains(actions)).isEmpty();
		assertThat(script.view().state()).isEqualTo(PoolView.State.STOPPING);
		assertThat(script.passSeconds(1)).isEmpty();
		assertThat(PoolScript.drains(script.on(new Event.QueuesEmpty()))).containsExactly(1L, 2L);
		assertThat(script.on(new Event.QueuesEmpty())).isEmpty();
		assertThat(PoolScript.only(Action.Terminate.class, script.exited(1, 0))).isEmpty();
		assertThat(script.exited(2, 0)).endsWith(new Action.Terminate(0, ""));
		assertThat(script.lastObituary().cause()).isEqualTo(new ExitCause.Voluntary("stop"));
		assertThat(script.on(new Event.Stop(true))).isEmpty();
	}

	@Test
	void whenQueuesAreNotEmptyInTimeThenWorkersDrainAllTheSame() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.Stop(false));
		assertThat(PoolScript.drains(script.passSeconds(4.75))).isEmpty();
		assertThat(PoolScript.drains(script.passSeconds(0.25))).containsExactly(1L, 2L);
	}

	@Test
	void whenWorkersOutstayTheStopThenTheyAreEndedByTheGracefulTimeout() {
		PoolScript script = PoolScript.running(1);
		script.on(new Event.Stop(false));
		script.passSeconds(19.75);
		assertThat(PoolScript.only(Action.TakeEvidence.class, script.passSeconds(0.25))).hasSize(1);
		assertThat(PoolScript.signals(script.passSeconds(2))).containsExactly("TERM #1");
		assertThat(PoolScript.signals(script.passSeconds(1))).containsExactly("KILL #1");
		assertThat(script.killed(1, "SIGKILL")).endsWith(new Action.Terminate(0, ""));
	}

	@Test
	void whenWorkerAnnouncesThatItLeavesWhileStoppingThenItHasNoMoreTimeThanTheStop() {
		PoolScript script = PoolScript.running(1);
		script.on(new Event.Stop(false));
		script.passSeconds(4);
		script.on(new Event.Leaving(script.worker(1), "TERM"));
		script.passSeconds(15.75);
		assertThat(PoolScript.only(Action.TakeEvidence.class, script.passSeconds(0.25))).hasSize(1);
	}

	@Test
	void whenStoppedThenWorkersThatAreNotUpAreTermedAtOnce() {
		PoolScript script = PoolScript.running(1);
		script.on(new Event.ScaleTo(0, 2));
		script.spawned(2);
		assertThat(PoolScript.signals(script.on(new Event.Stop(false)))).containsExactly("TERM #2");
	}

	@Test
	void whenStoppedTwiceThenTheSecondIsQuickAndTheThirdKills() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.Stop(false));
		assertThat(PoolScript.signals(script.on(new Event.Stop(false)))).containsExactly("TERM #1", "TERM #2");
		assertThat(PoolScript.signals(script.on(new Event.Stop(false)))).containsExactly("KILL #1", "KILL #2");
		assertThat(script.on(new Event.Stop(true))).isEmpty();
		script.killed(1, "SIGKILL");
		assertThat(script.killed(2, "SIGKILL")).endsWith(new Action.Terminate(0, ""));
	}

	@Test
	void whenStoppedQuicklyThenTermThenKillAfterTwoSeconds() {
		PoolScript script = PoolScript.running(1);
		List<Action> actions = script.on(new Event.Stop(true));
		assertThat(actions).contains(new Action.CloseListeners());
		assertThat(PoolScript.signals(actions)).containsExactly("TERM #1");
		assertThat(script.passSeconds(1.75)).isEmpty();
		assertThat(PoolScript.signals(script.passSeconds(0.25))).containsExactly("KILL #1");
	}

	@Test
	void whenStoppedQuicklyThenWorkersThatWereLeavingAreHurriedToo() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.ScaleTo(0, 1));
		assertThat(PoolScript.signals(script.on(new Event.Stop(true)))).containsExactly("TERM #1", "TERM #2");
	}

	@Test
	void whenThereIsNoWorkerThenStopEndsTheMasterAtOnce() {
		PoolScript script = PoolScript.of(PoolScript.POLICY);
		assertThat(script.on(new Event.Stop(false))).endsWith(new Action.Terminate(0, ""));
	}

	@Test
	void whenStoppedBeforeAnyWorkerIsReadyThenTheStatusIsZero() {
		PoolScript script = PoolScript.of(PoolScript.policy(1));
		script.on(new Event.Start());
		script.spawned(1);
		assertThat(PoolScript.signals(script.on(new Event.Stop(false)))).containsExactly("TERM #1");
		assertThat(script.exited(1, 143)).endsWith(new Action.Terminate(0, ""));
	}

	@Test
	void whenSpawnEndsAfterTheStopThenTheProcessIsTermed() {
		PoolScript script = PoolScript.of(PoolScript.policy(1));
		script.on(new Event.Start());
		assertThat(PoolScript.signals(script.on(new Event.Stop(false)))).isEmpty();
		assertThat(PoolScript.signals(script.spawned(1))).containsExactly("TERM #1");
	}

	@Test
	void whenStoppingThenCommandsAreRefusedAndWaitingReloadsToo() {
		PoolScript script = PoolScript.running(1);
		script.on(new Event.Reload(6));
		Answer refused = new Answer.Refused(false, "the server is stopping");
		assertThat(PoolScript.only(Action.Reply.class, script.on(new Event.Stop(false))))
			.containsExactly(new Action.Reply(6, refused));
		assertThat(PoolScript.replies(script.on(new Event.ScaleTo(7, 2)))).containsExactly(refused);
		assertThat(PoolScript.replies(script.on(new Event.ScaleBy(7, 2)))).containsExactly(refused);
		assertThat(PoolScript.replies(script.on(new Event.Reload(7)))).containsExactly(refused);
		assertThat(PoolScript.replies(script.on(new Event.Replace(7, script.worker(1))))).containsExactly(refused);
		assertThat(script.on(new Event.Dismiss())).isEmpty();
	}

	@Test
	void whenWorkerCrashesWhileStoppingThenNothingIsSpawned() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.Stop(false));
		script.exited(1, 1);
		assertThat(PoolScript.spawns(script.passSeconds(3))).isEmpty();
		assertThat(script.exited(2, 1)).endsWith(new Action.Terminate(0, ""));
	}

	@Test
	void whenTheClockJumpsWhileStoppingThenTheDrainGetsItsTime() {
		PoolScript script = PoolScript.running(1);
		script.tick();
		script.on(new Event.Stop(false));
		assertThat(PoolScript.drains(script.jump(Duration.ofMinutes(5)))).isEmpty();
		script.on(new Event.QueuesEmpty());
		assertThat(script.passSeconds(19.5)).isEmpty();
	}

	@Test
	void whenQueuesAreEmptyWithoutAStopThenNothingHappens() {
		assertThat(PoolScript.running(1).on(new Event.QueuesEmpty())).isEmpty();
	}

}
