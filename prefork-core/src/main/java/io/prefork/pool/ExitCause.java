package io.prefork.pool;

import java.time.Duration;
import java.util.Locale;

/**
 * Why a worker's process is gone.
 */
public sealed interface ExitCause permits ExitCause.Voluntary, ExitCause.Code, ExitCause.Signalled, ExitCause.OomKilled,
		ExitCause.OutOfMemory, ExitCause.JvmCrash, ExitCause.BootFailure, ExitCause.BootTimeout,
		ExitCause.HeartbeatTimeout, ExitCause.RequestTimeout, ExitCause.DrainTimeout, Deadlock, Recycled {

	/**
	 * What it counts as.
	 * @return the kind
	 */
	Kind kind();

	/**
	 * The class of causes that its kind belongs to.
	 * @return the category
	 */
	default Category category() {
		return kind().category();
	}

	/**
	 * One clause for people, such as {@code killed by SIGKILL}.
	 * @return the clause, without subject and full stop
	 */
	String describe();

	/**
	 * Classes of causes, as counted and shown by the endpoint.
	 */
	enum Category {

		/** It left because it was told to, or announced that it would. */
		VOLUNTARY,
		/** It ended on its own account: exit status or signal. */
		CRASH,
		/** It was ended by the master because it was silent, late or deadlocked. */
		TIMEOUT,
		/** It never became ready. */
		BOOT,
		/** It was replaced because it had reached a limit. */
		RECYCLED

	}

	/**
	 * Kinds of causes: a closed set, which counters are kept of.
	 */
	enum Kind {

		/** It left because it was told to, or announced that it would. */
		VOLUNTARY(Category.VOLUNTARY),
		/** It was replaced because it had answered enough requests. */
		MAX_REQUESTS(Category.RECYCLED),
		/** It was replaced because it had served for long enough. */
		MAX_AGE(Category.RECYCLED),
		/** It was replaced because its resident memory had grown too large. */
		MAX_MEMORY(Category.RECYCLED),
		/** It was replaced because collections no longer freed its heap. */
		MAX_HEAP_AFTER_GC(Category.RECYCLED),
		/** It exited unasked. */
		EXIT_CODE(Category.CRASH),
		/** A signal ended it that the master did not send. */
		SIGNAL(Category.CRASH),
		/** The kernel ended it because memory ran out. */
		OOM_KILL(Category.CRASH),
		/** Its JVM ran out of memory and ended itself. */
		OUT_OF_MEMORY(Category.CRASH),
		/** Its JVM found a fault in native code or in itself, and aborted. */
		JVM_CRASH(Category.CRASH),
		/** It ended before it was ready, or could not be started. */
		BOOT_FAILURE(Category.BOOT),
		/** It was not serving in time. */
		BOOT_TIMEOUT(Category.BOOT),
		/** Its heartbeat stopped. */
		HEARTBEAT_TIMEOUT(Category.TIMEOUT),
		/** A request took too long. */
		REQUEST_TIMEOUT(Category.TIMEOUT),
		/** Threads of it waited for each other. */
		DEADLOCK(Category.TIMEOUT),
		/** It was told to leave, and did not in time. */
		DRAIN_TIMEOUT(Category.TIMEOUT);

		private final Category category;

		Kind(Category category) {
			this.category = category;
		}

		/**
		 * The class of causes that it belongs to.
		 * @return the category
		 */
		public Category category() {
			return this.category;
		}

		/**
		 * Its name in documents and as the tag of a counter.
		 * @return such as {@code oom-kill}
		 */
		public String label() {
			return name().toLowerCase(Locale.ROOT).replace('_', '-');
		}

	}

	/**
	 * It drained and left, on an order or by its own announcement.
	 *
	 * @param reason why it was to leave, such as {@code scale-down} or {@code reload}
	 */
	record Voluntary(String reason) implements ExitCause {

		@Override
		public Kind kind() {
			return Kind.VOLUNTARY;
		}

		@Override
		public String describe() {
			return "left (" + this.reason + ")";
		}

	}

	/**
	 * It exited unasked.
	 *
	 * @param code the exit status, 0 to 255
	 * @param ending how it came to that
	 */
	record Code(int code, Ending ending) implements ExitCause {

		/**
		 * What ends a JVM with a status.
		 */
		public enum Ending {

			/** A shutdown of its own: {@code System.exit}, or its last thread ended. */
			SHUTDOWN,
			/** No shutdown: {@code Runtime.halt}, or native code that exits. */
			HALT,
			/** It could not be told. */
			UNKNOWN

		}

		/**
		 * An exit of which nothing is known but its status.
		 * @param code the exit status, 0 to 255
		 */
		public Code(int code) {
			this(code, Ending.UNKNOWN);
		}

		@Override
		public Kind kind() {
			return Kind.EXIT_CODE;
		}

		@Override
		public String describe() {
			return "exited with status " + this.code + switch (this.ending) {
				case SHUTDOWN -> " (System.exit" + signal() + ")";
				case HALT -> " (without a shutdown: Runtime.halt, or native code)";
				case UNKNOWN -> "";
			};
		}

		/**
		 * What the JVM exits with when one of the signals arrives that it shuts down on.
		 */
		private String signal() {
			return switch (this.code) {
				case 129 -> ", or SIGHUP";
				case 130 -> ", or SIGINT";
				case 143 -> ", or SIGTERM";
				case 0, 1 -> ", or its last thread ended";
				default -> "";
			};
		}

	}

	/**
	 * A signal ended it that the master did not send.
	 *
	 * @param signal the signal's name, such as {@code SIGSEGV}
	 * @param presumption who may have sent it, a clause, or empty
	 */
	record Signalled(String signal, String presumption) implements ExitCause {

		/**
		 * A signal from nobody knows where.
		 * @param signal the signal's name
		 */
		public Signalled(String signal) {
			this(signal, "");
		}

		@Override
		public Kind kind() {
			return Kind.SIGNAL;
		}

		@Override
		public String describe() {
			return "killed by " + this.signal
					+ (this.presumption.isEmpty() ? "" : ", not sent by the master; " + this.presumption);
		}

	}

	/**
	 * The kernel's OOM killer ended it: the control group's count of that has risen.
	 *
	 * @param resident its resident memory when last seen, bytes, or 0 if unknown
	 */
	record OomKilled(long resident) implements ExitCause {

		@Override
		public Kind kind() {
			return Kind.OOM_KILL;
		}

		@Override
		public String describe() {
			return "killed by SIGKILL of the kernel's OOM killer"
					+ ((this.resident > 0) ? ", resident memory " + SizeText.of(this.resident) : "");
		}

	}

	/**
	 * Its JVM ran out of memory and ended itself.
	 *
	 * @param what which memory, as far as it is known: a clause, or empty
	 */
	record OutOfMemory(String what) implements ExitCause {

		@Override
		public Kind kind() {
			return Kind.OUT_OF_MEMORY;
		}

		@Override
		public String describe() {
			return "its JVM ran out of memory" + (this.what.isEmpty() ? "" : ": " + this.what);
		}

	}

	/**
	 * Its JVM found a fault in native code or in itself, and aborted.
	 *
	 * @param problem what and where, such as {@code SIGSEGV in C [libz.so+0x12]}
	 * @param report the JVM's report, a path
	 */
	record JvmCrash(String problem, String report) implements ExitCause {

		@Override
		public Kind kind() {
			return Kind.JVM_CRASH;
		}

		@Override
		public String describe() {
			return "crash of its JVM: " + this.problem + " (" + this.report + ")";
		}

	}

	/**
	 * It ended before it was ready.
	 *
	 * @param application whether the application was at fault (exit status 4 of the
	 * master) rather than the JVM or the machine (3)
	 * @param reason what it said last
	 */
	record BootFailure(boolean application, String reason) implements ExitCause {

		@Override
		public Kind kind() {
			return Kind.BOOT_FAILURE;
		}

		@Override
		public String describe() {
			return "failed to boot: " + this.reason;
		}

	}

	/**
	 * It was not ready in time, or was ready and did not open its gate in time.
	 *
	 * @param limit {@code prefork.boot-timeout}
	 */
	record BootTimeout(Duration limit) implements ExitCause {

		@Override
		public Kind kind() {
			return Kind.BOOT_TIMEOUT;
		}

		@Override
		public String describe() {
			return "not serving within boot-timeout " + DurationText.of(this.limit);
		}

	}

	/**
	 * Its heartbeat stopped.
	 *
	 * @param silence how long it had been silent when that was decided
	 */
	record HeartbeatTimeout(Duration silence) implements ExitCause {

		@Override
		public Kind kind() {
			return Kind.HEARTBEAT_TIMEOUT;
		}

		@Override
		public String describe() {
			return "no heartbeat for " + DurationText.of(this.silence);
		}

	}

	/**
	 * A request took longer than its worker class allows.
	 *
	 * @param age age of the oldest request when that was decided
	 */
	record RequestTimeout(Duration age) implements ExitCause {

		@Override
		public Kind kind() {
			return Kind.REQUEST_TIMEOUT;
		}

		@Override
		public String describe() {
			return "a request had been running for " + DurationText.of(this.age);
		}

	}

	/**
	 * It was told to leave and had not done so by {@code prefork.graceful-timeout}.
	 *
	 * @param reason why it was to leave
	 * @param limit {@code prefork.graceful-timeout}
	 */
	record DrainTimeout(String reason, Duration limit) implements ExitCause {

		@Override
		public Kind kind() {
			return Kind.DRAIN_TIMEOUT;
		}

		@Override
		public String describe() {
			return "not gone " + DurationText.of(this.limit) + " after it was told to leave (" + this.reason + ")";
		}

	}

}
