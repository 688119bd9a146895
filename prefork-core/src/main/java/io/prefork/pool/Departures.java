package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import io.prefork.pool.Departure.Planned;
import io.prefork.pool.Departure.Step;

/**
 * Sends workers on their way out and sees to it that they go. Like nginx, it asks first,
 * then sends TERM, then KILL.
 */
final class Departures {

	private static final Duration EVIDENCE = Duration.ofSeconds(2);

	private static final Duration AFTER_LATE_TERM = Duration.ofSeconds(1);

	private static final Duration AFTER_QUICK_TERM = Duration.ofSeconds(2);

	private static final Duration AFTER_EARLY_TERM = Duration.ofSeconds(5);

	private static final Duration AFTER_BOOT_FAILURE = Duration.ofSeconds(5);

	private final Duration gracefulTimeout;

	private final Roster roster;

	private final Orders orders;

	Departures(Duration gracefulTimeout, Roster roster, Orders orders) {
		this.gracefulTimeout = gracefulTimeout;
		this.roster = roster;
		this.orders = orders;
	}

	/**
	 * Tells a worker to leave: by a drain if it may hold requests, else by TERM.
	 * @param cause the cause under which it will be gone
	 */
	void send(WorkerRecord worker, ExitCause cause, Instant now) {
		send(worker, cause, this.gracefulTimeout, now);
	}

	/**
	 * Tells a worker to leave within the given time.
	 */
	void send(WorkerRecord worker, ExitCause cause, Duration patience, Instant now) {
		if (worker.ready()) {
			String held = (worker.pulse().busy() > 0) ? " for the " + requests(worker) + " it holds" : "";
			this.orders
				.info(worker + " is told to leave (" + reason(cause) + "); it has " + DurationText.of(patience) + held);
			List<Planned> plan = isStuck(cause) ? stuck(worker, patience) : slowly(Step.DRAIN, patience);
			begin(worker, Departure.graceful(cause, false, plan), now);
		}
		else {
			this.orders.info(worker + " is told to leave (" + reason(cause) + ") before it was ready");
			begin(worker, Departure.ordered(cause, termThenKill(AFTER_EARLY_TERM)), now);
		}
	}

	/**
	 * A worker has said that it is leaving.
	 */
	void announced(WorkerRecord worker, String reason, Instant now) {
		this.orders.info(worker + " says that it is leaving (" + reason + ")");
		begin(worker,
				Departure.graceful(new ExitCause.Voluntary(reason), true, slowly(Step.WAIT, this.gracefulTimeout)),
				now);
	}

	/**
	 * A worker has said that its application failed to start.
	 */
	void bootFailed(WorkerRecord worker, ExitCause.BootFailure cause, Instant now) {
		begin(worker, Departure.forced(cause, List.of(new Planned(Step.WAIT, AFTER_BOOT_FAILURE),
				new Planned(Step.TERM, AFTER_LATE_TERM), new Planned(Step.KILL, Duration.ZERO))), now);
	}

	/**
	 * A worker is to be killed, once evidence has been taken.
	 */
	void condemn(WorkerRecord worker, ExitCause cause, Instant now) {
		begin(worker, Departure.forced(cause,
				List.of(new Planned(Step.EVIDENCE, EVIDENCE), new Planned(Step.KILL, Duration.ZERO))), now);
	}

	/**
	 * A worker has lost slots to requests that do not end. Evidence is taken at once,
	 * unless it is there. It is replaced before it leaves, unless it serves nobody any
	 * more, and it leaves by a drain: other requests that it holds are served. What it is
	 * replaced for first stays the cause.
	 * @param wholly whether it serves nobody any more
	 */
	void replaceStuck(WorkerRecord worker, ExitCause cause, boolean wholly, Instant now) {
		ExitCause known = worker.retirement();
		if (known != null && isStuck(known)) {
			if (wholly) {
				send(worker, known, now);
			}
			return;
		}
		if (!worker.evidence().isEmpty()) {
			report(worker, wholly ? " is being ended: " : " is to be replaced: ", cause);
		}
		if (wholly) {
			send(worker, cause, now);
			return;
		}
		worker.retire(cause);
		if (worker.evidence().isEmpty()) {
			this.orders.add(new Action.TakeEvidence(worker.id(), cause.describe()));
		}
	}

	/**
	 * Whether a worker goes because threads of it do not come back.
	 */
	private static boolean isStuck(ExitCause cause) {
		return cause instanceof ExitCause.RequestTimeout || cause instanceof Deadlock;
	}

	/**
	 * Gives up the requests of a worker, whether it was leaving or not.
	 * @param cause the cause under which it will be gone if it was not leaving
	 */
	void hurry(WorkerRecord worker, ExitCause cause, Instant now) {
		Departure departure = worker.departure();
		if (departure == null) {
			begin(worker, Departure.ordered(cause, termThenKill(AFTER_QUICK_TERM)), now);
		}
		else if (departure.step() == Step.TERM) {
			departure.notAfter(now.plus(AFTER_QUICK_TERM));
		}
		else if (departure.step() != Step.KILL) {
			departure.replan(termThenKill(AFTER_QUICK_TERM));
			proceed(worker, departure, now);
		}
	}

