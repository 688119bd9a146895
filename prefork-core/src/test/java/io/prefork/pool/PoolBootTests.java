package io.prefork.pool;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.prefork.pool.Action.Severity;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The first generation, and the way of a worker to its open gate.
 */
class PoolBootTests {

	@Test
	void whenStartedThenAsManyBootAsMayAtOnceAndTheNextWhenOneIsReady() {
		PoolScript script = PoolScript.of(new PoolPolicy(4, 8, 2, Duration.ofSeconds(60), Duration.ofSeconds(30),
				Duration.ZERO, Duration.ofSeconds(20), 0, 0, PoolPolicy.Backoff.DEFAULT, PoolScript.PLAIN));
		assertThat(PoolScript.spawns(script.on(new Event.Start()))).containsExactly(1L, 2L);
		assertThat(script.view().state()).isEqualTo(PoolView.State.STARTING);
		assertThat(PoolScript.spawns(script.ready(1))).containsExactly(3L);
		assertThat(PoolScript.spawns(script.up(2))).isEmpty();
		assertThat(script.view().state()).isEqualTo(PoolView.State.SCALING);
		script.up(3);
		script.up(4);
		script.on(new Event.Accepting(script.worker(1)));
		assertThat(script.view().state()).isEqualTo(PoolView.State.RUNNING);
		assertThat(script.view().workers()).extracting((worker) -> worker.worker().slot()).containsExactly(0, 1, 2, 3);
	}

	@Test
	void whenStartedTwiceThenTheSecondStartDoesNothing() {
		PoolScript script = PoolScript.of(PoolScript.POLICY);
		script.on(new Event.Start());
		assertThat(script.on(new Event.Start())).isEmpty();
	}

	@Test
	void whenReadyThenTheGateIsOpenedAndAskedForAgainOnceASecond() {
		PoolScript script = PoolScript.of(PoolScript.POLICY);
		script.on(new Event.Start());
		assertThat(script.ready(1)).containsOnlyOnce(new Action.OpenGate(script.worker(1)));
		assertThat(PoolScript.only(Action.OpenGate.class, script.passSeconds(3.1))).hasSize(3);
		assertThat(PoolScript.lines(Severity.INFO, script.on(new Event.Accepting(script.worker(1)))))
			.containsExactly("worker 0 (pid 101) is accepting, 3.2 s after it was started");
		assertThat(PoolScript.only(Action.OpenGate.class, script.passSeconds(3))).isEmpty();
	}

	@Test
	void whenReadyWorkerNeverOpensItsGateThenItIsReplaced() {
		PoolScript script = PoolScript.running(1);
		script.on(new Event.ScaleTo(0, 2));
		script.ready(2);
		List<Action> actions = script.passSeconds(61);
		assertThat(PoolScript.only(Action.TakeEvidence.class, actions)).hasSize(1);
		assertThat(PoolScript.spawns(actions)).containsExactly(3L);
	}

	@Test
	void whenApplicationFailsToStartInTheFirstGenerationThenStatusIs4AndTheOthersAreEndedFirst() {
		PoolScript script = PoolScript.of(PoolScript.POLICY);
		script.on(new Event.Start());
		script.spawned(1);
		script.spawned(2);
		script.on(new Event.Connected(script.worker(2)));
		assertThat(PoolScript.signals(script.on(new Event.BootFailed(script.worker(2), "no bean of type Foo"))))
			.containsExactly("TERM #1");
		assertThat(PoolScript.only(Action.Report.class, script.exited(2, 1, "banner")))
			.containsExactly(new Action.Report(Severity.WARN,
					"worker 1 (pid 102) ended, 0 ms after it was started; workers left: 1"));
		assertThat(PoolScript.signals(script.passSeconds(2.1))).containsExactly("KILL #1");
		assertThat(script.killed(1, "SIGKILL"))
			.endsWith(new Action.Terminate(4, "worker 1 (pid 102): failed to boot: no bean of type Foo\nbanner"));
		assertThat(script.on(new Event.Start())).isEmpty();
	}

	@Test
	void whenProcessEndsBeforeItIsReadyInTheFirstGenerationThenStatusIs3() {
		PoolScript script = PoolScript.of(PoolScript.policy(1));
		script.on(new Event.Start());
		script.spawned(1);
		assertThat(script.exited(1, 1, "Unrecognized VM option 'Foo'")).endsWith(
				new Action.Terminate(3, "worker 0 (pid 101): failed to boot: exited with status 1 before it was ready\n"
						+ "Unrecognized VM option 'Foo'"));
	}

	@Test
	void whenProcessCannotBeStartedInTheFirstGenerationThenStatusIs3() {
		PoolScript script = PoolScript.of(PoolScript.policy(1));
		script.on(new Event.Start());
		assertThat(script.on(new Event.SpawnFailed(script.worker(1), "ENOMEM")))
			.endsWith(new Action.Terminate(3, "worker 0 (#1): failed to boot: could not be started: ENOMEM"));
	}

	@Test
	void whenFirstGenerationIsNotReadyInTimeThenEvidenceIsTakenAndStatusIs3() {
		PoolScript script = PoolScript.of(PoolScript.policy(1));
		script.on(new Event.Start());
		script.spawned(1);
		List<Action> actions = script.passSeconds(60.3);
		assertThat(actions)
			.containsExactly(new Action.TakeEvidence(script.worker(1), "not serving within boot-timeout 1 min"));
		assertThat(PoolScript.signals(script.on(new Event.EvidenceTaken(script.worker(1), "main: waiting"))))
			.containsExactly("KILL #1");
		assertThat(script.killed(1, "SIGKILL"))
			.endsWith(new Action.Terminate(3, "worker 0 (pid 101): not serving within boot-timeout 1 min"));
		assertThat(script.lastObituary().evidence()).isEqualTo("main: waiting");
	}

	@Test
	void whenWorkerLeavesUnaskedBeforeItIsReadyInTheFirstGenerationThenStatusIs3() {
		PoolScript script = PoolScript.of(PoolScript.policy(1));
		script.on(new Event.Start());
		script.spawned(1);
		script.on(new Event.Connected(script.worker(1)));
		assertThat(PoolScript.spawns(script.on(new Event.Leaving(script.worker(1), "exit")))).isEmpty();
		assertThat(script.exited(1, 0))
			.endsWith(new Action.Terminate(3, "worker 0 (pid 101): failed to boot: left (exit) before it was ready"));
	}

	@Test
	void whenOneWorkerWasEverReadyThenFailingBootsDoNotEndTheServer() {
		PoolScript script = PoolScript.of(PoolScript.POLICY);
		script.on(new Event.Start());
		script.ready(1);
		script.spawned(2);
		List<Action> actions = script.exited(2, 1);
		assertThat(PoolScript.only(Action.Terminate.class, actions)).isEmpty();
		assertThat(PoolScript.lines(Severity.WARN, actions)).containsExactly("worker 1 (pid 102) ended: failed to boot:"
				+ " exited with status 1 before it was ready, 0 ms after it was started; respawning in 100 ms");
		script.exited(1, 1);
		assertThat(script.view().workers()).isEmpty();
		assertThat(script.view().state()).isEqualTo(PoolView.State.DEGRADED);
		assertThat(PoolScript.spawns(script.passSeconds(1))).containsExactly(3L, 4L);
	}

}
