package io.prefork.control;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

/**
 * A pool that shows what it is told to show and records its commands.
 */
class StubPoolControl implements PoolControl {

	static final PoolDocument.WorkerSummary SUMMARY = new PoolDocument.WorkerSummary(0, 41, 2, "ACCEPTING",
			Duration.ofMinutes(2), 1, 0, 30011, Duration.ofMillis(20), null, 214958080L, null, null);

	static final ObituaryDocument OBITUARY = new ObituaryDocument(0, 38, 1, "ACCEPTING", "crash", "signal",
			"killed by SIGSEGV", Instant.ofEpochMilli(1_700_000_000_123L), Duration.ofSeconds(61), 90321, 2);

	static final PoolDocument POOL = new PoolDocument("RUNNING", new PoolDocument.Master(7, Duration.ofNanos(3), 1),
			"gthread", 8, 2, List.of(new PoolDocument.ListenerDocument("unix:/run/ä.sock", 2048, null)),
			new PoolDocument.Workers(4, 4, 1, 0, 0, 0, 3, 0, 32),
			new PoolDocument.Counters(9, 1, 0, 0, 0, 0, 6, Map.of("crash", 1L), Map.of("signal", 1L),
					Map.of("failed", 1L)),
			new PoolDocument.Scale("spare", 2, 8, 4, "scaling from 2 to 4 workers: 16 of 16 slots busy",
					Map.of("spare", 1L)),
			List.of(SUMMARY), List.of(OBITUARY),
			new PoolDocument.Rollout(3, false, "FAILED", Duration.ofSeconds(2), "no", "way"), "too many exits");

	static final ReloadDocument RELOAD = new ReloadDocument(ReloadDocument.Status.FAILED, 2, null, "no", "way");

	private final UpgradeDocument upgrade = new UpgradeDocument(UpgradeDocument.Status.FAILED, Duration.ofSeconds(2),
			"no", "way");

	final List<String> commands = new CopyOnWriteArrayList<>();

	volatile @Nullable RuntimeException failure;

	volatile @Nullable Error error;

	volatile String evidence = "stack";

	@Override
	public PoolDocument pool() {
		record("pool");
		return POOL;
	}

	@Override
	public Optional<WorkerDocument> worker(String worker) {
		record("worker " + worker);
		return worker.equals("0") ? Optional.of(document()) : Optional.empty();
	}

	WorkerDocument document() {
		return new WorkerDocument(SUMMARY, 6, 812L, 0L, 3L, 0L, null,
				List.of(new ObituaryDocument.Full(OBITUARY,
						List.of(new ObituaryDocument.OldestRequest("GET /", Duration.ofMillis(4200))), 1L, null, 3L,
						this.evidence, null, "last words")));
	}

	@Override
	public ObituaryDocument.Listing obituaries() {
		record("obituaries");
		return new ObituaryDocument.Listing(List.of(OBITUARY));
	}

	@Override
	public ScaleDocument scaleTo(int workers) {
		record("scaleTo " + workers);
		return new ScaleDocument(4, workers, workers);
	}

	@Override
	public ScaleDocument scaleBy(int by) {
		record("scaleBy " + by);
		return new ScaleDocument(4, 4 + by, null);
	}

	@Override
	public ScaleDocument scaleAuto() {
		record("scaleAuto");
		return new ScaleDocument(4, 4, null);
	}

	@Override
	public ReloadDocument reload(boolean wait) {
		record("reload " + wait);
		return RELOAD;
	}

	@Override
	public ReloadDocument rollback(boolean wait) {
		record("rollback " + wait);
		return RELOAD;
	}

	@Override
	public UpgradeDocument upgrade() {
		record("upgrade");
		return this.upgrade;
	}

	@Override
	public boolean replace(String worker) {
		record("replace " + worker);
		return worker.equals("0");
	}

	private void record(String command) {
		Error error = this.error;
		if (error != null) {
			throw error;
		}
		RuntimeException told = this.failure;
		if (told != null) {
			throw told;
		}
		this.commands.add(command);
	}

}
