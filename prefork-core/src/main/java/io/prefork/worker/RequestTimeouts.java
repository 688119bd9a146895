package io.prefork.worker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches over the time that requests take. One look at all that are in flight, five
 * times a second, by a thread of its own: no timer for each.
 * <p>
 * At the hard limit, or when the request hangs in a deadlock, the client is given an
 * answer, and the thread is given up: nothing can end a thread of Java. The slot that it
 * holds stays taken until it comes back, since it uses what the slot stands for. How many
 * of them a worker can do without, the master decides.
 * <p>
 * What passed without the worker's threads running, because of a long garbage collection
 * or because the machine was suspended, is nobody's fault and not counted.
 */
public final class RequestTimeouts {

	private static final Logger logger = LoggerFactory.getLogger(RequestTimeouts.class);

	private static final long PERIOD_MILLIS = 200;

	/**
	 * Longer than a round takes on a busy machine.
	 */
	static final Duration LONGEST_ROUND = Duration.ofSeconds(1);

	private final RequestTracker requests;

	private final RequestLimits limits;

	private final int slots;

	private final RequestReports slowLog;

	private final RequestReports timeoutLog;

	private final List<RequestTracker.Tracked> lost = new ArrayList<>();

	private final AtomicBoolean started = new AtomicBoolean();

	private long lastRound;

	private boolean begun;

	/**
	 * Makes a watch, which does nothing yet.
	 * @param requests the worker's requests
	 * @param limits how long they may take
	 * @param slots requests that the worker serves at a time, for the log
	 */
	public RequestTimeouts(RequestTracker requests, RequestLimits limits, int slots) {
		this(requests, limits, slots, logger::warn);
	}

	RequestTimeouts(RequestTracker requests, RequestLimits limits, int slots, Consumer<String> log) {
		this.requests = requests;
		this.limits = limits;
		this.slots = slots;
		this.slowLog = new RequestReports(log);
		this.timeoutLog = new RequestReports(log);
	}

	/**
	 * Begins to watch, with a thread that ends with the process. Further calls do
	 * nothing.
	 */
	public void start() {
		if (this.started.compareAndSet(false, true)) {
			Thread thread = new Thread(new Rounds(() -> sweep(System.nanoTime()), PERIOD_MILLIS),
					"prefork-request-timeouts");
			thread.setDaemon(true);
			thread.setPriority(Thread.MAX_PRIORITY);
			thread.start();
		}
	}

	void sweep(long now) {
		long pause = this.begun ? now - this.lastRound : 0;
		this.begun = true;
		this.lastRound = now;
		for (RequestTracker.Tracked request : this.requests.inFlight()) {
			if (pause > LONGEST_ROUND.toNanos()) {
				request.grant(pause);
			}
			look(request, now);
		}
		this.lost.removeIf((request) -> isBack(request, now));
	}

	private void look(RequestTracker.Tracked request, long now) {
		long age = request.countedAge(now);
		if (request.isDeadlocked() || exceeds(age, this.limits.hard())) {
			expire(request, now);
		}
		else if (exceeds(age, this.limits.soft()) && request.isNewlyPastSoftLimit()) {
			request.isNewlySlow();
			StackTraceElement[] stack = request.stack();
			boolean interrupted = this.limits.interrupt() && request.interrupt();
			this.slowLog.report(now, "past its soft timeout" + (interrupted ? ", and is interrupted" : ""),
					request.asOf(now), stack);
		}
		else if (exceeds(request.age(now), this.limits.slow()) && request.isNewlySlow()) {
			this.slowLog.report(now, "slow", request.asOf(now), request.stack());
		}
	}

	private void expire(RequestTracker.Tracked request, long now) {
		RunningRequest running = request.asOf(now);
		StackTraceElement[] stack = request.stack();
		RequestExpiry.Outcome outcome = request.expire();
		if (outcome == RequestExpiry.Outcome.SPARED || !request.isNewlyTimedOut()) {
			return;
		}
		String client = switch (outcome) {
			case ANSWERED -> "its client is answered with 503";
			case BROKEN_OFF, SPARED -> "its client is broken off";
		};
		if (request.isLost()) {
			this.lost.add(request);
			client += ", and its thread is lost until it comes back (" + this.requests.lost() + " lost of " + this.slots
					+ ")";
		}
		String what = request.isDeadlocked() ? "hanging in a deadlock; " : "past its timeout; ";
		this.timeoutLog.report(now, what + client, running, stack);
	}

	private boolean isBack(RequestTracker.Tracked request, long now) {
		boolean back = !request.isLost();
		if (back) {
			logger.info("The thread that was lost to a request is back: {}", request.asOf(now).describe());
		}
		return back;
	}

	private static boolean exceeds(long age, Duration limit) {
		return !limit.isZero() && age > TimeUnit.NANOSECONDS.convert(limit);
	}

}
