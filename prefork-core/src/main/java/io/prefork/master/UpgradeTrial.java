package io.prefork.master;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import io.prefork.os.ExitStatus;
import io.prefork.os.OperatingSystem;
import io.prefork.os.Signal;
import io.prefork.os.SpawnRequest;
import io.prefork.worker.WorkerSpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts what the master would become as a child, which only finds out whether it could
 * go on, says so by a file, and ends: as process 1 the master may lose its exit status.
 */
final class UpgradeTrial {

	private static final Logger logger = LoggerFactory.getLogger(UpgradeTrial.class);

	private final OperatingSystem os;

	/**
	 * The process, 0 if there is none that may be sent a signal.
	 */
	private int running;

	private boolean late;

	UpgradeTrial(OperatingSystem os) {
		this.os = os;
	}

	/**
	 * Why it failed.
	 *
	 * @param reason one clause
	 * @param output what it printed last
	 */
	record Failure(String reason, String output) {
	}

	/**
	 * Runs it. Blocks.
	 * @return why it failed, or empty if it succeeded
	 */
	Optional<Failure> run(UpgradePlan plan, Handover.Trial trial) throws IOException {
		WorkerLauncher.Launch launch = plan.trial();
		Map<String, String> environment = new HashMap<>(launch.environment());
		environment.put(WorkerSpec.HANDOVER_VARIABLE, trial.variable());
		int pid = begin(new SpawnRequest(launch.command(), environment, trial.output(), List.of()));
		Thread limit = Master.daemon("prefork-trial", () -> endAfter(plan.timeout(), pid));
		limit.start();
		String end = awaitEnd(pid, plan.timeout());
		limit.interrupt();
		if (trial.isAccepted()) {
			return Optional.empty();
		}
		return Optional.of(new Failure("its trial run " + end, FileTail.read(trial.output())));
	}

	private synchronized int begin(SpawnRequest request) throws IOException {
		this.late = false;
		this.running = this.os.spawn(request);
		return this.running;
	}

	private void endAfter(Duration limit, int pid) {
		try {
			TimeUnit.NANOSECONDS.sleep(limit.toNanos());
			endLate(pid);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private synchronized void endLate(int pid) {
		if (this.running == pid) {
			this.late = true;
			end();
		}
	}

	/**
	 * Ends it, if there is one.
	 */
	synchronized void end() {
		try {
			if (this.running != 0) {
				this.os.kill(this.running, Signal.KILL);
			}
		}
		catch (IOException ex) {
			logger.debug("Process {} could not be ended", this.running, ex);
		}
	}

	private String awaitEnd(int pid, Duration limit) {
		try {
			this.os.awaitEnd(pid);
			ExitStatus status = reap(pid);
			if (isLate()) {
				return "took longer than " + limit.toMillis() + " ms (prefork.upgrade-timeout)";
			}
			return (status instanceof ExitStatus.Exited exited) ? "ended with status " + exited.code()
					: "was ended by " + Signal.name(((ExitStatus.Signalled) status).number());
		}
		catch (IOException ex) {
			return "ended";
		}
		finally {
			forget();
		}
	}

	/**
	 * From here on the process id may be another process's.
	 */
	private synchronized ExitStatus reap(int pid) throws IOException {
		this.running = 0;
		return this.os.await(pid);
	}

	private synchronized boolean isLate() {
		return this.late;
	}

	private synchronized void forget() {
		this.running = 0;
	}

}
