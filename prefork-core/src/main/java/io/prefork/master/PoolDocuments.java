package io.prefork.master;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

import io.prefork.control.PoolDocument;
import io.prefork.control.WorkerDocument;
import io.prefork.os.Listener;
import io.prefork.os.Processes;
import io.prefork.pool.PoolView;
import io.prefork.pool.RolloutView;
import io.prefork.pool.ScaleView;
import io.prefork.pool.WorkerId;
import io.prefork.pool.WorkerState;
import io.prefork.scoreboard.Scoreboard;
import io.prefork.scoreboard.SlotReading;
import org.jspecify.annotations.Nullable;

/**
 * Makes the documents that the endpoint shows, from the pool, the scoreboard and
 * {@code /proc}. For any thread.
 */
final class PoolDocuments {

	private static final int LONGEST_REASON = 8 * 1024;

	private final MasterConfiguration configuration;

	private final Scoreboard scoreboard;

	private final Ledger ledger;

	PoolDocuments(MasterConfiguration configuration, Scoreboard scoreboard, Ledger ledger) {
		this.ledger = ledger;
		this.configuration = configuration;
		this.scoreboard = scoreboard;
	}

	PoolDocument pool(PoolView view, Totals countedByTheGone) {
		List<PoolDocument.WorkerSummary> summaries = view.workers().stream().map(this::summary).toList();
		int accepting = count(view, WorkerState.ACCEPTING);
		int slots = this.configuration.settings().slots();
		PoolDocument.Workers workers = new PoolDocument.Workers(view.target(), accepting,
				count(view, WorkerState.SPARE), count(view, WorkerState.READY),
				count(view, WorkerState.SPAWNED) + count(view, WorkerState.BOOTING), count(view, WorkerState.DRAINING),
				summaries.stream().mapToInt(PoolDocument.WorkerSummary::busy).sum(),
				summaries.stream().mapToInt(PoolDocument.WorkerSummary::lost).sum(), accepting * slots);
		Totals totals = countedByTheGone;
		for (PoolView.WorkerView worker : view.workers()) {
			totals = reading(worker.worker()).map(totals::plus).orElse(totals);
		}
		return new PoolDocument(view.state().name(),
				new PoolDocument.Master(ProcessHandle.current().pid(), MonotonicTime.since(this.ledger.started()),
						this.ledger.upgrades()),
				this.configuration.settings().type().name().toLowerCase(Locale.ROOT),
				this.configuration.settings().threads(), view.generation(), listeners(), workers,
				new PoolDocument.Counters(totals.requests(), totals.errors(), totals.overflowed(), totals.slowClients(),
						totals.slow(), totals.timedOut(), view.spawned(), ObituaryDocuments.exits(view),
						ObituaryDocuments.causes(view), rollouts(view)),
				scale(view.scale()), summaries, ObituaryDocuments.last(view),
				view.rollout().map(PoolDocuments::document).orElse(null), bounded(view.trouble()));
	}

	Optional<WorkerDocument> worker(PoolView view, String slotOrPid) {
		return find(view, slotOrPid).map((worker) -> {
			Optional<SlotReading> reading = reading(worker.worker());
			return new WorkerDocument(summary(worker), worker.worker().serial(),
					reading.map(SlotReading::accepted).orElse(0L), reading.map(SlotReading::overflowed).orElse(0L),
					reading.map(SlotReading::errors).orElse(0L), reading.map(SlotReading::slowClients).orElse(0L),
					reading.map(SlotReading::heapMax).filter((max) -> max > 0).orElse(null),
					ObituaryDocuments.ofSlot(view, worker.worker().slot()));
		}).or(() -> ObituaryDocuments.gone(view, slotOrPid));
	}

	/**
	 * Finds a worker that lives by its slot or else by its pid.
	 */
	static Optional<PoolView.WorkerView> find(PoolView view, String slotOrPid) {
		return view.workers()
			.stream()
			.filter((worker) -> slotOrPid.equals(Integer.toString(worker.worker().slot())))
			.findFirst()
			.or(() -> view.workers()
				.stream()
				.filter((worker) -> worker.pid() > 0 && slotOrPid.equals(Integer.toString(worker.pid())))
				.findFirst());
	}

	private static int count(PoolView view, WorkerState state) {
		return (int) view.workers().stream().filter((worker) -> worker.state() == state).count();
	}

	private List<PoolDocument.ListenerDocument> listeners() {
		List<PoolDocument.ListenerDocument> documents = new ArrayList<>();
		for (Listener listener : this.configuration.listeners().all()) {
			OptionalInt queued = listener.queued();
			documents.add(new PoolDocument.ListenerDocument(listener.address(), listener.backlog(),
					queued.isPresent() ? queued.getAsInt() : null));
		}
		return documents;
	}

	private static PoolDocument.Scale scale(ScaleView view) {
		Map<String, Long> decisions = new TreeMap<>();
		view.decisions().forEach((reason, count) -> decisions.put(reason.name().toLowerCase(Locale.ROOT), count));
		return new PoolDocument.Scale(view.policy(), view.minimum(), view.maximum(),
				(view.floor() > 0) ? view.floor() : null, view.lastDecision().isEmpty() ? null : view.lastDecision(),
				decisions);
	}

	private static Map<String, Long> rollouts(PoolView view) {
		Map<String, Long> rollouts = new TreeMap<>();
		view.rollouts().forEach((end, count) -> rollouts.put(end.name().toLowerCase(Locale.ROOT), count));
		return rollouts;
	}

	private static PoolDocument.Rollout document(RolloutView rollout) {
		return new PoolDocument.Rollout(rollout.generation(), rollout.rollback(), rollout.stage().name(),
				rollout.stage().isEnd() ? rollout.took() : null, bounded(rollout.reason()), bounded(rollout.output()));
	}

	/**
	 * A text from outside, cut to a length that fits into a document.
	 * @return the text, or {@code null} if it is empty
	 */
	static @Nullable String bounded(String text) {
		if (text.isEmpty()) {
			return null;
		}
		return (text.length() > LONGEST_REASON) ? text.substring(0, LONGEST_REASON) + "\n(cut off)" : text;
	}

	private PoolDocument.WorkerSummary summary(PoolView.WorkerView worker) {
		Optional<SlotReading> reading = reading(worker.worker());
		return new PoolDocument.WorkerSummary(worker.worker().slot(), worker.pid(), worker.generation(),
				worker.state().name(), MonotonicTime.since(worker.spawned()), reading.map(SlotReading::busy).orElse(0),
				reading.map((known) -> known.timeouts().lost()).orElse(0),
				reading.map(SlotReading::requests).orElse(0L), reading.map(PoolDocuments::oldest).orElse(null),
				reading.map((known) -> MonotonicTime.since(known.heartbeat())).orElse(null), resident(worker.pid()),
				reading.map(SlotReading::heapUsed).orElse(null), reading.map(PoolDocuments::heapAfterGc).orElse(null));
	}

	private Optional<SlotReading> reading(WorkerId worker) {
		return this.scoreboard.read(worker.slot(), worker.serial());
	}

	private static @Nullable Long heapAfterGc(SlotReading reading) {
		return (reading.heapAfterGc().collections() > 0) ? reading.heapAfterGc().used() : null;
	}

	private static @Nullable Duration oldest(SlotReading reading) {
		return (reading.oldestRequest() != 0) ? MonotonicTime.since(reading.oldestRequest()) : null;
	}

	private static @Nullable Long resident(int pid) {
		OptionalLong resident = Processes.resident(pid);
		return resident.isPresent() ? resident.getAsLong() : null;
	}

}
