package io.prefork.master;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import io.prefork.os.ExitStatus;
import io.prefork.os.OperatingSystem;
import io.prefork.os.Signal;
import io.prefork.os.SpawnRequest;
import io.prefork.worker.WorkerSpec;

/**
 * Starts what the master would become as a child, which only finds out whether it could
 * go on, says so by a file, and ends: as process 1 the master may lose its exit status.
 */
final class UpgradeTrial {

	private static final int LONGEST_OUTPUT = 8 * 1024;

	private final OperatingSystem os;

	private final ScheduledExecutorService timer;

	UpgradeTrial(OperatingSystem os, ScheduledExecutorService timer) {
		this.os = os;
		this.timer = timer;
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
		int pid = this.os.spawn(new SpawnRequest(launch.command(), environment, trial.output(), List.of()));
		String end = awaitEnd(pid, plan.timeout());
		if (trial.isAccepted()) {
			return Optional.empty();
		}
		return Optional.of(new Failure("its trial run " + end, output(trial)));
	}

	private String awaitEnd(int pid, Duration limit) {
		ScheduledFuture<?> overdue = this.timer.schedule(() -> this.os.kill(pid, Signal.KILL), limit.toMillis(),
				TimeUnit.MILLISECONDS);
		try {
			this.os.awaitEnd(pid);
			// From here on the process id may be another process's.
			boolean late = !overdue.cancel(false);
			ExitStatus status = this.os.await(pid);
			if (late) {
				return "took longer than " + limit.toMillis() + " ms (prefork.upgrade-timeout)";
			}
			return (status instanceof ExitStatus.Exited exited) ? "ended with status " + exited.code()
					: "was ended by " + Signal.name(((ExitStatus.Signalled) status).number());
		}
		catch (IOException ex) {
			overdue.cancel(false);
			return "ended";
		}
	}

	private static String output(Handover.Trial trial) {
		try {
			String output = Files.readString(trial.output(), StandardCharsets.ISO_8859_1);
			byte[] bytes = output.getBytes(StandardCharsets.ISO_8859_1);
			int from = Math.max(0, bytes.length - LONGEST_OUTPUT);
			return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8).strip();
		}
		catch (IOException ex) {
			return "";
		}
	}

}
