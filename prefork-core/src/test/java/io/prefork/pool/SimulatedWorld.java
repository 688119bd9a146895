package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Consumer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Processes, messages and time as a pool meets them, at random and worse than in life.
 * What the master itself tells (spawned, exited) is told once, in any order; what workers
 * tell may be lost, doubled and late.
 */
final class SimulatedWorld {

	private static final Duration TICK = Duration.ofMillis(250);

	private final SplittableRandom random;

	private final PoolPolicy policy;

	private Pool pool;

	private final PoolInvariants invariants;

	private final PoolDuties duties;

	private final Map<WorkerId, SimulatedProcess> processes = new LinkedHashMap<>();

	private final SimulatedCode code = new SimulatedCode();

	private final PriorityQueue<Due> agenda = new PriorityQueue<>(
			Comparator.comparing(Due::at).thenComparingLong(Due::number));

	/**
	 * Time as the processes live it; the clock runs ahead of it by the jumps so far.
	 */
	private Instant time = Instant.EPOCH;

	private Duration jumped = Duration.ZERO;

	private SimulatedChaos chaos = SimulatedChaos.NONE;

	private int queued;

	private long numbers;

	private long tickets;

	private long events;

	private long ticks;

	private Consumer<Action> observer = (action) -> {
	};

	SimulatedWorld(PoolPolicy policy, SplittableRandom random) {
		this.random = random;
		this.policy = policy;
		this.pool = new Pool(policy, random.split());
		this.invariants = new PoolInvariants(policy, this.pool.view());
		this.duties = new PoolDuties(policy, this.pool.view());
		later(TICK, this::tick);
	}

	void chaos(SimulatedChaos chaos) {
		this.chaos = chaos;
	}

	void observe(Consumer<Action> observer) {
		this.observer = observer;
	}

	/**
	 * Lets time pass, or less of it if the master ends.
	 */
	void run(Duration duration) {
		Instant end = this.time.plus(duration);
		while (!over() && !this.agenda.isEmpty() && !this.agenda.peek().at().isAfter(end)) {
			Due due = this.agenda.remove();
			this.time = due.at();
			due.what().run();
		}
		this.time = end;
	}

	void tell(Event event) {
		if (over()) {
			return;
		}
		this.events++;
		this.ticks += (event instanceof Event.Tick) ? 1 : 0;
		if (event instanceof Event.Spawned spawned && this.processes.containsKey(spawned.worker())) {
			this.processes.get(spawned.worker()).spawnTold = true;
		}
		Instant now = this.time.plus(this.jumped);
		this.invariants.before(event);
		this.duties.before(event, now);
		List<Action> actions = this.pool.on(event, now);
		PoolView view = this.pool.view();
		this.invariants.present(view);
		this.duties.present(view);
		for (Action action : actions) {
			this.invariants.check(action, this.processes);
			this.duties.check(action, this.processes, now);
			carryOut(action);
			this.observer.accept(action);
		}
		this.invariants.after(actions, this.processes.keySet());
		this.duties.after(actions, now, this.time);
	}

	/**
	 * A command at random, by a signal or with a ticket to be answered.
	 */
	void command(int maximum) {
		long ticket = (this.random.nextInt(4) == 0) ? 0 : ++this.tickets;
		List<PoolView.WorkerView> workers = this.pool.view().workers();
		switch (this.random.nextInt(11)) {
			case 0, 1 -> ask(ticket, new Event.ScaleTo(ticket, this.random.nextInt(maximum + 2)));
			case 2, 3 -> ask(ticket, new Event.ScaleBy(ticket, this.random.nextInt(5) - 2));
			case 4, 5 -> ask(ticket, new Event.Reload(ticket));
			case 6 -> ask(ticket, new Event.ScaleAuto(ticket));
			case 7 -> ask(ticket, new Event.Rollback(ticket));
			case 8, 9 -> ask(ticket, new Event.Replace(ticket, workers.isEmpty() ? new WorkerId(0, 999_999)
					: workers.get(this.random.nextInt(workers.size())).worker()));
			default -> {
				if (this.random.nextInt(5) == 0) {
					tell(new Event.Dismiss());
				}
			}
		}
	}

	private void ask(long ticket, Event.Command command) {
		if (over()) {
			return;
		}
		if (ticket != 0) {
			this.invariants.asked(ticket);
		}
		tell(command);
	}

