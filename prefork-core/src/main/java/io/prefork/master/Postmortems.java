package io.prefork.master;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

import io.prefork.os.MemoryGroup;
import io.prefork.os.Processes;
import io.prefork.os.Signal;
import io.prefork.pool.Postmortem;
import io.prefork.pool.WorkerId;
import io.prefork.scoreboard.Scoreboard;
import io.prefork.scoreboard.SlotReading;
import io.prefork.worker.OutputTail;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for what dead workers have left: the last reading of their slot, what the kernel
 * counts, files of the JVM's, their last lines. What can only be had of the living is
 * sampled every some seconds.
 */
final class Postmortems {

	private static final Logger logger = LoggerFactory.getLogger(Postmortems.class);

	private static final String KILLED = Signal.name(Signal.KILL.number());

	/**
	 * Time between two samples.
	 */
	private static final Duration INTERVAL = Duration.ofSeconds(5);

	private final Scoreboard scoreboard;

	private final MemoryGroup memory;

	private final Path workingDirectory;

	private final String user;

	private final OomKills oomKills = new OomKills();

	private Instant nextSample = Instant.MIN;

	private volatile String pressure = "";

	/**
	 * Makes an instance.
	 * @param user name of the user that workers run as
	 * @param oomKills what the kernel had counted of its OOM killer before this process
	 * became what it is, or empty
	 */
	Postmortems(Scoreboard scoreboard, MemoryGroup memory, Path workingDirectory, String user, OptionalLong oomKills) {
		this.scoreboard = scoreboard;
		this.memory = memory;
		this.workingDirectory = workingDirectory;
		this.user = user;
		this.oomKills.sample(oomKills, MonotonicTime.now());
		this.oomKills.sample(memory.oomKills(), MonotonicTime.now());
	}

	/**
	 * Takes samples of the living if it is time. For the loop thread.
	 * @return resident memory of those that it was sampled of, in bytes
	 */
	Map<WorkerId, Long> sample(Collection<WorkerProcess> processes, Instant now) {
		if (now.isBefore(this.nextSample)) {
			return Map.of();
		}
		this.nextSample = now.plus(INTERVAL);
		Map<WorkerId, Long> resident = new HashMap<>();
		for (WorkerProcess process : processes) {
			Processes.resident(process.pid()).ifPresent((bytes) -> {
				process.sampleResident(bytes);
				resident.put(process.id(), bytes);
			});
		}
		this.pressure = this.memory.pressure();
		this.oomKills.sample(this.memory.oomKills(), now);
		return resident;
	}

	/**
	 * What the kernel had counted of its OOM killer, as far as no worker can have died of
	 * it that is not known yet.
	 */
	OptionalLong oomKills() {
		return this.oomKills.unclaimed();
	}

	/**
	 * The end of a process.
	 *
	 * @param died when it was noticed, by the calendar
	 * @param nanoTime the same as of {@link System#nanoTime()}
	 * @param traces what tells one cause from another
	 */
	record Death(Instant died, long nanoTime, Postmortem.Traces traces) {
	}

	/**
	 * Takes note of the end of a process, and looks at once for what tells one cause from
	 * another: files in {@code /tmp} may be swept away soon. Like {@link #examine} not
	 * for the loop thread, and failing at nothing, since an end must be told of whatever
	 * is found.
	 */
	Death death(WorkerProcess process, String signal) {
		Instant died = Instant.now().truncatedTo(ChronoUnit.MILLIS);
		long nanoTime = System.nanoTime();
		try {
			return new Death(died, nanoTime, traces(process, signal));
		}
		catch (RuntimeException | Error ex) {
			logger.warn("What has ended process {} cannot be looked into", process.pid(), ex);
			return new Death(died, nanoTime, Postmortem.Traces.NONE);
		}
	}

	private Postmortem.Traces traces(WorkerProcess process, String signal) {
		boolean killed = signal.equals(KILLED);
		Postmortem.OomKill oomKill = (killed && !process.isKilled()) ? this.oomKills.claim(this.memory.oomKills())
				: Postmortem.OomKill.NOT_COUNTED;
		return new Postmortem.Traces(oomKill, killed ? this.pressure : "", process.faults().exitsOnOutOfMemory(),
				Processes.hasPerformanceData(process.pid(), this.user));
	}

	/**
	 * Examines a worker whose process has ended.
	 */
	Postmortem examine(WorkerProcess process, Death death, String firstOutput) {
		try {
			Optional<Postmortem.Crash> crash = CrashReport.find(process.pid(), process.faults().errorFile(),
					this.workingDirectory, process.spawned());
			String last = OutputTail.read(process.spec().lastOutput());
			return new Postmortem(Optional.of(death.died()), death.traces(), crash, memory(process),
					inFlight(process.id(), death.nanoTime()), last.isEmpty() ? firstOutput : last);
		}
		catch (RuntimeException | Error ex) {
			logger.warn("What process {} has left cannot be looked into", process.pid(), ex);
			return new Postmortem(Optional.of(death.died()), death.traces(), Optional.empty(),
					Postmortem.Memory.UNKNOWN, List.of(), firstOutput);
		}
	}

	private Postmortem.Memory memory(WorkerProcess process) {
		WorkerId worker = process.id();
		Optional<SlotReading> reading = this.scoreboard.read(worker.slot(), worker.serial());
		return new Postmortem.Memory(process.resident(), reading.map(SlotReading::heapUsed).orElse(0L),
				Math.max(0, reading.map(SlotReading::heapMax).orElse(0L)));
	}

	private List<Postmortem.InFlight> inFlight(WorkerId worker, long until) {
		return this.scoreboard.oldestRequests(worker.slot(), worker.serial())
			.stream()
			.map((request) -> new Postmortem.InFlight(request.request(),
					Duration.ofNanos(Math.max(0, until - request.start()))))
			.toList();
	}

}
