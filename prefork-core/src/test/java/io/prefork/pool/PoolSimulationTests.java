package io.prefork.pool;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Pools in random worlds, with {@link PoolInvariants} and {@link PoolDuties} checked
 * after each event: a million of them. Each pool is handed over to another one every now
 * and then, which goes on in its place. A failure names its seed, which tells the same
 * story again:
 * <pre>-Dtest=PoolSimulationTests -Dprefork.test.seed=SEED -Dprefork.test.events=1</pre>
 */
class PoolSimulationTests {

	private static final long EVENTS = Long.getLong("prefork.test.events", 1_000_000);

	private static final long SEED = Long.getLong("prefork.test.seed", 1);

	private static final int MAXIMUM = 14;

	private final Map<RolloutView.Stage, Long> rollouts = new EnumMap<>(RolloutView.Stage.class);

	private long events;

	private long ticks;

	private long handovers;

	private Duration longestRollout = Duration.ZERO;

	@Test
	void whenEverythingGoesWrongThenTheInvariantsHoldAndThePoolRecovers() {
		long seed = SEED;
		for (; this.events < EVENTS; seed++) {
			try {
				story(seed);
			}
			catch (RuntimeException | AssertionError failure) {
				throw new AssertionError("seed " + seed + ": " + failure.getMessage(), failure);
			}
		}
		System.out.println(this.events + " events, " + this.ticks + " of them ticks, in " + (seed - SEED)
				+ " stories; handed over " + this.handovers + " times; ends of rollouts: " + this.rollouts
				+ ", the longest " + this.longestRollout);
		assertThat(this.handovers).isGreaterThan(EVENTS / 10_000);
		assertThat(this.rollouts.values()).as("rollouts end in each way: %s", this.rollouts)
			.allMatch((count) -> count > EVENTS / 10_000);
	}

	@Test
	void whenNothingGoesWrongThenNoCommandLowersTheCapacity() {
		for (long seed = 1; seed <= 20; seed++) {
			try {
				calmStory(seed);
			}
			catch (RuntimeException | AssertionError failure) {
				throw new AssertionError("seed " + seed + ": " + failure.getMessage(), failure);
			}
		}
	}

	private void story(long seed) {
		SplittableRandom random = new SplittableRandom(seed);
		PoolPolicy policy = (random.nextInt(3) == 0) ? elastic(policy(random), random) : policy(random);
		SimulatedWorld world = new SimulatedWorld(policy, random.split());
		SimulatedChaos chaos = random.nextBoolean() ? SimulatedChaos.SOME : SimulatedChaos.MUCH;
		if (random.nextInt(4) == 0) {
			world.chaos(chaos);
		}
		world.tell(new Event.Start());
		world.run(Duration.ofSeconds(random.nextInt(40)));
		world.chaos(chaos);
		for (int i = 0; i < 40 && !world.over(); i++) {
			world.run(Duration.ofMillis(random.nextInt(8000)));
			int storm = (random.nextInt(4) == 0) ? random.nextInt(30) : 1;
			for (; storm > 0; storm--) {
				world.command(MAXIMUM);
				world.run(Duration.ofMillis(random.nextInt(25)));
			}
			this.handovers += (random.nextInt(4) == 0 && world.handOver()) ? 1 : 0;
		}
		if (random.nextBoolean()) {
			recover(world, policy);
		}
		stop(world, policy, random);
		world.view().rollouts().forEach((end, count) -> this.rollouts.merge(end, count, Long::sum));
		this.events += world.events();
		this.ticks += world.ticks();
		Duration longest = world.duties().longestRollout();
		this.longestRollout = (longest.compareTo(this.longestRollout) > 0) ? longest : this.longestRollout;
	}

	/**
	 * The world comes to its senses: so must the pool, and then rest.
	 */
	private void recover(SimulatedWorld world, PoolPolicy policy) {
		if (world.over()) {
			return;
		}
		world.chaos(SimulatedChaos.NONE);
		world.command(MAXIMUM);
		world.tell(new Event.ScaleBy(0, 1));
		if (!policy.staffing().respawn().fatalExitCodes().isEmpty()) {
			world.tell(new Event.Reload(0));
		}
		world.run(Duration.ofMinutes(12));
		if (world.over()) {
			return;
		}
		assertThat(world.invariants().unanswered()).as("every rollout has ended").isEmpty();
		if (policy.recycling().maxRequests() == 0 && !policy.scale().elastic()) {
			assertThat(world.view().state()).isIn(PoolView.State.RUNNING, PoolView.State.FROZEN);
			assertThat(world.view().workers()).extracting(PoolView.WorkerView::generation)
				.containsOnly(world.view().generation());
			assertThat(world.serving()).isEqualTo(world.view().target());
			assertThat(world.view().workers()).hasSize(world.view().target() + policy.staffing().spares());
			assertThat(world.view().trouble()).isEmpty();
			world.handOver();
			world.observe((action) -> {
				throw new AssertionError("a pool at rest does " + action);
			});
			world.run(Duration.ofMinutes(2));
			world.observe((action) -> {
			});
		}
	}

