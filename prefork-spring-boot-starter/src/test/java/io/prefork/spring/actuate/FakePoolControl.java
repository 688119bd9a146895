package io.prefork.spring.actuate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.prefork.control.PoolControl;
import io.prefork.control.PoolDocument;
import io.prefork.control.PoolDocument.WorkerSummary;
import io.prefork.control.ReloadDocument;
import io.prefork.control.ScaleDocument;
import io.prefork.control.WorkerDocument;
import org.jspecify.annotations.Nullable;

/**
 * A pool that shows what it is told to show and records its commands.
 */
public class FakePoolControl implements PoolControl {

	static final WorkerSummary WORKER = new WorkerSummary(0, 41, 2, "ACCEPTING", Duration.ofMinutes(2), 1, 0, 30011,
			Duration.ofMillis(20), Duration.ofMillis(100), 214958080L, 61000000L);

	public final List<String> commands = new ArrayList<>();

	PoolDocument pool = pool("RUNNING", 4, List.of(WORKER));

	ReloadDocument reload = new ReloadDocument(ReloadDocument.Status.STARTED, 2, null, null);

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
		return new PoolDocument(state, new PoolDocument.Master(7, Duration.ofMinutes(3)), "gthread", 8, 2,
				List.of(new PoolDocument.ListenerDocument("0.0.0.0:8080", 2048, 0)),
				new PoolDocument.Workers(4, accepting, 0, 0, 0, 3, 1, 32),
				new PoolDocument.Counters(120334, 17, 5, 2, 12, 4, 6, exits), workers);
	}

	void reset() {
		this.commands.clear();
		this.failure = null;
		this.reload = new ReloadDocument(ReloadDocument.Status.STARTED, 2, null, null);
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
		return Optional
			.of(new WorkerDocument(WORKER, 6, 812, 0, 3, 0, 268435456L, List.of(new WorkerDocument.ObituaryDocument(0,
					38, 1, "crash", "killed by SIGSEGV", Duration.ofSeconds(61), 90321, 2, null))));
	}

	@Override
	public ScaleDocument scaleTo(int workers) {
		record("scaleTo " + workers);
		return new ScaleDocument(4, workers);
	}

	@Override
	public ScaleDocument scaleBy(int by) {
		record("scaleBy " + by);
		return new ScaleDocument(4, Math.max(1, 4 + by));
	}

	@Override
	public ReloadDocument reload(boolean wait) {
		record("reload " + wait);
		return this.reload;
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
