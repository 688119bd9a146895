package io.prefork.pool;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * <li>The workers that count never exceed the target by more than the surge: a tenth of
 * the target, at least one. No more boot than may at once.</li>
 * <li>An accepting worker is told to leave only if, after that, as many accept as the
 * target says; except on dismissal and stop, and if it has no request slot left.</li>
 * <li>No more than two workers that a reload has replaced are leaving at a time.</li>
 * <li>A ticket is answered once, and tickets of 0 never.</li>
 * <li>Exits are counted, each once. Generations and spawns never run backwards.</li>
 * <li>The master ends once, as the last action, with no process left; and not but by
 * order once any worker was ready.</li>
 * </ol>
 */
final class PoolInvariants {

	private final PoolPolicy policy;

	private final Pool pool;

	private final Set<Long> unanswered = new HashSet<>();

	private final Set<WorkerId> reloaded = new HashSet<>();

	private PoolView before;

	private long reaped;

	private boolean everReady;

	private boolean stopOrdered;

	private boolean terminated;

	PoolInvariants(PoolPolicy policy, Pool pool) {
		this.policy = policy;
		this.pool = pool;
		this.before = pool.view();
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
		}
		else if (action instanceof Action.Drain drain) {
			assertThat(processes).containsKey(drain.worker());
			if (drain.reason().equals("reload")) {
				this.reloaded.add(drain.worker());
				assertThat(this.reloaded).hasSizeLessThanOrEqualTo(2);
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

	void after(List<Action> actions, Set<WorkerId> processes) {
		PoolView view = this.pool.view();
		require(ids(view).equals(processes), "the pool knows its processes");
		require(view.exits().values().stream().mapToLong(Long::longValue).sum() == this.reaped, "exits are counted");
		require(view.generation() >= this.before.generation(), "generations run forwards");
		require(spawns(actions) == view.spawned() - this.before.spawned(), "each worker is spawned once");
		require(count(view, WorkerState.SPAWNED) + count(view, WorkerState.BOOTING) <= this.policy.bootsAtOnce(),
				"no more boot than may at once");
		int surge = Math.max(1, (view.target() + 9) / 10);
		long counting = view.workers().stream().filter((worker) -> worker.state().counts()).count();
		require(counting <= view.target() + surge, "no more count than the target and the surge");
		boolean serving = view.state() != PoolView.State.DISMISSED && view.state() != PoolView.State.STOPPING;
		require(!serving || !drainsAccepting(actions) || count(view, WorkerState.ACCEPTING) >= view.target(),
				"nobody is drained whom the target needs");
		this.everReady |= count(view, WorkerState.READY) + count(view, WorkerState.ACCEPTING) > 0;
		this.before = view;
	}

	private void require(boolean holds, String rule) {
		if (!holds) {
			throw new AssertionError(rule + "; before: " + this.before + "; after: " + this.pool.view());
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