	private void stop(SimulatedWorld world, PoolPolicy policy, SplittableRandom random) {
		world.chaos(withoutJumps(random.nextBoolean() ? SimulatedChaos.NONE : SimulatedChaos.MUCH));
		world.run(Duration.ofSeconds(1));
		world.tell(new Event.Stop(random.nextInt(3) == 0));
		for (int i = random.nextInt(3); i > 0; i--) {
			world.run(Duration.ofMillis(random.nextInt(3000)));
			world.tell(new Event.Stop(random.nextBoolean()));
			world.command(MAXIMUM);
		}
		world.run(policy.gracefulTimeout().plusSeconds(5));
		assertThat(world.over()).as("ended in time").isTrue();
		assertThat(world.invariants().unanswered()).isEmpty();
	}

	private static SimulatedChaos withoutJumps(SimulatedChaos chaos) {
		return new SimulatedChaos(chaos.loss(), chaos.doubling(), chaos.bootFailure(), chaos.bootHang(), chaos.crash(),
				chaos.hang(), chaos.stuckDrain(), chaos.leaving(), 0, chaos.unprepared(), chaos.unwell(),
				chaos.faulty(), chaos.stuck());
	}

	private void calmStory(long seed) {
		SplittableRandom random = new SplittableRandom(seed);
		PoolPolicy policy = policy(random);
		SimulatedWorld world = new SimulatedWorld(policy, random.split());
		world.tell(new Event.Start());
		world.run(Duration.ofMinutes(2));
		assertThat(world.serving()).isGreaterThanOrEqualTo(world.view().target());
		for (int i = 0; i < 6; i++) {
			long least = Math.min(world.serving(), world.view().target());
			int command = random.nextInt(4);
			if (command < 2) {
				least -= policy.rollout().unavailable(world.view().target());
			}
			switch (command) {
				case 0 -> world.tell(new Event.Reload(0));
				case 1 -> world.tell(new Event.Rollback(0));
				case 2 -> world.tell(new Event.Replace(0,
						world.view().workers().get(random.nextInt(world.view().workers().size())).worker()));
				default -> world.tell(new Event.ScaleBy(0, 1));
			}
			for (int step = 0; step < 300; step++) {
				world.run(Duration.ofMillis(500));
				if (random.nextInt(20) == 0) {
					world.handOver();
				}
				assertThat(world.serving()).isGreaterThanOrEqualTo(least);
			}
			assertThat(world.view().state()).isEqualTo(PoolView.State.RUNNING);
		}
		assertThat(world.view().exits()).containsEntry(ExitCause.Category.CRASH, 0L)
			.containsEntry(ExitCause.Category.TIMEOUT, 0L)
			.containsEntry(ExitCause.Category.BOOT, 0L);
	}

	private static PoolPolicy.Backoff backoff(SplittableRandom random) {
		return random.nextBoolean() ? PoolPolicy.Backoff.DEFAULT
				: new PoolPolicy.Backoff(Duration.ofMillis(50), 2, Duration.ofSeconds(2), Duration.ofSeconds(3));
	}

	private static RolloutPolicy rollout(SplittableRandom random) {
		int surge = random.nextInt(4);
		int unavailable = random.nextInt((surge == 0) ? 1 : 0, 3);
		return new RolloutPolicy(surge, unavailable, Duration.ofSeconds(random.nextInt(7)), 5, random.nextBoolean());
	}

	/**
	 * The same pool, with a number of workers that follows a load which is as fickle as
	 * all else.
	 */
	private PoolPolicy elastic(PoolPolicy policy, SplittableRandom random) {
		ScalePolicy.Rule rule = random.nextBoolean() ? new ScalePolicy.Spare(1, random.nextInt(2, 5))
				: new ScalePolicy.Busyness(random.nextInt(20, 45), random.nextInt(50, 80), random.nextInt(1, 40));
		return policy.with(new ScalePolicy(rule, random.nextInt(1, policy.workers() + 1), MAXIMUM, 2,
				Duration.ofSeconds(random.nextInt(1, 4)), OptionalLong.empty()));
	}

	private PoolPolicy policy(SplittableRandom random) {
		long maxRequests = (random.nextInt(3) == 0) ? 2000 : 0;
		return new PoolPolicy(random.nextInt(1, 13), MAXIMUM, random.nextInt(1, 4), Duration.ofSeconds(20),
				Duration.ofSeconds(random.nextInt(2, 10)), Duration.ofSeconds(random.nextInt(6)),
				Duration.ofSeconds(random.nextInt(8, 15)), maxRequests, maxRequests / 4, backoff(random),
				rollout(random))
			.with(new LostSlots(random.nextInt(1, 5), 0.5))
			.with(staffing(random));
	}

	private static StaffingPolicy staffing(SplittableRandom random) {
		Set<Integer> fatal = (random.nextInt(8) == 0) ? Set.of(2) : Set.of();
		return new StaffingPolicy(random.nextInt(3), random.nextInt(1, 3), new RespawnPolicy(random.nextInt(1, 6),
				random.nextInt(5, 15), Duration.ofMinutes(random.nextInt(1, 6)), fatal));
	}

}
