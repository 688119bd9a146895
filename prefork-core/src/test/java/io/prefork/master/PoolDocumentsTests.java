package io.prefork.master;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.prefork.control.PoolDocument;
import io.prefork.pool.ExitCause;
import io.prefork.pool.PoolView;
import io.prefork.pool.RolloutView;
import io.prefork.pool.ScaleReason;
import io.prefork.pool.ScaleView;
import io.prefork.pool.WorkerId;
import io.prefork.pool.WorkerState;
import io.prefork.scoreboard.Scoreboard;
import io.prefork.scoreboard.SlotReading;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class PoolDocumentsTests {

	private static final int PID = (int) ProcessHandle.current().pid();

	private static final int NO_PROCESS = 999_999_999;

	@TempDir
	private Path parent;

	private MasterFixture fixture;

	private Scoreboard scoreboard;

	private PoolDocuments documents;

	@BeforeEach
	void prepare() throws IOException {
		this.fixture = new MasterFixture(this.parent);
		this.scoreboard = Scoreboard.create(this.parent.resolve("scoreboard"), 10);
		this.documents = new PoolDocuments(this.fixture.configuration, this.scoreboard, Ledger.of(Optional.empty()));
	}

	@AfterEach
	void close() throws IOException {
		this.fixture.close();
	}

	@Test
	void whenThePoolIsShownThenWorkersAreCountedByStateAndTheirSlotsAreRead() {
		this.scoreboard.write(0,
				new SlotReading(7, System.nanoTime(), 3, System.nanoTime() - 2_000_000_000, true, 100, 50, 2, 4, 5,
						1000, 2000, new SlotReading.Timeouts(1, 8, 7, 8), new SlotReading.HeapAfterGc(400, 1500, 3)));
		// Of a worker that is gone.
		this.scoreboard.write(1, new SlotReading(6, System.nanoTime(), 9, 0, false, 900, 0, 0, 0, 0, 0, 0));
		PoolDocument document = this.documents.pool(
				view(worker(0, 7, PID, WorkerState.ACCEPTING), worker(1, 8, 0, WorkerState.SPAWNED),
						worker(2, 9, NO_PROCESS, WorkerState.BOOTING), worker(3, 10, NO_PROCESS, WorkerState.READY),
						worker(4, 11, NO_PROCESS, WorkerState.DRAINING), worker(5, 12, NO_PROCESS, WorkerState.SPARE)),
				new Totals(1000, 10, 20, 30, 40, 50));
		assertThat(document.state()).isEqualTo("RUNNING");
		assertThat(document.master().pid()).isEqualTo(PID);
		assertThat(document.workerClass()).isEqualTo("gthread");
		assertThat(document.threads()).isEqualTo(8);
		assertThat(document.workers()).isEqualTo(new PoolDocument.Workers(4, 1, 1, 1, 2, 1, 3, 1, 8));
		assertThat(document.counters().requests()).isEqualTo(1100);
		assertThat(document.counters().errors()).isEqualTo(14);
		assertThat(document.counters().overflowed()).isEqualTo(22);
		assertThat(document.counters().slowClients()).isEqualTo(35);
		assertThat(document.counters().slowRequests()).isEqualTo(47);
		assertThat(document.counters().timedOut()).isEqualTo(58);
		assertThat(document.counters().spawned()).isEqualTo(12);
		assertThat(document.counters().exits()).containsEntry("crash", 2L)
			.containsEntry("timeout", 0L)
			.containsEntry("recycled", 0L)
			.containsEntry("boot", 0L)
			.containsEntry("voluntary", 0L);
		assertThat(document.counters().causes()).containsEntry("signal", 2L)
			.containsEntry("oom-kill", 0L)
			.hasSize(ExitCause.Kind.values().length);
		assertThat(document.listeners()).extracting(PoolDocument.ListenerDocument::address)
			.containsExactly("0.0.0.0:80", "unix:/run/app.sock");
		PoolDocument.WorkerSummary known = document.pool().get(0);
		assertThat(known.busy()).isEqualTo(3);
		assertThat(known.lost()).isEqualTo(1);
		assertThat(known.oldestRequest()).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
		assertThat(known.heartbeat()).isNotNull();
		assertThat(known.rss()).isPositive();
		assertThat(known.heapUsed()).isEqualTo(1000L);
		assertThat(known.heapAfterGc()).isEqualTo(400L);
		assertThat(document.pool().get(1)).isEqualTo(new PoolDocument.WorkerSummary(1, 0, 2, "SPAWNED",
				document.pool().get(1).age(), 0, 0, 0, null, null, null, null, null));
	}

	@Test
	void whenTheKernelTellsOfTheQueueThenItIsShown() {
		this.fixture.os.listeners.get(0).queued = 5;
		assertThat(this.documents.pool(view(), Totals.NONE).listeners()).containsExactly(
				new PoolDocument.ListenerDocument("0.0.0.0:80", 128, 5),
				new PoolDocument.ListenerDocument("unix:/run/app.sock", 128, null));
	}

	@Test
	void whenWorkerIsNamedThenItIsFoundBySlotBeforePid() {
		PoolView view = view(worker(0, 7, 3, WorkerState.ACCEPTING), worker(3, 8, 70, WorkerState.ACCEPTING));
		assertThat(serial(view, "0")).isEqualTo(7);
		assertThat(serial(view, "3")).isEqualTo(8);
		assertThat(serial(view, "70")).isEqualTo(8);
		assertThat(List.of("1", "-1", "", "03", "7", "x"))
			.allSatisfy((nobody) -> assertThat(this.documents.worker(view, nobody)).isEmpty());
	}

	@Test
	void whenPidOfAWorkerIsNotKnownYetThenZeroDoesNotNameIt() {
		assertThat(this.documents.worker(view(worker(1, 8, 0, WorkerState.SPAWNED)), "0")).isEmpty();
	}

	private long serial(PoolView view, String slotOrPid) {
		return this.documents.worker(view, slotOrPid).orElseThrow().serial();
	}

	@Test
	void whenARolloutFailedThenThePoolTells() {
		PoolDocument pool = this.documents.pool(view(), Totals.NONE);
		assertThat(pool.rollout())
			.isEqualTo(new PoolDocument.Rollout(3, true, "FAILED", Duration.ofSeconds(2), "no", null));
		assertThat(pool.counters().rollouts()).containsEntry("failed", 1L);
		assertThat(pool.trouble()).isEqualTo("11 workers have ended");
	}

	private static PoolView view(PoolView.WorkerView... workers) {
		return new PoolView(PoolView.State.RUNNING, 4, 2, List.of(workers), 12, Map.of(ExitCause.Kind.SIGNAL, 2L),
				List.of(),
				Optional.of(new RolloutView(3, true, RolloutView.Stage.FAILED, "no", "", Duration.ofSeconds(2))),
				Map.of(RolloutView.Stage.FAILED, 1L), new ScaleView("spare", 2, 8, 3,
						"scaling from 2 to 4 workers: 16 of 16 slots busy", Map.of(ScaleReason.SPARE, 1L)),
				"11 workers have ended");
	}

	private static PoolView.WorkerView worker(int slot, long serial, int pid, WorkerState state) {
		return new PoolView.WorkerView(new WorkerId(slot, serial), pid, 2, state,
				MonotonicTime.now().minus(Duration.ofSeconds(5)));
	}

}
