package io.prefork.master;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

import io.prefork.control.ObituaryDocument;
import io.prefork.control.PoolDocument;
import io.prefork.control.WorkerDocument;
import io.prefork.pool.ExitCause;
import io.prefork.pool.Obituary;
import io.prefork.pool.PoolView;
import io.prefork.pool.Postmortem;
import io.prefork.pool.WorkerState;
import org.jspecify.annotations.Nullable;

/**
 * Makes what the endpoint shows of workers that are gone. Every text is bounded: a
 * document must fit into a control message.
 */
final class ObituaryDocuments {

	/**
	 * Obituaries shown with the pool.
	 */
	private static final int LAST = 5;

	/**
	 * Obituaries shown in full of a slot, and how much of their texts, in characters.
	 */
	private static final int FULL = 5;

	private static final int LONGEST_STACK = 20 * 1024;

	private static final int LONGEST_CRASH = 3 * 1024;

	private static final int LONGEST_OUTPUT = 8 * 1024;

	private static final int LONGEST_REASON = 400;

	private ObituaryDocuments() {
	}

	static Map<String, Long> exits(PoolView view) {
		Map<String, Long> exits = new TreeMap<>();
		view.exits().forEach((category, count) -> exits.put(name(category), count));
		return exits;
	}

	static Map<String, Long> causes(PoolView view) {
		Map<String, Long> causes = new TreeMap<>();
		for (ExitCause.Kind kind : ExitCause.Kind.values()) {
			causes.put(kind.label(), view.causes().getOrDefault(kind, 0L));
		}
		return causes;
	}

	/**
	 * The last ones, as they are shown with the pool.
	 */
	static List<ObituaryDocument> last(PoolView view) {
		return view.obituaries().stream().limit(LAST).map(ObituaryDocuments::brief).toList();
	}

	static ObituaryDocument.Listing listing(PoolView view) {
		return new ObituaryDocument.Listing(view.obituaries().stream().map(ObituaryDocuments::brief).toList());
	}

	static List<ObituaryDocument.Full> ofSlot(PoolView view, int slot) {
		return full(view, (obituary) -> obituary.worker().slot() == slot);
	}

	/**
	 * A worker that is gone, by its pid, or else the last one of a slot.
	 */
	static Optional<WorkerDocument> gone(PoolView view, String slotOrPid) {
		Predicate<Obituary> bySlot = (obituary) -> slotOrPid.equals(Integer.toString(obituary.worker().slot()));
		Predicate<Obituary> byPid = (obituary) -> obituary.pid() > 0
				&& slotOrPid.equals(Integer.toString(obituary.pid()));
		return gone(view, bySlot).or(() -> gone(view, byPid));
	}

	private static Optional<WorkerDocument> gone(PoolView view, Predicate<Obituary> named) {
		return view.obituaries().stream().filter(named).findFirst().map((obituary) -> {
			PoolDocument.WorkerSummary summary = new PoolDocument.WorkerSummary(obituary.worker().slot(),
					obituary.pid(), obituary.generation(), WorkerState.EXITED.name(), obituary.age(), 0, 0,
					obituary.requests(), null, null, null, null, null);
			return new WorkerDocument(summary, obituary.worker().serial(), null, null, null, null, null,
					full(view, named));
		});
	}

	private static List<ObituaryDocument.Full> full(PoolView view, Predicate<Obituary> wanted) {
		return view.obituaries().stream().filter(wanted).limit(FULL).map(ObituaryDocuments::full).toList();
	}

	private static ObituaryDocument brief(Obituary obituary) {
		ExitCause cause = obituary.cause();
		return new ObituaryDocument(obituary.worker().slot(), obituary.pid(), obituary.generation(),
				obituary.reached().name(), name(cause.category()), cause.kind().label(),
				bounded(cause.describe(), LONGEST_REASON), obituary.found().died().orElse(null), obituary.age(),
				obituary.requests(), obituary.inFlight());
	}

	private static ObituaryDocument.Full full(Obituary obituary) {
		Postmortem found = obituary.found();
		List<ObituaryDocument.OldestRequest> oldest = found.inFlight()
			.stream()
			.map((request) -> new ObituaryDocument.OldestRequest(request.request(), request.age()))
			.toList();
		return new ObituaryDocument.Full(brief(obituary), oldest, known(found.memory().resident()),
				known(found.memory().heapUsed()), known(found.memory().heapMax()),
				text(obituary.evidence(), LONGEST_STACK),
				text(found.crash().map(Postmortem.Crash::excerpt).orElse(""), LONGEST_CRASH),
				text(found.output(), LONGEST_OUTPUT));
	}

	private static String name(ExitCause.Category category) {
		return category.name().toLowerCase(Locale.ROOT);
	}

	private static @Nullable Long known(long value) {
		return (value > 0) ? value : null;
	}

	private static @Nullable String text(String text, int longest) {
		return text.isEmpty() ? null : bounded(text, longest);
	}

	/**
	 * Control characters would take six bytes each in JSON.
	 */
	private static String bounded(String text, int longest) {
		String kept = (text.length() > longest) ? text.substring(0, longest) + "\n(cut off)" : text;
		return kept.replaceAll("[\\p{Cntrl}&&[^\n\r\t]]", "\ufffd");
	}

}
