package io.prefork.pool;

import java.time.Duration;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

import io.prefork.pool.Action.Severity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * How often workers may end, in one slot and in the pool, which ends are fatal, and how
 * many boot at a time.
 */
class PoolIntensityTests {

	private static PoolPolicy policy(int workers, RespawnPolicy respawn) {
		return PoolScript.policy(workers).with(new StaffingPolicy(0, 64, respawn));
	}

	private static RespawnPolicy intensity(int slot, int pool) {
		return new RespawnPolicy(slot, pool, Duration.ofMinutes(5), Set.of());
	}

	/**
	 * Lets the worker of a serial crash as soon as it accepts, and waits for the next.
	 * @return the line that its end was worth
	 */
	private static String crash(PoolScript script, long serial) {
		if (script.state(serial) == WorkerState.SPAWNED) {
			script.up(serial);
		}
		return PoolScript.lines(Severity.WARN, script.killed(serial, "SIGSEGV"))
			.stream()
			.filter((line) -> line.startsWith("worker"))
			.findFirst()
			.orElseThrow();
	}

	@Test
	void whenOneSlotCrashesAgainAndAgainThenTheOthersDoNotWaitForIt() {
		PoolScript script = PoolScript.running(policy(3, intensity(5, 100)));
		long last = 1;
		for (int crashes = 0; crashes < 8; crashes++) {
			crash(script, last);
			script.passSeconds(10);
			last = script.view().spawned();
		}
		assertThat(script.worker(last).slot()).isZero();
		assertThat(crash(script, last)).as("100 ms x 1.5^8").endsWith("respawning in 2.5 s");
		assertThat(crash(script, 2)).endsWith("respawning in 100 ms");
		List<Action> actions = script.passSeconds(0.25);
		assertThat(PoolScript.only(Action.Spawn.class, actions)).singleElement()
			.extracting((spawn) -> spawn.worker().slot())
			.isEqualTo(1);
		assertThat(PoolScript.spawns(script.passSeconds(2.5))).hasSize(1);
	}

	@Test
	void whenASlotWaitsThenWhoIsScaledUpTakesAnother() {
		PoolScript script = PoolScript.running(policy(1, RespawnPolicy.DEFAULT));
		crash(script, 1);
		List<Action> actions = script.on(new Event.ScaleTo(0, 2));
		assertThat(PoolScript.only(Action.Spawn.class, actions)).singleElement()
			.extracting((spawn) -> spawn.worker().slot())
			.isEqualTo(1);
	}

	@Test
	void whenASlotCrashesTooOftenWithHealthBetweenThenItsDelayGrowsAllTheSame() {
		PoolScript script = PoolScript.running(policy(1, intensity(3, 100)));
		long last = 1;
		for (int crashes = 0; crashes < 4; crashes++) {
			assertThat(crash(script, last)).endsWith("respawning in 100 ms");
			script.passSeconds(1);
			last = script.view().spawned();
			script.up(last);
			script.passSeconds(40);
		}
		assertThat(crash(script, last)).endsWith("respawning in 150 ms");
		script.passSeconds(1);
		last = script.view().spawned();
		script.up(last);
		script.passSeconds(300);
		assertThat(crash(script, last)).endsWith("respawning in 100 ms");
	}

	@Test
	void whenThePoolLosesTooManyThenItIsDegradedUntilTheWindowHasPassedAndEachPlaceWaitsLonger() {
		PoolScript script = PoolScript.running(policy(4, intensity(5, 6)));
		for (long serial = 1; serial <= 6; serial++) {
			assertThat(crash(script, serial)).contains("respawning in 1");
			script.passSeconds(40);
			script.up(serial + 4);
			script.passSeconds(1);
		}
		assertThat(script.view().state()).isEqualTo(PoolView.State.RUNNING);
		List<Action> actions = script.killed(7, "SIGSEGV");
		assertThat(PoolScript.lines(Severity.WARN, actions)).first()
			.isEqualTo("7 workers have ended unexpectedly within 5 min: respawns slow down");
		script.passSeconds(1);
		script.up(11);
		assertThat(script.view().state()).as("though nobody is missing").isEqualTo(PoolView.State.DEGRADED);
		assertThat(script.view().trouble()).isEqualTo("7 workers have ended unexpectedly within 5 min");
		assertThat(crash(script, 8)).endsWith("respawning in 150 ms");
		script.passSeconds(1);
		script.up(12);
		script.passSeconds(120);
		assertThat(script.view().state()).isEqualTo(PoolView.State.RUNNING);
		assertThat(script.view().trouble()).isEmpty();
	}

	@Test
	void whenWorkersHangThenThatCountsAndDelaysNobody() {
		PoolScript script = PoolScript.running(policy(1, intensity(5, 1)));
		for (long serial = 1; serial <= 2; serial++) {
			script.silence(serial);
			assertThat(PoolScript.spawns(script.passSeconds(31))).containsExactly(serial + 1);
			script.killed(serial, "SIGKILL");
			script.up(serial + 1);
		}
		assertThat(script.view().state()).isEqualTo(PoolView.State.DEGRADED);
		script.on(new Event.Reload(0));
		script.up(4);
		assertThat(script.view().trouble()).as("of code that is gone").isEmpty();
	}

	private static final RespawnPolicy FATAL = new RespawnPolicy(5, 10, Duration.ofMinutes(5), Set.of(78));

