package io.prefork.master;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

import io.prefork.control.ObituaryDocument;
import io.prefork.control.WorkerDocument;
import io.prefork.pool.ExitCause;
import io.prefork.pool.Obituary;
import io.prefork.pool.PoolView;
import io.prefork.pool.Postmortem;
import io.prefork.pool.ScaleView;
import io.prefork.pool.WorkerId;
import io.prefork.pool.WorkerState;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ObituaryDocumentsTests {

	private static final Instant DIED = Instant.parse("2026-11-21T10:00:00Z");

	@Test
	void whenAWorkerIsGoneThenItsObituaryTellsAll() {
		Obituary obituary = new Obituary(new WorkerId(0, 7), 20, 1, WorkerState.ACCEPTING,
				new ExitCause.OomKilled(4096), Duration.ofSeconds(9), 100, 2, "", found("last words", "#  SIGSEGV"));
		WorkerDocument document = ObituaryDocuments.gone(view(List.of(obituary)), "20").orElseThrow();
		assertThat(document.worker().state()).isEqualTo("EXITED");
		assertThat(document.worker().age()).isEqualTo(Duration.ofSeconds(9));
		assertThat(document.serial()).isEqualTo(7);
		assertThat(document.obituaries()).containsExactly(new ObituaryDocument.Full(
				new ObituaryDocument(0, 20, 1, "ACCEPTING", "crash", "oom-kill",
						"killed by SIGKILL of the kernel's OOM killer, resident memory 4 KiB", DIED,
						Duration.ofSeconds(9), 100, 2),
				List.of(new ObituaryDocument.OldestRequest("GET /report", Duration.ofSeconds(4))), 4096L, 1000L, null,
				null, "#  SIGSEGV", "last words"));
	}

	@Test
	void whenNobodyOfThatNameHasDiedThenThereIsNone() {
		PoolView view = view(List.of(obituary(0, 20, "")));
		assertThat(ObituaryDocuments.gone(view, "0")).isPresent();
		assertThat(List.of("1", "7", "", "x"))
			.allSatisfy((nobody) -> assertThat(ObituaryDocuments.gone(view, nobody)).isEmpty());
	}

	@Test
	void whenSlotHasAHistoryThenTheLastOfItsOwnObituariesAreShown() {
		List<Obituary> obituaries = IntStream.range(0, 20)
			.mapToObj((i) -> (i % 2 == 0) ? obituary(0, 20 - i, "") : obituary(1, 1, ""))
			.toList();
		assertThat(ObituaryDocuments.ofSlot(view(obituaries), 0)).extracting((full) -> full.obituary().pid())
			.containsExactly(20L, 18L, 16L, 14L, 12L);
		assertThat(ObituaryDocuments.last(view(obituaries))).extracting(ObituaryDocument::pid)
			.containsExactly(20L, 1L, 18L, 1L, 16L);
		assertThat(ObituaryDocuments.listing(view(obituaries)).obituaries()).hasSize(20);
	}

	@Test
	void whenTextsAreLongThenTheDocumentStillFitsIntoAMessage() {
		String text = "\n\tat \u4e2d\u4e2d\u4e2d\u4e2d\u0000\u001b".repeat(20_000);
		List<Obituary> obituaries = IntStream.range(0, 50).mapToObj((i) -> obituary(0, 1, text)).toList();
		List<ObituaryDocument.Full> shown = ObituaryDocuments.ofSlot(view(obituaries), 0);
		assertThat(shown).allMatch((full) -> full.stack().endsWith("\n(cut off)"));
		int bytes = shown.stream()
			.flatMap((full) -> List.of(full.stack(), full.crash(), full.output(), full.obituary().reason()).stream())
			.mapToInt((part) -> part.getBytes(StandardCharsets.UTF_8).length)
			.sum();
		assertThat(bytes).isLessThan(480 * 1024);
		assertThat(shown.get(0).output()).doesNotContain("\u0000").doesNotContain("\u001b");
	}

	private static PoolView view(List<Obituary> obituaries) {
		return new PoolView(PoolView.State.RUNNING, 4, 2, List.of(), 12, Map.of(), obituaries, Optional.empty(),
				Map.of(), new ScaleView("static", 1, 4, 0, "", Map.of()), "");
	}

	private static Obituary obituary(int slot, int pid, String text) {
		return new Obituary(new WorkerId(slot, pid), pid, 1, WorkerState.ACCEPTING,
				new ExitCause.BootFailure(true, "no " + text), Duration.ofSeconds(9), 100, 2, text, found(text, text));
	}

	private static Postmortem found(String output, String crash) {
		return new Postmortem(Optional.of(DIED), Postmortem.Traces.NONE,
				Optional.of(new Postmortem.Crash("SIGSEGV", false, "hs_err_pid20.log", crash)),
				new Postmortem.Memory(4096, 1000, 0),
				List.of(new Postmortem.InFlight("GET /report", Duration.ofSeconds(4))), output);
	}

}
