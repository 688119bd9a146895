package io.prefork.pool;

import java.util.Comparator;
import java.util.function.Predicate;

/**
 * Orders workers by what their leaving costs, the least first: not yet up and newest,
 * then up and not serving, then those that are to be replaced anyway, then the least busy
 * and oldest.
 */
final class LeastLoss implements Comparator<WorkerRecord> {

	private final Comparator<WorkerRecord> order;

	/**
	 * Creates the order.
	 * @param outgoing tells workers that are to be replaced anyway
	 */
	LeastLoss(Predicate<WorkerRecord> outgoing) {
		this.order = Comparator.comparingInt(LeastLoss::stage)
			.thenComparingLong((worker) -> worker.booting() ? -worker.id().serial() : 0)
			.thenComparing((worker) -> !outgoing.test(worker))
			.thenComparingInt((worker) -> worker.pulse().busy())
			.thenComparingInt(WorkerRecord::generation)
			.thenComparingLong((worker) -> worker.id().serial());
	}

	private static int stage(WorkerRecord worker) {
		return switch (worker.state()) {
			case SPAWNED, BOOTING -> 0;
			case SPARE, READY -> 1;
			case ACCEPTING, DRAINING, EXITED -> 2;
		};
	}

	@Override
	public int compare(WorkerRecord one, WorkerRecord other) {
		return this.order.compare(one, other);
	}

}