	private void tick() {
		Map<WorkerId, Vitals> vitals = new HashMap<>();
		for (SimulatedProcess process : List.copyOf(this.processes.values())) {
			if (process.beat != null && !process.ended) {
				process.live(this.time.plus(this.jumped), this.random.nextInt(20));
				misbehave(process);
			}
			process.vitals(this.random.nextInt(3)).ifPresent((seen) -> vitals.put(process.id, seen));
		}
		if (happens(this.chaos.jump())) {
			this.jumped = this.jumped.plusSeconds(this.random.nextInt(1, 4000));
		}
		later(TICK, this::tick);
		this.queued = Math.max(0, this.queued + this.random.nextInt(-10, 11));
		tell(new Event.Tick(vitals, new Surroundings(this.queued, OptionalLong.of(this.random.nextInt(20)),
				OptionalLong.of(this.random.nextInt(1, 4)))));
	}

	private void misbehave(SimulatedProcess process) {
		if (process.accepting && happens(this.chaos.crash())) {
			end(process, this.random.nextBoolean() ? OptionalInt.of(this.random.nextInt(3)) : OptionalInt.empty());
		}
		else if (process.accepting && !process.hung && happens(this.chaos.hang())) {
			process.hung = true;
			process.working = this.random.nextBoolean();
		}
		else if (process.accepting && !process.hung && happens(this.chaos.stuck())) {
			process.lost++;
			process.lostSince = (process.lostSince != null) ? process.lostSince : this.time.plus(this.jumped);
		}
		else if (process.accepting && !process.hung && happens(this.chaos.leaving())) {
			// The message may be lost, so the process must end: nobody could know.
			leave(process, 143);
			later(millis(1, 40_000), () -> end(process, OptionalInt.of(143)));
			send(new Event.Leaving(process.id, "TERM"));
		}
	}

	private void carryOut(Action action) {
		if (action instanceof Action.Prepare prepare) {
			prepare(prepare.generation());
		}
		else if (action instanceof Action.Used used) {
			this.code.used(used.generation());
		}
		else if (action instanceof Action.Spawn spawn) {
			spawn(spawn);
		}
		else if (action instanceof Action.CheckHealth check) {
			checkHealth(this.processes.get(check.worker()));
		}
		else if (action instanceof Action.OpenGate gate) {
			open(this.processes.get(gate.worker()));
		}
		else if (action instanceof Action.Drain drain) {
			leave(this.processes.get(drain.worker()), 0);
		}
		else if (action instanceof Action.Signal signal) {
			signal(this.processes.get(signal.worker()), signal.signal());
		}
		else if (action instanceof Action.TakeEvidence evidence) {
			if (!happens(0.2)) {
				later(millis(1, 3000), () -> tell(new Event.EvidenceTaken(evidence.worker(), "stack")));
			}
		}
		else if (action instanceof Action.CloseListeners) {
			later(millis(1, 8000), () -> tell(new Event.QueuesEmpty()));
		}
	}

	/**
	 * What fails does so late too, when the pool has given it up.
	 */
	private void prepare(int generation) {
		if (happens(this.chaos.unprepared())) {
			this.code.breaks(generation);
		}
		boolean fails = happens(this.chaos.unprepared());
		boolean late = happens(this.chaos.unprepared() / 2);
		later(millis(1, late ? 700_000 : 4000), () -> tell(
				fails ? new Event.PrepareFailed(generation, "no such jar") : new Event.Prepared(generation)));
	}

	private void checkHealth(SimulatedProcess process) {
		process.unwell &= !happens(0.1);
		send(new Event.Health(process.id, process.unwell ? "db is DOWN" : ""));
	}

