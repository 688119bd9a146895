package io.prefork.pool;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

import io.prefork.pool.Action.Severity;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a pool remembers that goes on where another one stopped.
 */
class CarriedPoolTests {

	private static final long MIB = 1 << 20;

	@Test
	void whenAPlaceWaitsThenItWaitsAsLongAsItWouldHave() {
		PoolScript script = PoolScript.running(2);
		script.killed(1, "SIGSEGV");
		for (long serial = 3; serial < 8; serial++) {
			assertThat(PoolScript.spawns(script.passSeconds(2))).containsExactly(serial);
			script.up(serial);
			script.killed(serial, "SIGSEGV");
		}
		PoolScript successor = script.handOver();
		assertThat(successor.view().state()).isEqualTo(PoolView.State.DEGRADED);
		assertThat(successor.passSeconds(0.5)).as("100 ms x 1.5^5").isEmpty();
		List<Action> actions = successor.passSeconds(0.5);
		assertThat(PoolScript.only(Action.Spawn.class, actions)).singleElement()
			.extracting((spawn) -> spawn.worker().slot())
			.isEqualTo(0);
	}

	@Test
	void whenThePoolHasHadTooManyExitsThenThatIsRememberedAndNotSaidAgain() {
		StaffingPolicy staffing = new StaffingPolicy(0, 64, new RespawnPolicy(5, 2, Duration.ofMinutes(5), Set.of()));
		PoolScript script = PoolScript.running(PoolScript.policy(5).with(staffing));
		for (long serial = 1; serial < 4; serial++) {
			script.killed(serial, "SIGSEGV");
		}
		String trouble = script.view().trouble();
		assertThat(trouble).startsWith("3 workers have ended unexpectedly within 5 min");
		script.handOver();
		assertThat(script.view().trouble()).isEqualTo(trouble);
		assertThat(PoolScript.lines(Severity.WARN, script.killed(4, "SIGSEGV"))).singleElement()
			.asString()
			.startsWith("worker 3");
		assertThat(script.view().trouble()).startsWith("4 workers");
	}

	@Test
	void whenAnExitWasFatalThenNobodyIsStartedEither() {
		StaffingPolicy staffing = new StaffingPolicy(0, 64, new RespawnPolicy(5, 10, Duration.ofMinutes(5), Set.of(9)));
		PoolScript script = PoolScript.running(PoolScript.policy(2).with(staffing));
		script.exited(1, 9);
		String trouble = script.view().trouble();
		assertThat(trouble).contains("which is fatal");
		script.handOver();
		assertThat(script.view().trouble()).isEqualTo(trouble);
		assertThat(PoolScript.spawns(script.pass(Duration.ofMinutes(2)))).isEmpty();
		assertThat(PoolScript.spawns(script.on(new Event.Reload(0)))).as("a canary").hasSize(1);
	}

	@Test
	void whenAWorkerIsASpareThenItTakesTheNextEmptyPlace() {
		PoolScript script = PoolScript.running(PoolScript.policy(2).with(PoolScript.spares(1)));
		script.ready(3);
		assertThat(script.state(3)).isEqualTo(WorkerState.SPARE);
		script.handOver();
		assertThat(PoolScript.lines(Severity.INFO, script.passSeconds(1))).as("it is no news").isEmpty();
		script.on(new Event.Died(script.worker(1)));
		assertThat(script.state(3)).isEqualTo(WorkerState.READY);
	}

	@Test
	void whenAWorkerIsWornThenItIsRecycledByTheSameLimits() {
		RecyclePolicy recycling = new RecyclePolicy(1000, 500, Duration.ofHours(1), Duration.ofMinutes(6),
				new RecyclePolicy.Memory(300 * MIB, 3, 0));
		PoolScript script = PoolScript.running(PoolScript.policy(1).with(recycling));
		grow(script, 400);
		grow(script, 400);
		assertThat(script.passSeconds(1)).isEmpty();
		script.handOver();
		grow(script, 400);
		assertThat(PoolScript.spawns(script.passSeconds(1))).hasSize(1);
	}

	@Test
	void whenLimitsHaveChangedThenTheyApplyToWorkersThatLive() {
		PoolScript script = PoolScript.running(PoolScript.policy(1));
		script.load(1, 0, 2000);
		assertThat(script.passSeconds(1)).isEmpty();
		script.handOver(PoolScript.policy(1).with(RecyclePolicy.requests(1000, 0)));
		assertThat(PoolScript.spawns(script.passSeconds(1))).hasSize(1);
	}

	@Test
	void whenLimitsAreTheSameThenNothingIsDrawnAnew() {
		RecyclePolicy policy = new RecyclePolicy(1000, 500, Duration.ofHours(1), Duration.ofMinutes(6),
				RecyclePolicy.Memory.UNLIMITED);
		SplittableRandom random = new SplittableRandom(5);
		for (int i = 0; i < 50; i++) {
			Lifespan drawn = policy.draw(random);
			assertThat(policy.redraw(drawn, random)).isEqualTo(drawn);
		}
		assertThat(RecyclePolicy.NEVER.redraw(policy.draw(random), random))
			.isEqualTo(new Lifespan(Long.MAX_VALUE, Duration.ZERO));
	}

	@Test
	void whenAWorkerIsToBeReplacedForADeadlockThenItIsAndThatIsTheCause() {
		PoolScript script = PoolScript.running(PoolScript.policy(2).with(new LostSlots(4, 0.5)));
		script.on(new Event.Deadlocked(script.worker(1), 2, 1, "stacks"));
		script.on(new Event.Spawned(script.worker(3), 103));
		script.handOver();
		assertThat(script.on(new Event.Deadlocked(script.worker(1), 2, 1, "stacks"))).as("told again").isEmpty();
		assertThat(PoolScript.drains(script.up(3))).containsExactly(1L);
		script.handOver().exited(1, 1);
		assertThat(script.lastObituary().cause()).isEqualTo(new Deadlock(2, 1));
		assertThat(script.lastObituary().evidence()).isEqualTo("stacks");
	}

	@Test
	void whenTheClockHasJumpedMeanwhileThenNobodyIsBlamed() {
		PoolScript script = PoolScript.running(2);
		script.passSeconds(1);
		List<Action> actions = script.handOver().jump(Duration.ofHours(1));
		assertThat(PoolScript.lines(Severity.INFO, actions))
			.containsExactly("becoming another program took 1 h; every deadline is put off by that");
		assertThat(actions).hasSize(1);
		assertThat(PoolScript.lines(Severity.WARN, script.jump(Duration.ofHours(1)))).singleElement()
			.asString()
			.startsWith("no time seemed to pass for 1 h");
	}

	@Test
	void whenAWorkerHasServedThenItsObituaryTellsThatEvenIfItWasNotSeenAgain() {
		PoolScript script = PoolScript.running(1);
		script.load(1, 2, 1234);
		script.passSeconds(1);
		script.handOver().killed(1, "SIGKILL");
		assertThat(script.lastObituary().requests()).isEqualTo(1234);
		assertThat(script.lastObituary().inFlight()).isEqualTo(2);
	}

	private static void grow(PoolScript script, long mebibytes) {
		script.on(new Event.Measured(Map.of(script.worker(1), mebibytes * MIB)));
	}

}
