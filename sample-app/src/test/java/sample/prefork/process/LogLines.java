package sample.prefork.process;

import java.util.regex.Pattern;

/**
 * What the process tests expect to find in the log: the only place that knows the words.
 */
final class LogLines {

	/** A worker has ended, or is being ended, on an account that needs attention. */
	static final Pattern WORKER_LOST = Pattern
		.compile("[Ww]orker .*( ended: | is being ended: |did not leave)|no worker accepts");

	/** A worker has reached a limit of memory soon after its start. */
	static final Pattern TOO_LARGE_TOO_SOON = Pattern.compile("has reached max-memory .* the limit may be lower than");

	static final Pattern FATAL_EXIT = Pattern.compile("has exited with status \\d+, which is fatal");

	/** A spare steps in for a worker that was killed, and what that was. */
	static final Pattern OF_A_KILL = Pattern.compile("was a spare and takes an empty place|ended: killed by SIGKILL");

	static final Pattern KILLED_BY_KILL = Pattern.compile("killed by SIGKILL");

	static final Pattern NO_HEARTBEAT = Pattern.compile("no heartbeat for");

	/** A stopped process is not asked, because it cannot answer. */
	static final Pattern STOPPED_GIVES_NO_STACK = Pattern.compile("no stack: the process is stopped");

	static final Pattern REQUEST_TOO_OLD = Pattern.compile("a request had been running for");

	/** The worker has answered in place of the application. */
	static final Pattern REQUEST_TIMED_OUT = Pattern
		.compile("A request is past its timeout; its client is answered with 503, and its thread is lost");

	/** A worker was found to have a deadlock. */
	static final Pattern DEADLOCK = Pattern
		.compile("deadlock of 2 threads|A request is hanging in a deadlock; its client is answered with 503");

	/** The frame of a hung request, in its worker's thread dump. */
	static final Pattern STACK_OF_HANG = Pattern.compile("ChaosController\\.hang\\(");

	/** What the sample says when it was told to fail. */
	static final Pattern TOLD_TO_FAIL = Pattern.compile("told to fail by|cancelling refresh|Application run failed");

	static final Pattern FAILED_TO_BOOT = Pattern.compile("failed to boot: ");

	/** Boot's own explanation of a failed start, which begins with an empty line. */
	static final Pattern FAILURE_ANALYSIS = Pattern.compile("LoggingFailureAnalysisReporter +: $");

	/** The delay before a respawn. */
	static final Pattern BACKOFF = Pattern.compile("respawning in ");

	static final Pattern RELOAD_FAILED = Pattern.compile("reload failed");

	static final Pattern THREAD_DUMP = Pattern.compile("Full thread dump");

	/** The master of the workers is gone. */
	static final Pattern MASTER_GONE = Pattern.compile("leaves because the master is gone");

	/** A connection to the control socket was closed because it sent no message. */
	static final Pattern RUBBISH_REFUSED = Pattern.compile("A control link is closed because");

	/** The developer tools shut an H2 database down that has shut itself down. */
	static final Pattern DEVTOOLS_SHUTDOWN = Pattern.compile("inMemoryDatabaseShutdownExecutor");

	/** Words of servers and of Spring on a request that is wrong or ends halfway. */
	static final Pattern ODD_REQUEST = Pattern
		.compile("PageNotFound|Exception(Handler|Resolver)|ResourceHandlerUtils|Decoding failed: |HttpParser|HostPort");

	private LogLines() {
	}

	/**
	 * The one line that says why an application is not a pool.
	 * @param reason what is to be found in it
	 * @return the pattern
	 */
	static Pattern ordinary(String reason) {
		return Pattern.compile(" INFO .* runs as one ordinary process, .*" + Pattern.quote(reason));
	}

}
