package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Drives a pool through an example: keeps the time, ticks, and beats the hearts of the
 * workers that were not silenced.
 */
final class PoolScript {

	/**
	 * A canary proves by accepting.
	 */
	static final RolloutPolicy PLAIN = new RolloutPolicy(1, 0, Duration.ZERO, 5, false);

	static final PoolPolicy POLICY = new PoolPolicy(2, 8, 2, Duration.ofSeconds(60), Duration.ofSeconds(30),
			Duration.ZERO, Duration.ofSeconds(20), 0, 0, PoolPolicy.Backoff.DEFAULT, PLAIN);

	private static final Duration TICK = Duration.ofMillis(250);

	private final PoolPolicy policy;

	private Pool pool;

	private final Map<WorkerId, Vitals> vitals = new LinkedHashMap<>();

	private final Set<WorkerId> silent = new HashSet<>();

	private final Map<WorkerId, Duration> burning = new HashMap<>();

	private Surroundings surroundings = Surroundings.UNKNOWN;

	private Instant now = Instant.EPOCH;

	private boolean preparing = true;

	private PoolScript(PoolPolicy policy) {
		this.policy = policy;
		this.pool = new Pool(policy, new SplittableRandom(1));
	}

	/**
	 * Has another pool go on in place of this one.
	 */
	PoolScript handOver() {
		return handOver(this.policy);
	}

	/**
	 * Has another pool go on in place of this one, with other rules.
	 */
	PoolScript handOver(PoolPolicy policy) {
		assertThat(this.pool.isMidway()).isFalse();
		this.pool = Pool.resume(policy, new SplittableRandom(2), this.pool.carry());
		return this;
	}

	static PoolScript of(PoolPolicy policy) {
		return new PoolScript(policy);
	}

	static PoolPolicy policy(int workers) {
		return policy(workers, PLAIN);
	}

	static PoolPolicy policy(int workers, RolloutPolicy rollout) {
		return new PoolPolicy(workers, 64, 64, POLICY.bootTimeout(), POLICY.timeout(), POLICY.requestTimeout(),
				POLICY.gracefulTimeout(), 0, 0, POLICY.backoff(), rollout);
	}

	static StaffingPolicy spares(int spares) {
		return new StaffingPolicy(spares, 64, RespawnPolicy.DEFAULT);
	}

	/**
	 * A pool whose workers all accept, with serials from 1.
	 */
	static PoolScript running(int workers) {
		return running(policy(workers));
	}

	static PoolScript running(PoolPolicy policy) {
		PoolScript script = new PoolScript(policy);
		script.on(new Event.Start());
		for (int serial = 1; serial <= policy.workers(); serial++) {
			script.up(serial);
		}
		return script;
	}

	/**
	 * Tells an event; code that is asked for then is ready at once.
	 */
	List<Action> on(Event event) {
		List<Action> actions = new ArrayList<>(this.pool.on(event, this.now));
		OperationsPage.assertExplained(actions);
		if (this.preparing) {
			for (Action.Prepare prepare : only(Action.Prepare.class, actions)) {
				actions.addAll(on(new Event.Prepared(prepare.generation())));
			}
		}
		return actions;
	}

	/**
	 * From now on code that is asked for is not made ready.
	 */
	PoolScript withoutPreparing() {
		this.preparing = false;
		return this;
	}

	/**
	 * Lets time pass, with ticks.
	 */
	List<Action> pass(Duration time) {
		List<Action> actions = new ArrayList<>();
		Instant end = this.now.plus(time);
		while (this.now.isBefore(end)) {
			this.now = this.now.plus(TICK);
			actions.addAll(tick());
		}
		return actions;
	}

	List<Action> passSeconds(double seconds) {
		return pass(Duration.ofMillis((long) (seconds * 1000)));
	}

	/**
	 * Lets time pass without a tick but the last one.
	 */
	List<Action> jump(Duration time) {
		this.now = this.now.plus(time);
		return tick();
	}

	List<Action> tick() {
		this.vitals.replaceAll((id, last) -> {
			Duration cpu = last.cpu().plus(this.burning.getOrDefault(id, Duration.ZERO));
			Instant beat = this.silent.contains(id) ? last.heartbeat() : this.now;
			return new Vitals(beat, cpu, last.busy(), last.oldestRequest(), last.requests(), last.errors(), last.lost(),
					last.slots(), last.heap());
		});
		return on(new Event.Tick(this.vitals, this.surroundings));
	}

	/**
	 * The living worker with that serial.
	 */
	WorkerId worker(long serial) {
		return find(serial).orElseThrow(() -> new AssertionError("no #" + serial + " in " + this.pool.view().workers()))
			.worker();
	}

	Optional<PoolView.WorkerView> find(long serial) {
		return view().workers().stream().filter((worker) -> worker.worker().serial() == serial).findFirst();
	}

	WorkerState state(long serial) {
		return find(serial).map(PoolView.WorkerView::state).orElse(WorkerState.EXITED);
	}

	/**
	 * The process of a worker starts; its pid is 100 and its serial.
	 */
	List<Action> spawned(long serial) {
		return on(new Event.Spawned(worker(serial), (int) (100 + serial)));
	}

