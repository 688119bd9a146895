package io.prefork.spring.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.prefork.control.ObituaryDocument;
import io.prefork.control.PoolControl;
import io.prefork.control.PoolDocument;
import io.prefork.control.PoolDocument.WorkerSummary;
import io.prefork.control.ReloadDocument;
import io.prefork.control.ScaleDocument;
import io.prefork.control.UpgradeDocument;
import io.prefork.control.WorkerDocument;
import org.jspecify.annotations.Nullable;

/**
 * A pool that shows what it is told to show and records its commands.
 */
public class FakePoolControl implements PoolControl {

	static final ObituaryDocument OBITUARY = new ObituaryDocument(0, 38, 1, "ACCEPTING", "crash", "signal",
			"killed by SIGSEGV", Instant.parse("2026-11-21T10:00:00.123Z"), Duration.ofSeconds(61), 90321, 2);

	static final WorkerSummary WORKER = new WorkerSummary(0, 41, 2, "ACCEPTING", Duration.ofMinutes(2), 1, 0, 30011,
			Duration.ofMillis(20), Duration.ofMillis(100), 214958080L, 61000000L, 48000000L);

	public final List<String> commands = new ArrayList<>();

	PoolDocument pool = pool("RUNNING", 4, List.of(WORKER));

	ReloadDocument reload = new ReloadDocument(ReloadDocument.Status.STARTED, 2, null, null, null);

	UpgradeDocument upgrade = new UpgradeDocument(UpgradeDocument.Status.STARTED, Duration.ofSeconds(2), null, null);

	@Nullable RuntimeException failure;

	int reads;

	/**
	 * The pool of the design's example, but for what is given.
	 */
	static PoolDocument pool(String state, int accepting, List<WorkerSummary> workers) {
		Map<String, Long> exits = new LinkedHashMap<>();
		exits.put("crash", 1L);
		exits.put("timeout", 0L);
		exits.put("recycled", 1L);
		return new PoolDocument(state, new PoolDocument.Master(7, Duration.ofMinutes(3), 1), "gthread", 8, 2,
				List.of(new PoolDocument.ListenerDocument("0.0.0.0:8080", 2048, 0)),
				new PoolDocument.Workers(4, accepting, 1, 0, 0, 0, 3, 1, 32),
				new PoolDocument.Counters(120334, 17, 5, 2, 12, 4, 6, exits, Map.of("signal", 1L, "max-age", 1L),
						Map.of("failed", 1L)),
				new PoolDocument.Scale("busyness", 2, 8, 4,
						"scaling from 2 to 4 workers: 16 of 16 slots busy and 37 connections queued",
						Map.of("queue", 1L)),
				workers, List.of(OBITUARY), null, null);
	}

	void reset() {
		this.commands.clear();
		this.failure = null;
		this.upgrade = new UpgradeDocument(UpgradeDocument.Status.STARTED, Duration.ofSeconds(2), null, null);
		this.reload = new ReloadDocument(ReloadDocument.Status.STARTED, 2, null, null, null);
		this.pool = pool("RUNNING", 4, List.of(WORKER));
	}

	@Override
	public PoolDocument pool() {
		this.reads++;
		failIfTold();
		return this.pool;
	}

	@Override
	public Optional<WorkerDocument> worker(String worker) {
		failIfTold();
		if (!worker.equals("0") && !worker.equals("41")) {
			return Optional.empty();
		}
		return Optional.of(new WorkerDocument(WORKER, 6, 812L, 0L, 3L, 0L, 268435456L,
				List.of(new ObituaryDocument.Full(OBITUARY,
						List.of(new ObituaryDocument.OldestRequest("GET /report", Duration.ofMillis(4200))),
						230_000_000L, 61_000_000L, 268435456L, null, null, "last\nwords"))));
	}

	@Override
	public ObituaryDocument.Listing obituaries() {
		failIfTold();
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
		return new ScaleDocument(4, Math.max(1, 4 + by), null);
	}

	@Override
	public ScaleDocument scaleAuto() {
		record("scaleAuto");
		return new ScaleDocument(4, 4, null);
	}

	@Override
	public ReloadDocument reload(boolean wait) {
		record("reload " + wait);
		return this.reload;
	}

	@Override
	public ReloadDocument rollback(boolean wait) {
		record("rollback " + wait);
		return this.reload;
	}

	@Override
	public UpgradeDocument upgrade() {
		record("upgrade");
		return this.upgrade;
	}

	@Override
	public boolean replace(String worker) {
		record("replace " + worker);
		return worker.equals("0") || worker.equals("41");
	}

	private void record(String command) {
		failIfTold();
		this.commands.add(command);
	}

	private void failIfTold() {
		if (this.failure != null) {
			throw this.failure;
		}
	}

}
