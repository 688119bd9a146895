package io.prefork.pool;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What holds after each event, whatever happens.
 * <ol>
 * <li>One slot holds at most one process that has not been reaped, and every slot is
 * below the size of the scoreboard.</li>
 * <li>The pool knows exactly the processes that have not been reaped.</li>
 * <li>A worker is spawned once, its serial is the next, and it is told or sent nothing
 * before its spawn, no signal before its process is known, and nothing after it was
 * reaped.</li>
 * <li>The workers that count never exceed the target by more than the surge, that of a
 * rollout or else a tenth of the target, at least one; and a canary. No more boot than
 * may at once.</li>
 * <li>An accepting worker is told to leave only if, after that, as many accept as the
 * target says, less those that a rollout may do without; except on dismissal and stop,
 * and if it has no request slot left.</li>
 * <li>The target is at least 1 and no more than may be.</li>
 * <li>No more than two workers that a reload has replaced are leaving at a time, or as
 * many as it may replace at once; none before its canary has been started.</li>
 * <li>A canary's gate is opened only when it has said that it is well.</li>
 * <li>A generation is prepared once, and becomes the pool's after that.</li>
 * <li>A ticket is answered once, and tickets of 0 never.</li>
 * <li>Exits are counted, each once. Generations and spawns never run backwards.</li>
 * <li>The master ends once, as the last action, with no process left; and not but by
 * order once any worker was ready.</li>
 * </ol>
 */
final class PoolInvariants {

	private final PoolPolicy policy;

	private final Supplier<PoolView> pool;

	private final Set<Long> unanswered = new HashSet<>();

	private final Set<WorkerId> reloaded = new HashSet<>();

	private final Set<WorkerId> well = new HashSet<>();

	private int prepared = 1;

	private int used;

	private PoolView before;

	private long reaped;

	private boolean everReady;

	private boolean stopOrdered;

	private boolean terminated;

	PoolInvariants(PoolPolicy policy, Supplier<PoolView> pool) {
		this.policy = policy;
		this.pool = pool;
		this.before = pool.get();
	}

	void asked(long ticket) {
		this.unanswered.add(ticket);
	}

	void before(Event event) {
		this.stopOrdered |= event instanceof Event.Stop;
		boolean gone = event instanceof Event.Exited || event instanceof Event.SpawnFailed;
		this.reaped += gone ? 1 : 0;
		if (event instanceof Event.Exited exited) {
			this.reloaded.remove(exited.worker());
		}
		if (event instanceof Event.Health health && health.ailment().isEmpty()) {
			this.well.add(health.worker());
		}
	}

	/**
	 * Checks an action before it is carried out.
	 */
	void check(Action action, Map<WorkerId, SimulatedProcess> processes) {
		assertThat(this.terminated).as("nothing after the end").isFalse();
		if (action instanceof Action.Spawn spawn) {
			assertThat(processes.keySet()).extracting(WorkerId::slot).doesNotContain(spawn.worker().slot());
			assertThat(spawn.worker().slot()).isLessThan(this.policy.slots());
			assertThat(spawn.generation()).isPositive();
		}
		else if (action instanceof Action.OpenGate gate) {
			assertThat(processes).containsKey(gate.worker());
			assertThat(mustBeWell(processes.get(gate.worker())) && !this.well.contains(gate.worker()))
				.as("the gate of an unwell canary stays shut")
				.isFalse();
		}
		else if (action instanceof Action.CheckHealth check) {
			assertThat(processes).containsKey(check.worker());
		}
		else if (action instanceof Action.Prepare prepare) {
			assertThat(prepare.generation()).isEqualTo(++this.prepared);
		}
		else if (action instanceof Action.Used use) {
			assertThat(use.generation()).isGreaterThan(this.used).isLessThanOrEqualTo(this.prepared);
			this.used = use.generation();
		}
		else if (action instanceof Action.Drain drain) {
			assertThat(processes).containsKey(drain.worker());
			if (drain.reason().startsWith("reload")) {
				this.reloaded.add(drain.worker());
				RolloutPolicy rollout = this.policy.rollout();
				assertThat(this.reloaded)
					.hasSizeLessThanOrEqualTo(Math.max(2, rollout.surge() + rollout.maxUnavailable()));
				assertThat(drain.reason().equals("reload")
						&& this.before.rollout().orElseThrow().stage() == RolloutView.Stage.PREPARING)
					.as("the old generation is whole while code is being prepared")
					.isFalse();
			}
		}
		else if (action instanceof Action.Signal signal) {
			assertThat(processes).containsKey(signal.worker());
			assertThat(processes.get(signal.worker()).spawnTold).as("signal before spawned").isTrue();
		}
		else if (action instanceof Action.TakeEvidence evidence) {
			assertThat(processes).containsKey(evidence.worker());
		}
		else if (action instanceof Action.Reply reply) {
			assertThat(this.unanswered.remove(reply.ticket())).as("ticket %s", reply.ticket()).isTrue();
		}
		else if (action instanceof Action.Terminate terminate) {
			this.terminated = true;
			assertThat(processes).isEmpty();
			assertThat(this.stopOrdered || !this.everReady).isTrue();
			assertThat(terminate.reason().isEmpty()).isEqualTo(terminate.status() == 0);
		}
	}

