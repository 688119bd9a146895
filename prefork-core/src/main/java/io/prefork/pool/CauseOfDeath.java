package io.prefork.pool;

import io.prefork.pool.Departure.Step;
import io.prefork.pool.ExitCause.Code.Ending;
import io.prefork.pool.Postmortem.Memory;
import io.prefork.pool.Postmortem.OomKill;

/**
 * Tells why a worker's process has ended. What the master knows of why the worker was to
 * go comes before how it went, except for what no order brings about.
 */
final class CauseOfDeath {

	/**
	 * Status of a JVM that runs out of memory under {@code -XX:+ExitOnOutOfMemoryError}
	 * (HotSpot, {@code report_java_out_of_memory}).
	 */
	private static final int OUT_OF_MEMORY = 3;

	private CauseOfDeath() {
	}

	static ExitCause of(WorkerRecord worker, Event.Exited exit) {
		Departure departure = worker.departure();
		if (departure == null) {
			return worker.ready() ? unasked(worker, exit) : bootFailure(worker, exit);
		}
		if (departure.forced()) {
			return departure.cause();
		}
		if (departure.announced() && !worker.ready()) {
			return new ExitCause.BootFailure(false, departure.cause().describe() + " before it was ready");
		}
		ExitCause unasked = unasked(worker, exit);
		return isNoWayToLeave(unasked, departure) ? unasked : departure.cause();
	}

	private static boolean isNoWayToLeave(ExitCause cause, Departure departure) {
		return switch (cause.kind()) {
			case JVM_CRASH, OUT_OF_MEMORY -> true;
			case OOM_KILL, SIGNAL -> departure.step() != Step.KILL
					&& !(cause instanceof ExitCause.Signalled signalled && signalled.signal().equals("SIGTERM"));
			case VOLUNTARY, MAX_REQUESTS, MAX_AGE, MAX_MEMORY, MAX_HEAP_AFTER_GC, EXIT_CODE, BOOT_FAILURE, BOOT_TIMEOUT,
					HEARTBEAT_TIMEOUT, REQUEST_TIMEOUT, DEADLOCK, DRAIN_TIMEOUT ->
				false;
		};
	}

	private static ExitCause bootFailure(WorkerRecord worker, Event.Exited exit) {
		return new ExitCause.BootFailure(false, unasked(worker, exit).describe() + " before it was ready");
	}

	private static ExitCause unasked(WorkerRecord worker, Event.Exited exit) {
		Postmortem found = exit.found();
		if (found.crash().isPresent()) {
			Postmortem.Crash crash = found.crash().get();
			return crash.outOfMemory() ? new ExitCause.OutOfMemory(crash.problem() + " (" + crash.file() + ")")
					: new ExitCause.JvmCrash(crash.problem(), crash.file());
		}
		return exit.code().isPresent() ? exited(worker, exit.code().getAsInt(), found) : killed(exit.signal(), found);
	}

	private static ExitCause exited(WorkerRecord worker, int code, Postmortem found) {
		Postmortem.Traces traces = found.traces();
		Memory memory = found.memory();
		if (code == OUT_OF_MEMORY && traces.exitsOnOutOfMemory() && !worker.shuttingDown()
				&& (traces.uncleaned() || memory.heapFull())) {
			return new ExitCause.OutOfMemory((memory.heapMax() == 0) ? "" : "heap " + SizeText.of(memory.heapUsed())
					+ " of " + SizeText.of(memory.heapMax()) + (memory.heapFull() ? "" : ", so rather another memory"));
		}
		return new ExitCause.Code(code, ending(worker));
	}

	/**
	 * Before it has connected a worker cannot say that it is shutting down.
	 */
	private static Ending ending(WorkerRecord worker) {
		if (worker.shuttingDown()) {
			return Ending.SHUTDOWN;
		}
		return (worker.reached() == WorkerState.SPAWNED) ? Ending.UNKNOWN : Ending.HALT;
	}

	private static ExitCause killed(String signal, Postmortem found) {
		if (signal.equals("SIGXCPU")) {
			return new ExitCause.Signalled(signal, "its limit of processor time (ulimit -t) is used up");
		}
		if (!signal.equals("SIGKILL")) {
			return new ExitCause.Signalled(signal);
		}
		if (found.traces().oomKill() == OomKill.COUNTED) {
			return new ExitCause.OomKilled(found.memory().resident());
		}
		boolean suspect = found.traces().oomKill() == OomKill.UNKNOWN && !found.traces().pressure().isEmpty();
		return new ExitCause.Signalled(signal,
				suspect ? "perhaps by the kernel's OOM killer: " + found.traces().pressure() : "");
	}

}
