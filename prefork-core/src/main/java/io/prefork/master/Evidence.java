package io.prefork.master;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.prefork.control.Message;
import io.prefork.os.Processes;
import io.prefork.os.Signal;
import io.prefork.pool.Event;
import io.prefork.pool.WorkerId;

/**
 * Takes a thread dump of a worker that is about to be killed. First over the control
 * link, answered by a thread of the worker's that never runs requests; failing that by
 * SIGQUIT, with which HotSpot prints the dump to the worker's standard output. Both are
 * bounded in time. A stopped process answers neither, and is not asked. Methods are for
 * the loop thread.
 */
final class Evidence {

	private static final Duration LINK_TIMEOUT = Duration.ofMillis(1000);

	/**
	 * Time that HotSpot is given to print, since nobody tells when it is done.
	 */
	private static final Duration PRINT_TIME = Duration.ofMillis(500);

	private final WorkerProcesses processes;

	private final ScheduledExecutorService timer;

	private final Consumer<Event> events;

	private final Consumer<Runnable> loop;

	Evidence(WorkerProcesses processes, ScheduledExecutorService timer, Consumer<Event> events,
			Consumer<Runnable> loop) {
		this.processes = processes;
		this.timer = timer;
		this.events = events;
		this.loop = loop;
	}

	void take(WorkerId id, String reason) {
		WorkerProcess process = this.processes.get(id);
		if (process == null) {
			return;
		}
		if (Processes.stopped(process.pid())) {
			this.events.accept(new Event.EvidenceTaken(id,
					"no stack: the process is stopped (SIGSTOP or a debugger), and was not asked"));
		}
		else if (process.connection() != null) {
			this.processes.tell(id, new Message.TakeEvidence(reason));
			later(LINK_TIMEOUT, () -> askVirtualMachine(process,
					"no answer over the control link within " + LINK_TIMEOUT.toMillis() + " ms"));
		}
		else {
			askVirtualMachine(process, "there is no control link yet");
		}
	}

	/**
	 * A worker has sent its dump.
	 */
	void arrived(WorkerId id, String text) {
		WorkerProcess process = this.processes.get(id);
		if (process != null && process.evidenceTaken()) {
			this.events.accept(new Event.EvidenceTaken(id, text));
		}
	}

	private void askVirtualMachine(WorkerProcess process, String reason) {
		if (this.processes.get(process.id()) != process || process.hasEvidence()) {
			return;
		}
		this.processes.kill(process.id(), Signal.QUIT);
		later(PRINT_TIME, () -> {
			if (process.evidenceTaken()) {
				this.events.accept(new Event.EvidenceTaken(process.id(),
						reason + "; asked the virtual machine by SIGQUIT, which prints the stacks "
								+ "to the worker's output if it can"));
			}
		});
	}

	private void later(Duration delay, Runnable task) {
		this.timer.schedule(() -> this.loop.accept(task), delay.toMillis(), TimeUnit.MILLISECONDS);
	}

}
