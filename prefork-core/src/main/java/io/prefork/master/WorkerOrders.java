package io.prefork.master;

import io.prefork.control.Message;
import io.prefork.os.Signal;
import io.prefork.pool.Action;

/**
 * Carries out what the pool wants done with a worker: over its link, by a signal, or by
 * starting it. For the loop thread.
 */
final class WorkerOrders {

	private final WorkerProcesses processes;

	private final Evidence evidence;

	WorkerOrders(WorkerProcesses processes, Evidence evidence) {
		this.processes = processes;
		this.evidence = evidence;
	}

	void give(Action.OfWorker order) {
		if (order instanceof Action.Spawn spawn) {
			this.processes.spawn(spawn.worker(), spawn.generation());
		}
		else if (order instanceof Action.CheckHealth check) {
			this.processes.tell(check.worker(), new Message.CheckHealth());
		}
		else if (order instanceof Action.OpenGate open) {
			this.processes.tell(open.worker(), new Message.OpenGate());
		}
		else if (order instanceof Action.Drain drain) {
			this.processes.tell(drain.worker(), new Message.Drain(drain.reason()));
		}
		else if (order instanceof Action.Signal signal) {
			signal(signal);
		}
		else if (order instanceof Action.TakeEvidence take) {
			this.evidence.take(take.worker(), take.reason());
		}
	}

	/**
	 * A worker that serves takes its first TERM for a request to drain, since people send
	 * it; the pool means the end, and says so over the link too.
	 */
	private void signal(Action.Signal signal) {
		switch (signal.signal()) {
			case TERM -> {
				this.processes.tell(signal.worker(), new Message.Quit());
				this.processes.kill(signal.worker(), Signal.TERM);
			}
			case KILL -> this.processes.kill(signal.worker(), Signal.KILL);
		}
	}

}
