package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What was found of a worker after its process had ended.
 *
 * @param died when it ended, by the calendar; empty if it never lived or nobody looked
 * @param traces what tells one cause from another
 * @param crash the JVM's own report of a fatal error, if it wrote one
 * @param memory its memory when last seen
 * @param inFlight the oldest of the requests that it held, the oldest first
 * @param output the last lines that it printed, or empty
 */
public record Postmortem(Optional<Instant> died, Traces traces, Optional<Crash> crash, Memory memory,
		List<InFlight> inFlight, String output) {

	/**
	 * Nothing was found, or nobody looked.
	 */
	public static final Postmortem NONE = new Postmortem(Optional.empty(), Traces.NONE, Optional.empty(),
			Memory.UNKNOWN, List.of(), "");

	public Postmortem {
		inFlight = List.copyOf(inFlight);
	}

	/**
	 * Whether the kernel's OOM killer has been at work.
	 */
	public enum OomKill {

		/** It has killed a process of this control group about then. */
		COUNTED,
		/** It has not. */
		NOT_COUNTED,
		/** Nobody counts. */
		UNKNOWN

	}

	/**
	 * What tells one cause from another.
	 *
	 * @param oomKill whether the kernel's OOM killer has been at work
	 * @param pressure that memory was short on the machine or in the control group: a
	 * clause, or empty if it was not
	 * @param exitsOnOutOfMemory whether the JVM was to end itself when memory runs out
	 * ({@code -XX:+ExitOnOutOfMemoryError}), which it does with status 3
	 * @param uncleaned whether the JVM has left files of its own behind, which it removes
	 * at every exit but that one and a crash
	 */
	public record Traces(OomKill oomKill, String pressure, boolean exitsOnOutOfMemory, boolean uncleaned) {

		/**
		 * There are none.
		 */
		public static final Traces NONE = new Traces(OomKill.UNKNOWN, "", false, false);

	}

	/**
	 * A report that the JVM wrote of a fatal error.
	 *
	 * @param problem what and where, in one clause
	 * @param outOfMemory whether the error is that memory ran out
	 * @param file the report
	 * @param excerpt the lines of it that matter
	 */
	public record Crash(String problem, boolean outOfMemory, String file, String excerpt) {
	}

	/**
	 * Memory of a process, in bytes, 0 where it is unknown.
	 *
	 * @param resident resident memory
	 * @param heapUsed used heap
	 * @param heapMax largest possible heap
	 */
	public record Memory(long resident, long heapUsed, long heapMax) {

		/**
		 * Nothing is known.
		 */
		public static final Memory UNKNOWN = new Memory(0, 0, 0);

		private static final int FULL_PERCENT = 90;

		boolean heapFull() {
			return this.heapMax > 0 && this.heapUsed >= this.heapMax / 100 * FULL_PERCENT;
		}

	}

	/**
	 * A request that was in flight.
	 *
	 * @param request method and target, without the query
	 * @param age how long it had been running
	 */
	public record InFlight(String request, Duration age) {

		@Override
		public String toString() {
			return this.request + " for " + DurationText.of(this.age);
		}

	}

}
