package io.prefork.pool;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.prefork.pool.Action.Severity;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Heartbeats, request timeouts and jumps of the clock.
 */
class PoolSupervisionTests {

	@Test
	void whenWorkerIsSilentAndIdleThenItIsReplacedAtOnceAndKilledAfterTheEvidence() {
		PoolScript script = PoolScript.running(2);
		script.passSeconds(1);
		script.silence(1);
		assertThat(script.passSeconds(30)).isEmpty();
		List<Action> actions = script.passSeconds(0.75);
		assertThat(PoolScript.only(Action.TakeEvidence.class, actions)).singleElement()
			.extracting(Action.TakeEvidence::reason)
			.asString()
			.startsWith("no heartbeat for 30");
		assertThat(PoolScript.spawns(actions)).containsExactly(3L);
		assertThat(PoolScript.signals(actions)).isEmpty();
		actions = script.on(new Event.EvidenceTaken(script.worker(1), "\"http-1\" waiting for <0x1>"));
		assertThat(PoolScript.signals(actions)).containsExactly("KILL #1");
		assertThat(PoolScript.lines(Severity.WARN, actions)).singleElement()
			.asString()
			.startsWith("worker 0 (pid 101) is being ended: no heartbeat for 30")
			.endsWith("\n\"http-1\" waiting for <0x1>");
		script.killed(1, "SIGKILL");
		assertThat(script.lastObituary().cause()).isInstanceOf(ExitCause.HeartbeatTimeout.class);
		assertThat(script.lastObituary().evidence()).isEqualTo("\"http-1\" waiting for <0x1>");
		assertThat(script.lastObituary().reached()).isEqualTo(WorkerState.ACCEPTING);
		assertThat(script.view().exits()).containsEntry(ExitCause.Category.TIMEOUT, 1L);
	}

	@Test
	void whenNoEvidenceComesThenTheWorkerIsKilledAfterTwoSeconds() {
		PoolScript script = PoolScript.running(1);
		script.silence(1);
		List<Action> actions = script.passSeconds(33);
		assertThat(PoolScript.signals(actions)).containsExactly("KILL #1");
		assertThat(PoolScript.lines(Severity.WARN, actions).get(0)).endsWith("\nno evidence within 2 s");
		assertThat(script.on(new Event.EvidenceTaken(script.worker(1), "late"))).isEmpty();
		script.killed(1, "SIGKILL");
		assertThat(script.lastObituary().evidence()).isEqualTo("late");
	}

	@Test
	void whenSilentWorkerIsAtWorkThenItIsGivenThreeTimesAsLong() {
		PoolScript script = PoolScript.running(1);
		script.passSeconds(1);
		script.silence(1);
		script.burn(1, Duration.ofMillis(200));
		assertThat(script.passSeconds(90)).isEmpty();
		assertThat(PoolScript.only(Action.TakeEvidence.class, script.passSeconds(0.5))).hasSize(1);
	}

	@Test
	void whenSilentWorkerUsesOnlyWhatAnIdleProcessUsesThenItIsHung() {
		PoolScript script = PoolScript.running(1);
		script.passSeconds(1);
		script.silence(1);
		script.burn(1, Duration.ofMillis(1));
		assertThat(PoolScript.only(Action.TakeEvidence.class, script.passSeconds(31))).hasSize(1);
	}

	@Test
	void whenWorkerWorkedHardUntilItWasStoppedThenItIsHungAllTheSame() {
		PoolScript script = PoolScript.running(1);
		script.burn(1, Duration.ofMillis(900));
		script.passSeconds(5);
		script.silence(1);
		script.pass(Duration.ofMillis(250));
		script.burn(1, Duration.ZERO);
		assertThat(PoolScript.only(Action.TakeEvidence.class, script.passSeconds(30.5))).hasSize(1);
	}

