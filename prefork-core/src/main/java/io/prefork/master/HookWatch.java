package io.prefork.master;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

import io.prefork.pool.Action;
import io.prefork.pool.Event;
import io.prefork.pool.PoolView;
import io.prefork.pool.RolloutView;
import io.prefork.pool.WorkerId;

/**
 * Tells by looking at the pool after each event which hooks are due, in Gunicorn's order:
 * the number of workers and the reload before the processes that come of them. What the
 * master does before it starts a process, and at its own start and end, is not told here.
 */
final class HookWatch {

	private OptionalInt workers = OptionalInt.empty();

	private boolean ready;

	private int reloading;

	/**
	 * Goes on where another one stopped.
	 * @param workers the number of workers that was told last
	 * @param ready whether it was told that they are there
	 */
	void resume(int workers, boolean ready) {
		this.workers = OptionalInt.of(workers);
		this.ready = ready;
	}

	/**
	 * Whether it was told that as many workers accept as there should be.
	 */
	boolean readyTold() {
		return this.ready;
	}

	/**
	 * Looks at the pool after an event, before what it wants is done.
	 * @param event what has happened
	 * @param actions what the pool wants to be done
	 * @param view the pool as it is now
	 * @return the hooks that are due, in order
	 */
	List<Hook> observe(Event event, List<Action> actions, PoolView view) {
		List<Hook> due = new ArrayList<>();
		if (view.target() != this.workers.orElse(-1)) {
			due.add(new Hook.NworkersChanged(this.workers, view.target()));
			this.workers = OptionalInt.of(view.target());
		}
		if (event instanceof Event.Spawned spawned) {
			due.add(new Hook.PostFork(spawned.worker().slot(), spawned.pid(), generation(view, spawned.worker())));
		}
		actions.forEach((action) -> add(action, view, due));
		view.rollout().ifPresent((rollout) -> addReload(rollout, due));
		if (!this.ready && ServicePhase.STARTING.next(view, false) == ServicePhase.READY) {
			this.ready = true;
			due.add(new Hook.WhenReady(view.target(), view.generation()));
		}
		return due;
	}

	private static void add(Action action, PoolView view, List<Hook> due) {
		if (action instanceof Action.Announce announce && announce.obituary().pid() != 0) {
			due.add(new Hook.ChildExit(announce.obituary()));
		}
		else if (action instanceof Action.TakeEvidence evidence) {
			view.workers()
				.stream()
				.filter((worker) -> worker.worker().equals(evidence.worker()))
				.forEach((worker) -> due.add(new Hook.WorkerAbort(worker.worker().slot(), worker.pid(),
						worker.generation(), evidence.reason())));
		}
	}

	/**
	 * A rollout whose code is ready, once.
	 */
	private void addReload(RolloutView rollout, List<Hook> due) {
		boolean prepared = rollout.stage() != RolloutView.Stage.PREPARING && !rollout.stage().isEnd();
		if (prepared && rollout.generation() != this.reloading) {
			this.reloading = rollout.generation();
			due.add(new Hook.OnReload(rollout.generation(), rollout.rollback()));
		}
	}

	private static int generation(PoolView view, WorkerId id) {
		return view.workers()
			.stream()
			.filter((worker) -> worker.worker().equals(id))
			.mapToInt(PoolView.WorkerView::generation)
			.findFirst()
			.orElse(view.generation());
	}

}