	List<Action> ready(long serial) {
		spawned(serial);
		WorkerId worker = worker(serial);
		on(new Event.Connected(worker));
		this.vitals.put(worker, new Vitals(this.now, Duration.ZERO, 0, Optional.empty(), 0, 0));
		return on(new Event.Ready(worker));
	}

	List<Action> up(long serial) {
		ready(serial);
		return on(new Event.Accepting(worker(serial)));
	}

	List<Action> exited(long serial, int code) {
		return exited(serial, code, "");
	}

	List<Action> exited(long serial, int code, String output) {
		WorkerId worker = worker(serial);
		this.vitals.remove(worker);
		return on(new Event.Exited(worker, OptionalInt.of(code), "", output));
	}

	/**
	 * Its process has ended, and nobody knows what of yet.
	 */
	List<Action> died(long serial) {
		return on(new Event.Died(worker(serial)));
	}

	List<Action> killed(long serial, String signal) {
		WorkerId worker = worker(serial);
		this.vitals.remove(worker);
		return on(new Event.Exited(worker, OptionalInt.empty(), signal, ""));
	}

	void silence(long serial) {
		this.silent.add(worker(serial));
	}

	/**
	 * Lets a worker use that much processor time with every tick.
	 */
	void burn(long serial, Duration cpuPerTick) {
		this.burning.put(worker(serial), cpuPerTick);
	}

	void load(long serial, int busy, long requests) {
		this.vitals.computeIfPresent(worker(serial), (id, last) -> new Vitals(last.heartbeat(), last.cpu(), busy,
				(busy > 0) ? Optional.of(this.now) : Optional.empty(), requests, last.errors()));
	}

	void answered(long serial, long requests, long errors) {
		this.vitals.computeIfPresent(worker(serial),
				(id, last) -> new Vitals(last.heartbeat(), last.cpu(), 0, Optional.empty(), requests, errors));
	}

	/**
	 * Lets every worker that has a heartbeat hold that many requests.
	 */
	void loadAll(int busy) {
		this.vitals.keySet().forEach((worker) -> load(worker.serial(), busy, 0));
	}

	/**
	 * Lets the old generation of a worker be collected, and that share of it be left in
	 * use.
	 */
	void collect(long serial, int percent) {
		this.vitals.computeIfPresent(worker(serial),
				(id, last) -> new Vitals(last.heartbeat(), last.cpu(), last.busy(), last.oldestRequest(),
						last.requests(), last.errors(), last.lost(), last.slots(),
						new HeapAfterGc(percent << 20, 100 << 20, last.heap().collections() + 1)));
	}

	/**
	 * Samples the resident memory of a worker.
	 */
	List<Action> measure(long serial, long bytes) {
		return on(new Event.Measured(Map.of(worker(serial), bytes)));
	}

	void surroundings(Surroundings surroundings) {
		this.surroundings = surroundings;
	}

	/**
	 * Lets a worker lose request slots to requests that began now.
	 */
	void lose(long serial, int lost) {
		lose(serial, lost, 0);
	}

	/**
	 * Lets a worker lose some of as many request slots as it says that it has.
	 */
	void lose(long serial, int lost, int slots) {
		this.vitals.computeIfPresent(worker(serial),
				(id, last) -> new Vitals(last.heartbeat(), last.cpu(), Math.max(lost, last.busy()),
						Optional.of(this.now), last.requests(), last.errors(), lost, slots, last.heap()));
	}

	PoolView view() {
		return this.pool.view();
	}

	Obituary lastObituary() {
		return view().obituaries().get(0);
	}

	Instant now() {
		return this.now;
	}

	/**
	 * The actions of one kind.
	 */
	static <A extends Action> List<A> only(Class<A> type, List<Action> actions) {
		return actions.stream().filter(type::isInstance).map(type::cast).toList();
	}

	static List<Long> spawns(List<Action> actions) {
		return only(Action.Spawn.class, actions).stream().map((spawn) -> spawn.worker().serial()).toList();
	}

	/**
	 * Serials of those whose gates are to be opened.
	 */
	static List<Long> opened(List<Action> actions) {
		return only(Action.OpenGate.class, actions).stream().map((open) -> open.worker().serial()).toList();
	}

	static List<Long> drains(List<Action> actions) {
		return only(Action.Drain.class, actions).stream().map((drain) -> drain.worker().serial()).toList();
	}

	/**
	 * Signals in the form {@code KILL #3}.
	 */
	static List<String> signals(List<Action> actions) {
		return only(Action.Signal.class, actions).stream()
			.map((signal) -> signal.signal() + " #" + signal.worker().serial())
			.toList();
	}

	static List<Answer> replies(List<Action> actions) {
		return only(Action.Reply.class, actions).stream().map(Action.Reply::answer).toList();
	}

	static List<String> lines(Action.Severity severity, List<Action> actions) {
		return only(Action.Report.class, actions).stream()
			.filter((report) -> report.severity() == severity)
			.map(Action.Report::line)
			.toList();
	}

}
