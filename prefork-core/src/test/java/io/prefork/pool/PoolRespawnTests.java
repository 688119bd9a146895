package io.prefork.pool;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.prefork.pool.Action.Severity;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Exits, their causes, and what fills the gap.
 */
class PoolRespawnTests {

	@Test
	void whenWorkerCrashesThenItsSlotIsFilledAfterTheFirstDelay() {
		PoolScript script = PoolScript.running(2);
		List<Action> actions = script.killed(1, "SIGSEGV");
		assertThat(PoolScript.spawns(actions)).isEmpty();
		assertThat(PoolScript.lines(Severity.WARN, actions)).containsExactly(
				"worker 0 (pid 101) ended: killed by SIGSEGV, 0 ms after it was started; respawning in 100 ms");
		assertThat(script.view().state()).isEqualTo(PoolView.State.DEGRADED);
		assertThat(PoolScript.spawns(script.passSeconds(0.25))).containsExactly(3L);
		assertThat(script.worker(3).slot()).isZero();
		script.up(3);
		assertThat(script.view().state()).isEqualTo(PoolView.State.RUNNING);
		assertThat(script.view().exits()).containsEntry(ExitCause.Category.CRASH, 1L)
			.containsEntry(ExitCause.Category.VOLUNTARY, 0L);
	}

	@Test
	void whenWorkerExitsWithStatusZeroUnaskedThenThatIsACrash() {
		PoolScript script = PoolScript.running(1);
		script.exited(1, 0);
		assertThat(script.lastObituary().cause()).isEqualTo(new ExitCause.Code(0, ExitCause.Code.Ending.HALT));
		assertThat(script.lastObituary().reached()).isEqualTo(WorkerState.ACCEPTING);
	}

	@Test
	void whenLastAcceptingWorkerIsLostThenThatIsAnError() {
		PoolScript script = PoolScript.running(2);
		assertThat(PoolScript.lines(Severity.ERROR, script.exited(1, 1))).isEmpty();
		assertThat(PoolScript.lines(Severity.ERROR, script.exited(2, 1)))
			.containsExactly("no worker accepts; 0 booting, connections wait in the accept queue");
	}

	@Test
	void whenWorkersKeepCrashingThenTheDelayGrowsUpToItsBound() {
		PoolScript script = PoolScript.running(1);
		Duration delay = Duration.ZERO;
		for (int serial = 1; serial < 30; serial++) {
			List<Action> exit = (serial == 1) ? script.exited(1, 1) : bootAndDie(script, serial);
			delay = waitForSpawn(script);
			assertThat(PoolScript.spawns(exit)).isEmpty();
		}
		assertThat(delay).isBetween(Duration.ofSeconds(30), Duration.ofMillis(30_250));
	}

	private List<Action> bootAndDie(PoolScript script, int serial) {
		script.spawned(serial);
		return script.exited(serial, 1);
	}

	private Duration waitForSpawn(PoolScript script) {
		Duration waited = Duration.ZERO;
		while (PoolScript.spawns(script.passSeconds(0.25)).isEmpty()) {
			waited = waited.plusMillis(250);
		}
		return waited.plusMillis(250);
	}

	@Test
	void whenRespawnedWorkerHasBeenHealthyThenTheDelayStartsOver() {
		PoolScript script = PoolScript.running(1);
		script.exited(1, 1);
		script.passSeconds(0.25);
		script.up(2);
		script.passSeconds(30);
		assertThat(PoolScript.lines(Severity.WARN, script.exited(2, 1)).get(0)).endsWith("respawning in 100 ms");
	}

	@Test
	void whenOnlyTheSiblingsAreHealthyThenTheDelayGrowsOn() {
		PoolScript script = PoolScript.running(2);
		script.passSeconds(60);
		script.exited(1, 1);
		script.passSeconds(0.25);
		script.spawned(3);
		script.passSeconds(40);
		assertThat(PoolScript.lines(Severity.WARN, script.exited(3, 1)).get(0)).endsWith("respawning in 150 ms");
	}

