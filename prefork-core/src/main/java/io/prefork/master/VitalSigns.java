package io.prefork.master;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import io.prefork.os.Processes;
import io.prefork.pool.HeapAfterGc;
import io.prefork.pool.Vitals;
import io.prefork.pool.WorkerId;
import io.prefork.scoreboard.Scoreboard;
import io.prefork.scoreboard.SlotReading;

/**
 * What is seen of the workers from outside: their slots of the scoreboard, and
 * {@code /proc}. For the loop thread.
 */
final class VitalSigns {

	private final Scoreboard scoreboard;

	private final WorkerProcesses processes;

	VitalSigns(Scoreboard scoreboard, WorkerProcesses processes) {
		this.scoreboard = scoreboard;
		this.processes = processes;
	}

	/**
	 * Of all workers that have begun their heartbeat.
	 */
	Map<WorkerId, Vitals> all() {
		Map<WorkerId, Vitals> vitals = new HashMap<>();
		for (WorkerProcess process : this.processes.all()) {
			reading(process.id()).ifPresent((reading) -> vitals.put(process.id(), vitals(process, reading)));
		}
		return vitals;
	}

	private static Vitals vitals(WorkerProcess process, SlotReading reading) {
		return new Vitals(MonotonicTime.of(reading.heartbeat()), Processes.cpu(process.pid()), reading.busy(),
				oldest(reading), reading.requests(), reading.errors(), reading.timeouts().lost(),
				reading.timeouts().slots(), heapAfterGc(reading.heapAfterGc()));
	}

	private static HeapAfterGc heapAfterGc(SlotReading.HeapAfterGc heap) {
		return new HeapAfterGc(heap.used(), heap.max(), heap.collections());
	}

	private static Optional<Instant> oldest(SlotReading reading) {
		return (reading.oldestRequest() != 0) ? Optional.of(MonotonicTime.of(reading.oldestRequest()))
				: Optional.empty();
	}

	Optional<SlotReading> reading(WorkerId worker) {
		return this.scoreboard.read(worker.slot(), worker.serial());
	}

}
