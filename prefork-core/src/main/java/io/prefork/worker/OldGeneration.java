package io.prefork.worker;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.Optional;

import io.prefork.scoreboard.SlotReading;
import org.jspecify.annotations.Nullable;

/**
 * What collections leave in the old generation of this JVM's heap: the heap's use just
 * now is mostly garbage, and tells nothing of a leak. Used by one thread.
 */
final class OldGeneration {

	/**
	 * Looks between two readings. Who begins at the first look has the boot behind it,
	 * which the classes of the management interface would else slow down.
	 */
	static final int LOOKS = 25;

	private int looks;

	private @Nullable MemoryPoolMXBean pool;

	private SlotReading.HeapAfterGc last = SlotReading.HeapAfterGc.NONE;

	/**
	 * Looks, and reads every {@value #LOOKS} times.
	 * @return the last reading
	 */
	SlotReading.HeapAfterGc look() {
		this.looks++;
		if (this.looks == LOOKS) {
			this.looks = 0;
			read();
		}
		return this.last;
	}

	private void read() {
		if (this.pool == null) {
			this.pool = find(ManagementFactory.getMemoryPoolMXBeans()).orElse(null);
		}
		MemoryUsage usage = (this.pool != null) ? this.pool.getCollectionUsage() : null;
		if (usage != null) {
			this.last = after(this.last, usage, Runtime.getRuntime().maxMemory());
		}
	}

	/**
	 * The next reading. That the use after the last collection has changed is the one
	 * sign of another collection that all collectors give: what counts them also counts
	 * those that leave the old generation alone.
	 */
	static SlotReading.HeapAfterGc after(SlotReading.HeapAfterGc last, MemoryUsage usage, long heapMax) {
		if (usage.getUsed() == last.used()) {
			return last;
		}
		long max = (usage.getMax() > 0) ? usage.getMax() : heapMax;
		return new SlotReading.HeapAfterGc(usage.getUsed(), max, last.collections() + 1);
	}

	/**
	 * The pool of the heap that objects do not leave: {@code Tenured Gen},
	 * {@code PS Old Gen}, {@code G1 Old Gen}, {@code ZGC Old Generation}, or the only one
	 * of a collector without generations.
	 */
	static Optional<MemoryPoolMXBean> find(List<MemoryPoolMXBean> pools) {
		List<MemoryPoolMXBean> heap = pools.stream()
			.filter((pool) -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
			.toList();
		return (heap.size() == 1) ? Optional.of(heap.get(0))
				: heap.stream().filter((pool) -> pool.getName().matches(".*(Old|Tenured).*")).findFirst();
	}

}
