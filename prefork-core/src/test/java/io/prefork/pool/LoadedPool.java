package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * A pool under load, as a queue with a changing number of servers: requests arrive at
 * random (Poisson) at a rate that is given, wait in one queue, and are served by workers
 * with some slots each for a time that is exponentially distributed. Workers boot for 5
 * to 20 seconds, few at a time, and crash at random with what they serve.
 */
final class LoadedPool {

	static final int SLOTS = 4;

	/**
	 * Requests a second that a worker serves at most.
	 */
	static final double CAPACITY = 8;

	private static final Duration TICK = Duration.ofMillis(200);

	/**
	 * Probability that a request ends within a tick.
	 */
	private static final double ENDS = CAPACITY / SLOTS / 5;

	private static final long WORKER_MEMORY = 250L << 20;

	private final Pool pool;

	private final SplittableRandom random;

	private final double crashesPerSecond;

	private final OptionalLong memory;

	private final Map<WorkerId, Worker> workers = new LinkedHashMap<>();

	private final List<Integer> targets = new ArrayList<>();

	private final List<String> lines = new ArrayList<>();

	private Instant now = Instant.EPOCH;

	private int queued;

	/**
	 * @param crashesPerSecond probability that a worker which accepts crashes within a
	 * second
	 * @param memory memory for all workers, or empty for any
	 */
	LoadedPool(PoolPolicy policy, double crashesPerSecond, OptionalLong memory, long seed) {
		this.random = new SplittableRandom(seed);
		this.pool = new Pool(policy, this.random.split());
		this.crashesPerSecond = crashesPerSecond;
		this.memory = memory;
		tell(new Event.Start());
		while (view().state() != PoolView.State.RUNNING) {
			second(0);
		}
		this.targets.clear();
	}

	/**
	 * Lets a second pass.
	 * @param rate requests that arrive in it, on average
	 */
	void second(double rate) {
		for (int tick = 0; tick < 5; tick++) {
			this.now = this.now.plus(TICK);
			this.queued += arrivals(rate / 5);
			for (Worker worker : List.copyOf(this.workers.values())) {
				if (this.workers.containsKey(worker.id)) {
					live(worker);
				}
			}
			serve();
			tell(new Event.Tick(vitals(), surroundings()));
			this.targets.add(view().target());
		}
	}

	/**
	 * Knuth's algorithm, in steps in which it is exact.
	 */
	private int arrivals(double mean) {
		int arrivals = 0;
		for (double left = mean; left > 0; left -= 10) {
			double limit = Math.exp(-Math.min(left, 10));
			for (double product = this.random.nextDouble(); product > limit; product *= this.random.nextDouble()) {
				arrivals++;
			}
		}
		return arrivals;
	}

	private void live(Worker worker) {
		for (int request = worker.busy; request > 0; request--) {
			worker.busy -= (this.random.nextDouble() < ENDS) ? 1 : 0;
		}
		if (!worker.accepting && !worker.leaving && !this.now.isBefore(worker.ready)) {
			worker.accepting = true;
			tell(new Event.Ready(worker.id));
			tell(new Event.Accepting(worker.id));
		}
		if (worker.leaving && worker.busy == 0) {
			end(worker, OptionalInt.of(0), "");
		}
		else if (worker.accepting && this.random.nextDouble() < this.crashesPerSecond / 5) {
			end(worker, OptionalInt.empty(), "SIGSEGV");
		}
	}

	private void end(Worker worker, OptionalInt code, String signal) {
		this.workers.remove(worker.id);
		tell(new Event.Exited(worker.id, code, signal, ""));
	}

	private void serve() {
		List<Worker> serving = new ArrayList<>(this.workers.values());
		serving.removeIf((worker) -> !worker.accepting || worker.leaving || worker.busy == SLOTS);
		while (this.queued > 0 && !serving.isEmpty()) {
			Worker worker = serving.get(this.random.nextInt(serving.size()));
			this.queued--;
			worker.busy++;
			if (worker.busy == SLOTS) {
				serving.remove(worker);
			}
		}
	}

	private Map<WorkerId, Vitals> vitals() {
		Map<WorkerId, Vitals> vitals = new HashMap<>();
		for (Worker worker : this.workers.values()) {
			if (worker.accepting) {
				vitals.put(worker.id, new Vitals(this.now, Duration.ZERO, worker.busy, Optional.empty(), 0, 0));
			}
		}
		return vitals;
	}

	private Surroundings surroundings() {
		if (this.memory.isEmpty()) {
			return new Surroundings(this.queued, OptionalLong.empty(), OptionalLong.empty());
		}
		long used = this.workers.values().stream().filter((worker) -> worker.accepting).count() * WORKER_MEMORY;
		return new Surroundings(this.queued, OptionalLong.of(this.memory.getAsLong() - used),
				OptionalLong.of(WORKER_MEMORY));
	}

	private void tell(Event event) {
		for (Action action : this.pool.on(event, this.now)) {
			carryOut(action);
		}
	}

	private void carryOut(Action action) {
		if (action instanceof Action.Spawn spawn) {
			WorkerId id = spawn.worker();
			Duration boot = Duration.ofMillis(this.random.nextInt(5000, 20_000));
			this.workers.put(id, new Worker(id, this.now.plus(boot)));
			tell(new Event.Spawned(id, (int) (1000 + id.serial())));
			tell(new Event.Connected(id));
		}
		else if (action instanceof Action.Drain drain) {
			this.workers.get(drain.worker()).leaving = true;
		}
		else if (action instanceof Action.Signal signal) {
			end(this.workers.get(signal.worker()), OptionalInt.empty(), "SIG" + signal.signal());
		}
		else if (action instanceof Action.Report report) {
			this.lines.add(report.severity() + " " + report.line());
		}
	}

	PoolView view() {
		return this.pool.view();
	}

	int queued() {
		return this.queued;
	}

	/**
	 * What the pool has said, with its severity.
	 */
	List<String> lines() {
		return this.lines;
	}

	int highestTarget() {
		return this.targets.stream().mapToInt(Integer::intValue).max().orElseThrow();
	}

	/**
	 * How often the target, having risen, has fallen, or having fallen, has risen.
	 */
	int turns() {
		int turns = 0;
		int direction = 0;
		for (int i = 1; i < this.targets.size(); i++) {
			int step = Integer.compare(this.targets.get(i), this.targets.get(i - 1));
			turns += (step != 0 && step == -direction) ? 1 : 0;
			direction = (step != 0) ? step : direction;
		}
		return turns;
	}

	private static final class Worker {

		private final WorkerId id;

		private final Instant ready;

		private boolean accepting;

		private boolean leaving;

		private int busy;

		Worker(WorkerId id, Instant ready) {
			this.id = id;
			this.ready = ready;
		}

	}

}
