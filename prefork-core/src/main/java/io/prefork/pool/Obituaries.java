package io.prefork.pool;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import io.prefork.pool.Departure.Step;

/**
 * Why workers are gone: finds the cause, keeps the last exits and counts them all.
 */
final class Obituaries {

	private static final int KEPT = 50;

	private final Deque<Obituary> last = new ArrayDeque<>();

	private final Map<ExitCause.Category, Long> counts = new EnumMap<>(ExitCause.Category.class);

	Obituaries() {
		for (ExitCause.Category category : ExitCause.Category.values()) {
			this.counts.put(category, 0L);
		}
	}

	/**
	 * The cause of an exit. What the master knows of why the worker was to go comes
	 * before how it went.
	 */
	static ExitCause cause(WorkerRecord worker, Event.Exited exit) {
		Departure departure = worker.departure();
		if (departure == null) {
			return worker.ready() ? plain(exit) : bootFailure(exit);
		}
		if (departure.forced()) {
			return departure.cause();
		}
		if (departure.announced() && !worker.ready()) {
			return new ExitCause.BootFailure(false, departure.cause().describe() + " before it was ready");
		}
		boolean foreign = !exit.signal().isEmpty() && !exit.signal().equals("SIGTERM") && departure.step() != Step.KILL;
		return foreign ? plain(exit) : departure.cause();
	}

	private static ExitCause plain(Event.Exited exit) {
		return exit.code().isPresent() ? new ExitCause.Code(exit.code().getAsInt())
				: new ExitCause.Signalled(exit.signal());
	}

	private static ExitCause bootFailure(Event.Exited exit) {
		return new ExitCause.BootFailure(false, plain(exit).describe() + " before it was ready");
	}

	Obituary add(WorkerRecord worker, ExitCause cause, String output, Instant now) {
		String evidence = worker.evidence().isEmpty() ? output : worker.evidence();
		Obituary obituary = new Obituary(worker.id(), worker.pid(), worker.generation(), worker.reached(), cause,
				worker.age(now), worker.pulse().requests(), worker.pulse().busy(), evidence);
		this.last.addFirst(obituary);
		if (this.last.size() > KEPT) {
			this.last.removeLast();
		}
		this.counts.merge(cause.category(), 1L, Long::sum);
		return obituary;
	}

	List<Obituary> last() {
		return List.copyOf(this.last);
	}

	Map<ExitCause.Category, Long> counts() {
		return Collections.unmodifiableMap(new EnumMap<>(this.counts));
	}

}
