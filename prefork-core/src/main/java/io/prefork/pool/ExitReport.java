package io.prefork.pool;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Tells the log of a worker that is gone.
 */
final class ExitReport {

	private final Orders orders;

	ExitReport(Orders orders) {
		this.orders = orders;
	}

	/**
	 * Reports an end.
	 * @param why why it ended: a clause, or empty
	 * @param next what happens next: a clause, or empty
	 * @param output what it printed that is in no log yet, or empty
	 */
	void add(WorkerRecord worker, String why, Obituary obituary, String next, String output) {
		String held = (obituary.inFlight() > 0) ? " with " + obituary.inFlight() + " in flight" + oldest(obituary) : "";
		String line = worker + " ended" + why + ", " + DurationText.of(obituary.age()) + " after it was started" + held
				+ next + (output.isBlank() ? "" : "\n" + output);
		switch (obituary.cause().category()) {
			case VOLUNTARY, RECYCLED -> this.orders.info(line);
			case CRASH, TIMEOUT, BOOT -> this.orders.warn(line);
		}
	}

	private static String oldest(Obituary obituary) {
		List<Postmortem.InFlight> known = obituary.found().inFlight();
		return known.isEmpty() ? ""
				: known.stream().map(Postmortem.InFlight::toString).collect(Collectors.joining(", ", " (", ")"));
	}

}
