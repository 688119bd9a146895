package io.prefork.control;

import java.time.Duration;
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
			Duration.ofMinutes(2), 1, 0, 30011, Duration.ofMillis(20), null, 214958080L, null);

	static final PoolDocument POOL = new PoolDocument("RUNNING", new PoolDocument.Master(7, Duration.ofNanos(3)),
			"gthread", 8, 2, List.of(new PoolDocument.ListenerDocument("unix:/run/ä.sock", 2048, null)),
			new PoolDocument.Workers(4, 4, 0, 0, 0, 3, 0, 32),
			new PoolDocument.Counters(9, 1, 0, 0, 0, 0, 6, Map.of("crash", 1L)), List.of(SUMMARY));

	static final ReloadDocument RELOAD = new ReloadDocument(ReloadDocument.Status.FAILED, 2, null, "no\nway");

	final List<String> commands = new CopyOnWriteArrayList<>();

	volatile @Nullable RuntimeException failure;

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
		return new WorkerDocument(SUMMARY, 6, 812, 0, 3, 0, null, List.of(new WorkerDocument.ObituaryDocument(0, 38, 1,
				"crash", "killed by SIGSEGV", Duration.ofSeconds(61), 90321, 2, this.evidence)));
	}

	@Override
	public ScaleDocument scaleTo(int workers) {
		record("scaleTo " + workers);
		return new ScaleDocument(4, workers);
	}

	@Override
	public ScaleDocument scaleBy(int by) {
		record("scaleBy " + by);
		return new ScaleDocument(4, 4 + by);
	}

	@Override
	public ReloadDocument reload(boolean wait) {
		record("reload " + wait);
		return RELOAD;
	}

	@Override
	public boolean replace(String worker) {
		record("replace " + worker);
		return worker.equals("0");
	}

	private void record(String command) {
		RuntimeException told = this.failure;
		if (told != null) {
			throw told;
		}
		this.commands.add(command);
	}

}
