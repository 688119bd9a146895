package io.prefork.pool;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Pools in random worlds whose workers reach limits all the time, and run into deadlocks:
 * recycling takes no more than its share, and nothing from the service.
 */
class RecyclingSimulationTests {

	private static final long EVENTS = 80_000;

	private static final int MAXIMUM = 25;

	private static final long MIB = 1 << 20;

	/**
	 * So little that a pool is whole most of the time: recycling waits for that.
	 */
	private static final SimulatedChaos TROUBLE = new SimulatedChaos(0.02, 0.1, 0.02, 0.01, 0.0003, 0.0003, 0.1, 0.0003,
			0.001, 0.1, 0.1, 0.05, 0.0005);

	private final Map<ExitCause.Kind, Long> causes = new HashMap<>();

	@Test
	void whenWorkersReachLimitsThenRecyclingKeepsToItsShareAndItsTime() {
		long events = 0;
		for (long seed = 1; events < EVENTS; seed++) {
			try {
				events += story(new SplittableRandom(seed));
			}
			catch (RuntimeException | AssertionError failure) {
				throw new AssertionError("seed " + seed + ": " + failure.getMessage(), failure);
			}
		}
		assertThat(this.causes).hasEntrySatisfying(ExitCause.Kind.MAX_REQUESTS, RecyclingSimulationTests::often)
			.hasEntrySatisfying(ExitCause.Kind.MAX_AGE, RecyclingSimulationTests::often)
			.hasEntrySatisfying(ExitCause.Kind.MAX_MEMORY, RecyclingSimulationTests::often)
			.hasEntrySatisfying(ExitCause.Kind.DEADLOCK, RecyclingSimulationTests::often);
	}

	private static void often(long count) {
		assertThat(count).isGreaterThan(20);
	}

	private long story(SplittableRandom random) {
		PoolPolicy policy = policy(random);
		SimulatedWorld world = new SimulatedWorld(policy, random.split());
		world.observe(new Watch(world)::see);
		world.tell(new Event.Start());
		world.run(Duration.ofSeconds(60));
		world.chaos(TROUBLE);
		Map<WorkerId, Long> resident = new HashMap<>();
		for (int i = 0; i < 60 && !world.over(); i++) {
			world.run(Duration.ofMillis(random.nextInt(8000)));
			leak(world, resident, random);
			deadlock(world, random);
			if (random.nextInt(6) == 0) {
				world.command(MAXIMUM);
			}
			if (random.nextInt(4) == 0) {
				world.handOver();
			}
		}
		if (!world.over()) {
			calm(world, policy, resident, random);
		}
		world.view().causes().forEach((kind, count) -> this.causes.merge(kind, count, Long::sum));
		return world.events();
	}

	private static void leak(SimulatedWorld world, Map<WorkerId, Long> resident, SplittableRandom random) {
		for (PoolView.WorkerView worker : world.view().workers()) {
			resident.merge(worker.worker(), random.nextInt(100) * MIB, Long::sum);
		}
		world.tell(new Event.Measured(resident));
	}

	private static void deadlock(SimulatedWorld world, SplittableRandom random) {
		for (PoolView.WorkerView worker : world.view().workers()) {
			if (random.nextInt(100) == 0) {
				world.tell(new Event.Deadlocked(worker.worker(), 2, random.nextInt(5), "stacks"));
			}
		}
	}

	/**
	 * Once nothing goes wrong any more, limits that were deferred are seen to, and the
	 * pool never falls below its target for that.
	 */
	private void calm(SimulatedWorld world, PoolPolicy policy, Map<WorkerId, Long> resident, SplittableRandom random) {
		world.chaos(SimulatedChaos.NONE);
		world.tell(new Event.ScaleTo(0, random.nextInt(1, MAXIMUM + 1)));
		world.run(Duration.ofMinutes(12));
		if (world.over()) {
			return;
		}
		assertThat(world.invariants().unanswered()).as("every rollout has ended").isEmpty();
		int target = world.view().target();
		long before = world.view().exits().get(ExitCause.Category.RECYCLED);
		for (int step = 0; step < 600; step++) {
			world.run(Duration.ofMillis(500));
			if (step % 20 == 0) {
				leak(world, resident, random);
				world.handOver();
			}
			assertThat(world.serving()).isGreaterThanOrEqualTo(target);
		}
		boolean due = !policy.recycling().maxAge().isZero();
		assertThat(world.view().exits().get(ExitCause.Category.RECYCLED) - before).as("recycled in five minutes")
			.isGreaterThanOrEqualTo(due ? 1 : 0);
	}

	private static PoolPolicy policy(SplittableRandom random) {
		int workers = random.nextInt(1, MAXIMUM + 1);
		Duration age = random.nextBoolean() ? Duration.ofSeconds(random.nextInt(20, 120)) : Duration.ZERO;
		RecyclePolicy recycling = new RecyclePolicy(random.nextBoolean() ? 2000 : 0, 500, age, age.dividedBy(10),
				new RecyclePolicy.Memory(random.nextBoolean() ? 300 * MIB : 0, random.nextInt(1, 4), 0));
		return new PoolPolicy(workers, MAXIMUM, random.nextInt(1, 4), Duration.ofSeconds(20), Duration.ofSeconds(8),
				Duration.ofSeconds(5), Duration.ofSeconds(10), 0, 0, PoolPolicy.Backoff.DEFAULT,
				new RolloutPolicy(random.nextInt(1, 3), 0, Duration.ofSeconds(random.nextInt(5)), 5, false))
			.with(recycling)
			.with(new LostSlots(4, 0.5));
	}

	/**
	 * Looks at each worker that is told to leave because of a limit.
	 */
	private record Watch(SimulatedWorld world, Set<WorkerId> leaving) {

		Watch(SimulatedWorld world) {
			this(world, new HashSet<>());
		}

		void see(Action action) {
			if (!(action instanceof Action.Drain drain) || !drain.reason().startsWith("max-")) {
				return;
			}
			PoolView view = this.world.view();
			List<WorkerId> living = view.workers().stream().map(PoolView.WorkerView::worker).toList();
			this.leaving.retainAll(living);
			this.leaving.add(drain.worker());
			assertThat(this.leaving.size()).as("recycled at once, of %s", view.target())
				.isLessThanOrEqualTo((int) Math.ceil(view.target() / 10.0));
			assertThat(PoolInvariants.count(view, WorkerState.ACCEPTING)).as("accepting")
				.isGreaterThanOrEqualTo(view.target());
			assertThat(view.rollout().filter((rollout) -> !rollout.stage().isEnd())).as("rollout").isEmpty();
			// Degraded and whole: it has lost many, and has got them back
			assertThat(view.state()).isIn(PoolView.State.RUNNING, PoolView.State.FROZEN, PoolView.State.DEGRADED);
		}

	}

}
