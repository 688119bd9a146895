package io.prefork.pool;

import java.time.Duration;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * A pool that goes on where another one stopped.
 */
class PoolHandoverTests {

	private static final int MAXIMUM = 8;

	@Test
	void whenNothingHasServedYetThenThePoolIsNotHandedOver() {
		Pool pool = new Pool(policy(2), new SplittableRandom(1));
		assertThat(pool.obstacle()).hasValue("no worker has been ready yet");
		assertThatIllegalStateException().isThrownBy(pool::carry);
	}

	@Test
	void whenAReloadIsUnderWayThenThePoolIsNotHandedOver() {
		SimulatedWorld world = settled(policy(2), 3);
		assertThat(world.pool().obstacle()).isEmpty();
		world.tell(new Event.Reload(0));
		assertThat(world.pool().obstacle()).hasValue("a reload or rollback is under way");
	}

	@Test
	void whenTheServerStopsThenThePoolIsNotHandedOver() {
		SimulatedWorld world = settled(policy(2), 4);
		world.tell(new Event.Stop(false));
		assertThat(world.pool().obstacle()).hasValue("the server is stopping");
	}

	@Test
	void whenThePoolIsHandedOverThenItsSuccessorShowsTheSame() {
		SimulatedWorld world = settled(policy(3), 5);
		world.tell(new Event.Reload(0));
		world.run(Duration.ofMinutes(2));
		world.tell(new Event.ScaleTo(0, 4));
		assertThat(world.pool().obstacle()).isEmpty();
		assertThat(world.pool().isMidway()).isTrue();
		world.run(Duration.ofSeconds(1));
		PoolView before = world.view();
		assertThat(world.handOver()).isTrue();
		assertThat(world.view()).isEqualTo(before);
		world.run(Duration.ofMinutes(1));
		assertThat(world.serving()).isEqualTo(4);
		assertThat(world.view().generation()).isEqualTo(2);
	}

	@Test
	void whenAWorkerDrainsAtTheHandoverThenItIsEndedInTimeAllTheSame() {
		SimulatedWorld world = settled(policy(3), 6);
		world.chaos(new SimulatedChaos(0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0));
		world.tell(new Event.ScaleTo(0, 2));
		world.run(Duration.ofSeconds(1));
		assertThat(PoolInvariants.count(world.view(), WorkerState.DRAINING)).isEqualTo(1);
		assertThat(world.handOver()).isTrue();
		world.run(policy(3).gracefulTimeout().plusSeconds(5));
		assertThat(world.view().workers()).hasSize(2);
		assertThat(world.view().causes()).containsEntry(ExitCause.Kind.DRAIN_TIMEOUT, 1L);
	}

	@Test
	void whenWorkersWereDismissedThenTheyStayDismissed() {
		SimulatedWorld world = settled(policy(2), 7);
		world.tell(new Event.Dismiss());
		world.run(Duration.ofSeconds(30));
		assertThat(world.handOver()).isTrue();
		world.run(Duration.ofSeconds(30));
		assertThat(world.view().state()).isEqualTo(PoolView.State.DISMISSED);
		world.tell(new Event.ScaleBy(0, 1));
		world.run(Duration.ofSeconds(30));
		assertThat(world.serving()).isEqualTo(3);
	}

	@Test
	void whenTheMaximumHasShrunkThenTheTargetFollows() {
		SimulatedWorld world = settled(policy(4), 8);
		PoolPolicy smaller = new PoolPolicy(2, 3, 2, Duration.ofSeconds(20), Duration.ofSeconds(5), Duration.ZERO,
				Duration.ofSeconds(8), 0, 0, PoolPolicy.Backoff.DEFAULT, rollout());
		Pool pool = Pool.resume(smaller, new SplittableRandom(), world.pool().carry());
		assertThat(pool.view().target()).isEqualTo(3);
		assertThat(pool.view().workers()).hasSize(4);
	}

	/**
	 * Handed over again and again while all goes wrong that can, with what holds of every
	 * pool.
	 */
	@Test
	void whenHandedOverAtRandomThenTheInvariantsHoldAndThePoolRecovers() {
		long handovers = 0;
		for (long seed = 1; seed <= 150; seed++) {
			try {
				handovers += story(seed);
			}
			catch (RuntimeException | AssertionError failure) {
				throw new AssertionError("seed " + seed + ": " + failure.getMessage(), failure);
			}
		}
		assertThat(handovers).isGreaterThan(1000);
	}

	private static int story(long seed) {
		SplittableRandom random = new SplittableRandom(seed);
		PoolPolicy policy = policy(random.nextInt(1, 6));
		SimulatedWorld world = settled(policy, seed);
		world.chaos(random.nextBoolean() ? SimulatedChaos.SOME : SimulatedChaos.MUCH);
		int handovers = 0;
		for (int i = 0; i < 40; i++) {
			world.run(Duration.ofMillis(random.nextInt(8000)));
			if (random.nextInt(3) == 0) {
				world.command(MAXIMUM);
			}
			handovers += world.handOver() ? 1 : 0;
		}
		world.chaos(SimulatedChaos.NONE);
		world.tell(new Event.ScaleTo(0, 3));
		world.run(Duration.ofMinutes(12));
		assertThat(world.invariants().unanswered()).isEmpty();
		assertThat(world.serving()).isEqualTo(3);
		assertThat(world.view().workers()).hasSize(3);
		return handovers;
	}

	private static SimulatedWorld settled(PoolPolicy policy, long seed) {
		SimulatedWorld world = new SimulatedWorld(policy, new SplittableRandom(seed));
		world.tell(new Event.Start());
		world.run(Duration.ofMinutes(2));
		assertThat(world.serving()).isEqualTo(policy.workers());
		return world;
	}

	private static PoolPolicy policy(int workers) {
		return new PoolPolicy(workers, MAXIMUM, 2, Duration.ofSeconds(20), Duration.ofSeconds(5), Duration.ZERO,
				Duration.ofSeconds(8), 0, 0, PoolPolicy.Backoff.DEFAULT, rollout());
	}

	private static RolloutPolicy rollout() {
		return new RolloutPolicy(1, 0, Duration.ofSeconds(1), 5, false);
	}

}