	@Test
	void whenBootingWorkerIsSilentThenOnlyTheBootTimeoutCounts() {
		PoolScript script = PoolScript.running(1);
		script.on(new Event.ScaleTo(0, 2));
		script.spawned(2);
		script.on(new Event.Connected(script.worker(2)));
		Vitals silent = new Vitals(script.now(), Duration.ZERO, 0, Optional.empty(), 0, 0);
		script.on(new Event.Tick(Map.of(script.worker(2), silent)));
		assertThat(script.passSeconds(60)).isEmpty();
		List<Action> actions = script.passSeconds(0.25);
		assertThat(PoolScript.only(Action.TakeEvidence.class, actions)).hasSize(1);
		assertThat(PoolScript.spawns(actions)).isEmpty();
		assertThat(PoolScript.spawns(script.passSeconds(0.25))).containsExactly(3L);
		script.killed(2, "SIGKILL");
		assertThat(script.lastObituary().cause()).isEqualTo(new ExitCause.BootTimeout(PoolScript.POLICY.bootTimeout()));
	}

	@Test
	void whenDrainingWorkerIsSilentThenOnlyItsDrainDeadlineCounts() {
		PoolPolicy policy = new PoolPolicy(1, 8, 2, Duration.ofSeconds(60), Duration.ofSeconds(5), Duration.ZERO,
				Duration.ofSeconds(20), 0, 0, PoolPolicy.Backoff.DEFAULT, PoolScript.PLAIN);
		PoolScript script = PoolScript.running(policy);
		script.on(new Event.Leaving(script.worker(1), "TERM"));
		script.up(2);
		script.silence(1);
		assertThat(script.passSeconds(19.75)).isEmpty();
		assertThat(PoolScript.only(Action.TakeEvidence.class, script.passSeconds(0.5))).hasSize(1);
	}

	@Test
	void whenTimeoutsAreZeroThenNobodyIsJudged() {
		PoolPolicy policy = new PoolPolicy(1, 8, 2, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(20),
				0, 0, PoolPolicy.Backoff.DEFAULT, PoolScript.PLAIN);
		PoolScript script = PoolScript.running(policy);
		script.lose(1, 1);
		script.silence(1);
		script.on(new Event.ScaleTo(0, 2));
		script.spawned(2);
		assertThat(script.passSeconds(3600)).isEmpty();
	}

	@Test
	void whenTheClockJumpsThenNobodyIsJudgedAndEveryDeadlineGetsAnotherRound() {
		PoolScript script = PoolScript.running(2);
		script.tick();
		script.on(new Event.ScaleTo(0, 3));
		script.spawned(3);
		script.on(new Event.Leaving(script.worker(2), "TERM"));
		script.up(4);
		script.silence(1);
		List<Action> actions = script.jump(Duration.ofHours(1));
		assertThat(PoolScript.lines(Severity.WARN, actions)).singleElement()
			.asString()
			.startsWith("no time seemed to pass for 1 h");
		assertThat(actions).hasSize(1);
		assertThat(script.passSeconds(19.75)).isEmpty();
		assertThat(PoolScript.only(Action.TakeEvidence.class, script.passSeconds(0.5))).containsExactly(
				new Action.TakeEvidence(script.worker(2), "not gone 20 s after it was told to leave (TERM)"));
		assertThat(PoolScript.only(Action.TakeEvidence.class, script.passSeconds(9.25))).isEmpty();
		assertThat(PoolScript.only(Action.TakeEvidence.class, script.passSeconds(1)))
			.extracting(Action.TakeEvidence::worker)
			.containsExactly(script.worker(1));
		assertThat(script.state(3)).isEqualTo(WorkerState.SPAWNED);
	}

	@Test
	void whenTicksAreALittleLateThenDeadlinesHold() {
		PoolScript script = PoolScript.running(1);
		script.silence(1);
		int taken = 0;
		for (int i = 0; i < 24; i++) {
			taken += PoolScript.only(Action.TakeEvidence.class, script.jump(Duration.ofMillis(1900))).size();
		}
		assertThat(taken).isEqualTo(1);
	}

}