	@Test
	void whenWorkerAnnouncesThatItLeavesThenItsReplacementIsSpawnedAtOnce() {
		PoolScript script = PoolScript.running(1);
		assertThat(PoolScript.spawns(script.on(new Event.Leaving(script.worker(1), "TERM")))).containsExactly(2L);
		assertThat(script.state(1)).isEqualTo(WorkerState.DRAINING);
		assertThat(script.worker(2).slot()).isEqualTo(1);
		assertThat(script.on(new Event.Leaving(script.worker(1), "TERM"))).isEmpty();
		List<Action> actions = script.exited(1, 143);
		assertThat(PoolScript.lines(Severity.INFO, actions)).singleElement()
			.asString()
			.startsWith("worker 0 (pid 101) ended: left (TERM)");
		assertThat(script.lastObituary().cause()).isEqualTo(new ExitCause.Voluntary("TERM"));
		assertThat(script.lastObituary().reached()).isEqualTo(WorkerState.DRAINING);
	}

	@Test
	void whenAnnouncedWorkerOutstaysThenItIsTermedAndKilled() {
		PoolScript script = PoolScript.running(1);
		script.on(new Event.Leaving(script.worker(1), "TERM"));
		List<Action> actions = script.passSeconds(30);
		assertThat(PoolScript.drains(actions)).isEmpty();
		assertThat(PoolScript.signals(actions)).containsExactly("TERM #1", "KILL #1");
		script.killed(1, "SIGKILL");
		assertThat(script.lastObituary().cause())
			.isEqualTo(new ExitCause.DrainTimeout("TERM", PoolScript.POLICY.gracefulTimeout()));
	}

	@Test
	void whenDrainingWorkerIsKilledByAStrangerThenThatIsACrashThatDelaysNothing() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.Leaving(script.worker(1), "TERM"));
		script.killed(1, "SIGKILL");
		assertThat(script.lastObituary().cause()).isEqualTo(new ExitCause.Signalled("SIGKILL"));
		assertThat(script.view().state()).isEqualTo(PoolView.State.SCALING);
	}

	@Test
	void whenScaledUpWhileACrashWaitsThenTheNewOnesDoNotWait() {
		PoolScript script = PoolScript.running(1);
		script.exited(1, 1);
		assertThat(PoolScript.spawns(script.on(new Event.ScaleTo(0, 3)))).containsExactly(2L, 3L);
		assertThat(PoolScript.spawns(script.passSeconds(0.25))).containsExactly(4L);
	}

	@Test
	void whenBootFailsLaterThenItWaitsAndTheServerGoesOn() {
		PoolScript script = PoolScript.running(1);
		script.on(new Event.ScaleTo(0, 2));
		script.spawned(2);
		script.on(new Event.Connected(script.worker(2)));
		assertThat(PoolScript.spawns(script.on(new Event.BootFailed(script.worker(2), "database is down")))).isEmpty();
		List<Action> actions = script.exited(2, 1);
		assertThat(PoolScript.lines(Severity.WARN, actions).get(0)).contains("failed to boot: database is down");
		assertThat(script.lastObituary().cause()).isEqualTo(new ExitCause.BootFailure(true, "database is down"));
		assertThat(PoolScript.spawns(script.passSeconds(0.25))).containsExactly(3L);
	}

	@Test
	void whenProcessOfAFailedBootStaysThenItIsEnded() {
		PoolScript script = PoolScript.running(1);
		script.on(new Event.ScaleTo(0, 2));
		script.spawned(2);
		script.on(new Event.BootFailed(script.worker(2), "database is down"));
		assertThat(PoolScript.signals(script.passSeconds(7))).containsExactly("TERM #2", "KILL #2");
	}

	@Test
	void whenManyWorkersHaveGoneThenTheLastFiftyAreKeptNewestFirst() {
		PoolScript script = PoolScript.running(1);
		for (int serial = 1; serial <= 60; serial++) {
			script.on(new Event.Leaving(script.worker(serial), "TERM"));
			script.exited(serial, 0);
			script.up(serial + 1);
		}
		assertThat(script.view().obituaries()).hasSize(50)
			.first()
			.extracting((obituary) -> obituary.worker().serial())
			.isEqualTo(60L);
		assertThat(script.view().exits()).containsEntry(ExitCause.Category.VOLUNTARY, 60L);
	}

}