	/**
	 * Kills a worker that was told to leave.
	 */
	void kill(WorkerRecord worker, Instant now) {
		Departure departure = worker.departure();
		if (departure != null && departure.step() != Step.KILL) {
			departure.replan(List.of(new Planned(Step.KILL, Duration.ZERO)));
			proceed(worker, departure, now);
		}
	}

	/**
	 * Evidence has come. It may be late, and then serves the obituary only.
	 */
	void evidence(WorkerRecord worker, String text, Instant now) {
		if (!worker.evidence().isEmpty()) {
			return;
		}
		Departure departure = worker.departure();
		if (departure == null) {
			ExitCause cause = worker.retirement();
			if (cause != null && isStuck(cause)) {
				worker.keepEvidence(text);
				report(worker, " is to be replaced: ", cause);
			}
			return;
		}
		worker.keepEvidence(text);
		if (departure.step() == Step.EVIDENCE) {
			departure.notAfter(now);
			proceed(worker, departure, now);
		}
	}

	/**
	 * Takes every step whose time has come.
	 */
	void proceed(Instant now) {
		for (WorkerRecord worker : this.roster.all()) {
			proceed(worker, now);
		}
	}

	/**
	 * Takes the next step of one worker if its time has come.
	 */
	void proceed(WorkerRecord worker, Instant now) {
		Departure departure = worker.departure();
		if (departure != null) {
			proceed(worker, departure, now);
		}
	}

	private void begin(WorkerRecord worker, Departure departure, Instant now) {
		worker.depart(departure, now);
		proceed(worker, departure, now);
	}

	private void proceed(WorkerRecord worker, Departure departure, Instant now) {
		while (worker.pid() != 0 && departure.due(now)) {
			Step before = departure.step();
			Step step = departure.next(now);
			if (before == Step.EVIDENCE) {
				report(worker, " is being ended: ", departure.cause());
			}
			take(worker, departure, step);
		}
	}

	private void take(WorkerRecord worker, Departure departure, Step step) {
		switch (step) {
			case DRAIN -> this.orders.add(new Action.Drain(worker.id(), reason(departure.cause())));
			case WAIT -> {
			}
			case EVIDENCE -> {
				if (!departure.forced() && !isStuck(departure.cause())) {
					departure.force(new ExitCause.DrainTimeout(reason(departure.cause()), this.gracefulTimeout));
				}
				this.orders.add(new Action.TakeEvidence(worker.id(), departure.cause().describe()));
			}
			case TERM -> this.orders.add(new Action.Signal(worker.id(), Action.Signal.Kind.TERM));
			case KILL -> this.orders.add(new Action.Signal(worker.id(), Action.Signal.Kind.KILL));
		}
	}

	private void report(WorkerRecord worker, String fate, ExitCause cause) {
		String held = (worker.pulse().busy() > 0) ? ", " + requests(worker) + " in flight" : "";
		String evidence = worker.evidence().isEmpty() ? "no evidence within " + DurationText.of(EVIDENCE)
				: worker.evidence();
		this.orders.warn(worker + fate + cause.describe() + held + "\n" + evidence);
	}

	private static String requests(WorkerRecord worker) {
		return CountText.of(worker.pulse().busy(), "request");
	}

	private static List<Planned> slowly(Step first, Duration patience) {
		return List.of(new Planned(first, patience), new Planned(Step.EVIDENCE, EVIDENCE),
				new Planned(Step.TERM, AFTER_LATE_TERM), new Planned(Step.KILL, Duration.ZERO));
	}

	/**
	 * Evidence comes first, if it has not been taken: what has been drained away cannot
	 * be seen.
	 */
	private static List<Planned> stuck(WorkerRecord worker, Duration patience) {
		List<Planned> leaving = List.of(new Planned(Step.DRAIN, patience), new Planned(Step.TERM, AFTER_LATE_TERM),
				new Planned(Step.KILL, Duration.ZERO));
		return worker.evidence().isEmpty()
				? Stream.concat(Stream.of(new Planned(Step.EVIDENCE, EVIDENCE)), leaving.stream()).toList() : leaving;
	}

	private static List<Planned> termThenKill(Duration patience) {
		return List.of(new Planned(Step.TERM, patience), new Planned(Step.KILL, Duration.ZERO));
	}

	private static String reason(ExitCause cause) {
		if (cause instanceof ExitCause.Voluntary voluntary) {
			return voluntary.reason();
		}
		return (cause instanceof Recycled recycled) ? recycled.reached() : cause.describe();
	}

}