	@Test
	void whenAnExitIsFatalThenTheOthersGoOnAndNobodyIsStartedUntilAReload() {
		PoolScript script = PoolScript.running(policy(2, FATAL));
		List<Action> actions = script.exited(1, 78);
		String trouble = "worker 0 (pid 101) has exited with status 78, which is fatal: no worker is started until a "
				+ "reload or a rollback";
		assertThat(PoolScript.lines(Severity.ERROR, actions))
			.containsExactly(trouble + "; the pool goes on with 1 worker");
		assertThat(PoolScript.lines(Severity.WARN, actions).get(0)).doesNotContain("respawning");
		assertThat(PoolScript.spawns(script.passSeconds(600))).isEmpty();
		assertThat(PoolScript.spawns(script.on(new Event.ScaleTo(0, 3)))).isEmpty();
		assertThat(script.view().state()).isEqualTo(PoolView.State.DEGRADED);
		assertThat(script.view().trouble()).isEqualTo(trouble);
		assertThat(PoolScript.spawns(script.on(new Event.Reload(0)))).containsExactly(3L);
		assertThat(PoolScript.spawns(script.up(3))).containsExactly(4L, 5L);
		assertThat(script.view().trouble()).isEmpty();
	}

	@Test
	void whenNobodyIsLeftAfterAFatalExitThenTheServerEndsWithStatus3() {
		PoolScript script = PoolScript.running(policy(2, FATAL));
		script.exited(1, 78);
		List<Action> actions = script.exited(2, 1);
		assertThat(actions).endsWith(new Action.Terminate(3, "worker 0 (pid 101) has exited with status 78, which is "
				+ "fatal: no worker is started until a reload or a rollback"));
	}

	@Test
	void whenNobodyIsLeftDuringARolloutThenThatMayStillHelp() {
		PoolScript script = PoolScript.running(policy(1, FATAL));
		script.on(new Event.Reload(0));
		assertThat(PoolScript.only(Action.Terminate.class, script.exited(1, 78))).isEmpty();
		assertThat(PoolScript.spawns(script.up(2))).isEmpty();
		assertThat(script.view().state()).isEqualTo(PoolView.State.RUNNING);
		assertThat(script.view().generation()).isEqualTo(2);
	}

	@Test
	void whenAWorkerOfANewGenerationEndsFatallyThenTheRolloutFailsAtOnceAndTheOldOneGoesOn() {
		PoolScript script = PoolScript.running(policy(2, FATAL));
		script.on(new Event.Reload(7));
		script.up(3);
		script.spawned(4);
		List<Action> actions = script.exited(4, 78);
		assertThat(PoolScript.replies(actions)).singleElement().isInstanceOf(Answer.ReloadFailed.class);
		assertThat(script.view().trouble()).isEmpty();
		assertThat(script.view().generation()).isEqualTo(1);
	}

	@Test
	void whenAWorkerWasToldToLeaveThenItsStatusIsNotFatal() {
		PoolScript script = PoolScript.running(policy(2, FATAL));
		script.on(new Event.ScaleBy(0, -1));
		script.exited(1, 78);
		assertThat(script.view().trouble()).isEmpty();
	}

	@Test
	void whenASpareStepsInAfterAFatalExitThenThePoolIsFrozenAndNotDegraded() {
		PoolScript script = PoolScript.running(PoolScript.policy(1).with(new StaffingPolicy(1, 64, FATAL)));
		script.ready(2);
		script.exited(1, 78);
		script.on(new Event.Accepting(script.worker(2)));
		assertThat(script.view().state()).isEqualTo(PoolView.State.FROZEN);
	}

	@Test
	void whenHalfOfTheTargetAcceptsThenFewerBootAtATime() {
		PoolScript script = PoolScript.of(new PoolPolicy(8, 8, 3, Duration.ofSeconds(60), Duration.ofSeconds(30),
				Duration.ZERO, Duration.ofSeconds(20), 0, 0, PoolPolicy.Backoff.DEFAULT, PoolScript.PLAIN)
			.with(new StaffingPolicy(0, 1, RespawnPolicy.DEFAULT)));
		assertThat(PoolScript.spawns(script.on(new Event.Start()))).containsExactly(1L, 2L, 3L);
		for (long serial = 1; serial <= 4; serial++) {
			script.up(serial);
			assertThat(script.view().spawned()).isEqualTo(serial + 3);
		}
		script.up(5);
		script.up(6);
		assertThat(script.view().spawned()).as("one is booting").isEqualTo(7);
		script.up(7);
		assertThat(script.view().spawned()).isEqualTo(8);
	}

	@Test
	void whenRulesMakeNoSenseThenTheyAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> intensity(0, 1)).withMessageContaining("0 and 1");
		assertThatIllegalArgumentException().isThrownBy(() -> intensity(1, 0)).withMessageContaining("1 and 0");
		assertThatIllegalArgumentException().isThrownBy(() -> new RespawnPolicy(1, 1, Duration.ZERO, Set.of()))
			.withMessageContaining("PT0S");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new RespawnPolicy(1, 1, Duration.ofMinutes(1), Set.of(256)))
			.withMessageContaining("256");
		assertThatIllegalArgumentException().isThrownBy(() -> new StaffingPolicy(-1, 1, RespawnPolicy.DEFAULT))
			.withMessageContaining("-1");
		assertThatIllegalArgumentException().isThrownBy(() -> new StaffingPolicy(0, 0, RespawnPolicy.DEFAULT))
			.withMessageContaining("0");
	}

}
