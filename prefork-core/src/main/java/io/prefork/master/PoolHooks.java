package io.prefork.master;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

import io.prefork.control.Message;
import io.prefork.pool.Action;
import io.prefork.pool.Event;
import io.prefork.pool.PoolView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells hooks, and the workers, what becomes of the pool. For the loop thread, which it
 * neither blocks nor fails.
 */
final class PoolHooks {

	private static final Logger logger = LoggerFactory.getLogger(PoolHooks.class);

	private final HookWatch watch = new HookWatch();

	private final WorkerProcesses workers;

	private final Executor loop;

	private volatile Hooks hooks;

	PoolHooks(Hooks hooks, WorkerProcesses workers, Executor loop) {
		this.hooks = hooks;
		this.workers = workers;
		this.loop = loop;
	}

	void use(Hooks hooks) {
		this.hooks = hooks;
	}

	/**
	 * Goes on where the program stopped that this process was before.
	 */
	void resume(Handover handover) {
		this.watch.resume(handover.pool().target(), handover.readyTold());
	}

	boolean readyTold() {
		return this.watch.readyTold();
	}

	/**
	 * The master is about to become another program. Blocks; not for the loop thread.
	 * @return why it must not, a clause that follows the executable's name, or empty
	 */
	Optional<String> preExec() throws InterruptedException {
		return this.hooks.preExec();
	}

	/**
	 * Whether no executable runs or waits for its turn.
	 */
	boolean isIdle() {
		return this.hooks.isIdle();
	}

	boolean owns(int pid) {
		return this.hooks.owns(pid);
	}

	/**
	 * Looks at the pool after an event, before what it wants is done.
	 */
	void observe(Event event, List<Action> actions, PoolView view) {
		try {
			this.watch.observe(event, actions, view).forEach(this::tell);
		}
		catch (RuntimeException | Error ex) {
			logger.error("Hooks are left out after an error of the master's own; please report it", ex);
		}
	}

	private void tell(Hook hook) {
		this.hooks.tell(hook);
		if (hook instanceof Hook.NworkersChanged changed && changed.previous().isPresent()) {
			this.workers.tellAll(new Message.WorkersChanged(changed.previous().getAsInt(), changed.workers()));
		}
	}

	/**
	 * Has a worker started when its hook has had its turn. To the pool that is a start
	 * that takes longer.
	 */
	void start(Action.Spawn spawn, Runnable start) {
		this.hooks.before(new Hook.PreFork(spawn.worker().slot(), spawn.generation()), this.loop, start);
	}

	/**
	 * The end. Blocks, since nothing is left to be done.
	 */
	void end(Action.Terminate terminate) {
		this.hooks.end(new Hook.OnExit(terminate.status(), terminate.reason()));
	}

}