	private void spawn(Action.Spawn spawn) {
		SimulatedProcess process = new SimulatedProcess(spawn.worker(), spawn.generation());
		process.unwell = happens(this.chaos.unwell());
		process.faulty = happens(this.chaos.faulty());
		this.processes.put(process.id, process);
		if (happens(this.chaos.bootFailure() / 4)) {
			later(millis(1, 200), () -> {
				this.processes.remove(process.id);
				tell(new Event.SpawnFailed(process.id, "no memory"));
			});
			return;
		}
		later(millis(1, 200), () -> tell(new Event.Spawned(process.id, (int) (1000 + process.id.serial()))));
		later(millis(1, 1000), () -> {
			process.beat = this.time.plus(this.jumped);
			send(new Event.Connected(process.id));
		});
		if (!this.code.boots(process.generation) || happens(this.chaos.bootFailure())) {
			later(millis(1, 3000), () -> failToBoot(process));
		}
		else if (!happens(this.chaos.bootHang())) {
			later(millis(1000, 5000), () -> {
				process.ready = !process.ended && !process.leaving;
				if (process.ready) {
					send(new Event.Ready(process.id));
				}
			});
		}
	}

	private void failToBoot(SimulatedProcess process) {
		if (this.random.nextBoolean()) {
			send(new Event.BootFailed(process.id, "no such bean"));
		}
		if (!happens(this.chaos.stuckDrain())) {
			later(millis(1, 1000), () -> end(process, OptionalInt.of(1)));
		}
	}

	private void open(SimulatedProcess process) {
		if (process.ready && !process.leaving && !process.ended) {
			process.accepting = true;
			send(new Event.Accepting(process.id));
		}
	}

	private void leave(SimulatedProcess process, int code) {
		process.accepting = false;
		process.leaving = true;
		if (!process.hung && !happens(this.chaos.stuckDrain())) {
			later(millis(1, 6000), () -> end(process, OptionalInt.of(code)));
		}
	}

	private void signal(SimulatedProcess process, Action.Signal.Kind kind) {
		switch (kind) {
			case TERM -> {
				process.leaving = true;
				process.accepting = false;
				if (!process.hung && !happens(this.chaos.stuckDrain())) {
					later(millis(1, 3000), () -> end(process, OptionalInt.of(143)));
				}
			}
			case KILL -> later(millis(1, 100), () -> end(process, OptionalInt.empty()));
		}
	}

	/**
	 * Ends a process; it holds its slot until that has been told.
	 */
	private void end(SimulatedProcess process, OptionalInt code) {
		if (process.ended) {
			return;
		}
		process.ended = true;
		process.accepting = false;
		later(millis(1, 50), () -> {
			if (!happens(0.1)) {
				tell(new Event.Died(process.id));
			}
			later(millis(1, 50), () -> reap(process, code));
		});
	}

	private void reap(SimulatedProcess process, OptionalInt code) {
		if (this.processes.remove(process.id) != null) {
			tell(new Event.Exited(process.id, code, code.isPresent() ? "" : "SIGKILL", ""));
		}
	}

	private void send(Event message) {
		if (happens(this.chaos.loss())) {
			return;
		}
		later(millis(1, 400), () -> tell(message));
		if (happens(this.chaos.doubling())) {
			later(millis(1, 4000), () -> tell(message));
		}
	}

	private void later(Duration delay, Runnable what) {
		this.agenda.add(new Due(this.time.plus(delay), this.numbers++, what));
	}

	private Duration millis(int from, int to) {
		return Duration.ofMillis(this.random.nextInt(from, to));
	}

	private boolean happens(double probability) {
		return this.random.nextDouble() < probability;
	}

	/**
	 * Has another pool go on in place of this one.
	 * @return {@code false} if there is something in the way
	 */
	boolean handOver() {
		if (over() || this.pool.obstacle().isPresent() || this.pool.isMidway()) {
			return false;
		}
		PoolView before = this.pool.view();
		this.pool = Pool.resume(this.policy, this.random.split(), this.pool.carry());
		assertThat(this.pool.view()).isEqualTo(before);
		return true;
	}

	Pool pool() {
		return this.pool;
	}

	PoolView view() {
		return this.pool.view();
	}

	PoolDuties duties() {
		return this.duties;
	}

	PoolInvariants invariants() {
		return this.invariants;
	}

	boolean over() {
		return this.invariants.terminated();
	}

	/**
	 * Workers that in truth accept and are well.
	 */
	long serving() {
		return this.processes.values().stream().filter((process) -> process.accepting && !process.hung).count();
	}

	/**
	 * Events so far.
	 */
	long events() {
		return this.events;
	}

	/**
	 * Those of them that only said that time had passed.
	 */
	long ticks() {
		return this.ticks;
	}

	private record Due(Instant at, long number, Runnable what) {
	}

}
