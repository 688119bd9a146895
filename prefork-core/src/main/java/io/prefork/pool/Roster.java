package io.prefork.pool;

import java.time.Instant;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * The workers whose processes are not known to be gone, and the slots that they hold. A
 * slot is free again when its process has been reaped and not before.
 */
final class Roster {

	private final Map<WorkerId, WorkerRecord> workers = new LinkedHashMap<>();

	private final BitSet slots = new BitSet();

	private final int size;

	private long serial;

	Roster(int size) {
		this.size = size;
	}

	/**
	 * Enters a new worker.
	 * @param slot a free slot
	 */
	WorkerRecord add(int slot, int generation, Wear wear, Instant now) {
		WorkerId id = new WorkerId(slot, ++this.serial);
		WorkerRecord worker = new WorkerRecord(id, generation, wear, now);
		this.slots.set(id.slot());
		this.workers.put(id, worker);
		return worker;
	}

	/**
	 * Takes over workers of before, and goes on with their numbers.
	 */
	void resume(CarriedPool carried, Function<CarriedWorker.Worn, Wear> wear) {
		this.serial = carried.spawned();
		for (CarriedWorker each : carried.workers()) {
			WorkerRecord worker = WorkerRecord.resume(each, wear.apply(each.worn()));
			this.slots.set(worker.id().slot());
			this.workers.put(worker.id(), worker);
		}
	}

	void remove(WorkerRecord worker) {
		this.workers.remove(worker.id());
		this.slots.clear(worker.id().slot());
	}

	boolean isFree(int slot) {
		return !this.slots.get(slot);
	}

	/**
	 * The lowest free slot of those that are preferred, or of all. There must be one.
	 */
	int freeSlot(IntPredicate preferred) {
		for (int slot = this.slots.nextClearBit(0); slot < this.size; slot = this.slots.nextClearBit(slot + 1)) {
			if (preferred.test(slot)) {
				return slot;
			}
		}
		return this.slots.nextClearBit(0);
	}

	@Nullable WorkerRecord find(WorkerId id) {
		return this.workers.get(id);
	}

	/**
	 * All of them, oldest first.
	 */
	Collection<WorkerRecord> all() {
		return this.workers.values();
	}

	/**
	 * Those that fit, oldest first, as a copy.
	 */
	List<WorkerRecord> those(Predicate<WorkerRecord> which) {
		return this.workers.values().stream().filter(which).toList();
	}

	int count(Predicate<WorkerRecord> which) {
		int count = 0;
		for (WorkerRecord worker : this.workers.values()) {
			count += which.test(worker) ? 1 : 0;
		}
		return count;
	}

	/**
	 * Those that count, and those whose processes have ended of nobody knows what yet.
	 */
	int countingOrLost() {
		return count((worker) -> worker.counts() || worker.isLost());
	}

	int accepting() {
		return count(WorkerRecord::accepting);
	}

	int booting() {
		return count(WorkerRecord::booting);
	}

	int living() {
		return this.workers.size();
	}

	/**
	 * Whether a worker is leaving for whom there is no successor.
	 */
	boolean retreating() {
		return count((worker) -> worker.departure() != null && !worker.replaced()) > 0;
	}

	boolean full() {
		return this.workers.size() >= this.size;
	}

	/**
	 * Number of the last spawn.
	 */
	long spawned() {
		return this.serial;
	}

	List<PoolView.WorkerView> view() {
		return this.workers.values()
			.stream()
			.map(WorkerRecord::view)
			.sorted(Comparator.comparingInt((worker) -> worker.worker().slot()))
			.toList();
	}

}