	private boolean mustBeWell(SimulatedProcess process) {
		return this.policy.rollout().health() && this.pool.get()
			.rollout()
			.filter((rollout) -> rollout.stage() == RolloutView.Stage.CANARY)
			.filter((rollout) -> rollout.generation() == process.generation)
			.isPresent();
	}

	void after(List<Action> actions, Set<WorkerId> processes) {
		PoolView view = this.pool.get();
		require(ids(view).equals(processes), "the pool knows its processes");
		require(view.exits().values().stream().mapToLong(Long::longValue).sum() == this.reaped, "exits are counted");
		require(view.generation() >= this.before.generation(), "generations run forwards");
		require(spawns(actions) == view.spawned() - this.before.spawned(), "each worker is spawned once");
		require(count(view, WorkerState.SPAWNED) + count(view, WorkerState.BOOTING) <= this.policy.bootsAtOnce(),
				"no more boot than may at once");
		require(view.target() >= 1 && view.target() <= this.policy.scale().maximum(), "the target keeps to its bounds");
		RolloutPolicy rollout = this.policy.rollout();
		int surge = 1 + Math.max(rollout.surge(view.target()), (view.target() + 9) / 10);
		long counting = view.workers().stream().filter((worker) -> worker.state().counts()).count();
		require(counting <= view.target() + surge, "no more count than the target and the surge");
		boolean serving = view.state() != PoolView.State.DISMISSED && view.state() != PoolView.State.STOPPING;
		require(!serving || !drainsAccepting(actions)
				|| count(view, WorkerState.ACCEPTING) >= view.target() - rollout.unavailable(view.target()),
				"nobody is drained whom the target needs");
		this.everReady |= count(view, WorkerState.READY) + count(view, WorkerState.ACCEPTING) > 0;
		this.before = view;
	}

	private void require(boolean holds, String rule) {
		if (!holds) {
			throw new AssertionError(rule + "; before: " + this.before + "; after: " + this.pool.get());
		}
	}

	private boolean drainsAccepting(List<Action> actions) {
		Set<WorkerId> accepting = this.before.workers()
			.stream()
			.filter((worker) -> worker.state() == WorkerState.ACCEPTING)
			.map(PoolView.WorkerView::worker)
			.collect(Collectors.toSet());
		return actions.stream()
			.anyMatch((action) -> action instanceof Action.Drain drain && accepting.contains(drain.worker())
					&& !drain.reason().startsWith("a request had been running"));
	}

	private static long spawns(List<Action> actions) {
		return actions.stream().filter(Action.Spawn.class::isInstance).count();
	}

	private static Set<WorkerId> ids(PoolView view) {
		return view.workers().stream().map(PoolView.WorkerView::worker).collect(Collectors.toSet());
	}

	static long count(PoolView view, WorkerState state) {
		return view.workers().stream().filter((worker) -> worker.state() == state).count();
	}

	Set<Long> unanswered() {
		return this.unanswered;
	}

	boolean terminated() {
		return this.terminated;
	}

}
