package io.prefork.spring;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import io.prefork.worker.AcceptGate;
import io.prefork.worker.Drain;
import io.prefork.worker.RequestLimits;
import io.prefork.worker.RequestTimeouts;
import io.prefork.worker.RequestTracker;
import io.prefork.worker.ServerAdapter;
import io.prefork.worker.SlowClients;
import io.prefork.worker.Worker;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerSpec;
import io.prefork.worker.WorkerSpec.InheritedListener;
import io.prefork.worker.WorkerType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A worker without a master.
 */
public final class StubWorker implements Worker {

	private final WorkerSpec spec;

	private final WorkerSettings settings;

	private final AcceptGate gate;

	private final SlowClients slowClients;

	private final RequestTracker requests = new RequestTracker();

	private final List<ServerAdapter> servers = new CopyOnWriteArrayList<>();

	private final Set<Thread> acceptors = ConcurrentHashMap.newKeySet();

	private volatile boolean siblingsHaveFreeSlot;

	private volatile boolean left;

	public StubWorker(WorkerSettings settings, TestListener... listeners) {
		this(settings, Stream.of(listeners).map(TestListener::inherited).toList());
	}

	public StubWorker(WorkerSettings settings, List<InheritedListener> listeners) {
		this.spec = new WorkerSpec(0, 1, 1, Path.of("."), listeners);
		this.settings = settings;
		this.gate = new AcceptGate(settings);
		this.slowClients = new SlowClients(settings.clients());
	}

	@Override
	public void leave(String reason) {
		this.left = true;
	}

	public boolean hasLeft() {
		return this.left;
	}

	public static WorkerSettings sync() {
		return settings(WorkerType.SYNC, 1, Optional.empty());
	}

	public static WorkerSettings gthread(int threads) {
		return settings(WorkerType.GTHREAD, threads, Optional.empty());
	}

	public static WorkerSettings reactive(int connections) {
		return new WorkerSettings(WorkerType.REACTIVE, 1, 0, connections, Optional.empty(), Duration.ofMillis(500),
				Duration.ofSeconds(20));
	}

	public static WorkerSettings settings(WorkerType type, int threads, Optional<Duration> keepAlive) {
		return new WorkerSettings(type, threads, 0, 100, keepAlive, Duration.ofMillis(500), Duration.ofSeconds(20));
	}

	/**
	 * Holds requests to limits from now on.
	 */
	public StubWorker holdRequestsTo(RequestLimits limits) {
		new RequestTimeouts(this.requests, limits, this.settings.slots()).start();
		return this;
	}

	public Drain drain() {
		return new Drain(this.gate, this.requests, this.servers, this.settings);
	}

	public int connections() {
		return this.servers.stream().mapToInt(ServerAdapter::connections).sum();
	}

	/**
	 * Until when its servers were seen alive, as the heartbeat would have it.
	 */
	public long aliveAt() {
		return this.servers.stream().mapToLong(ServerAdapter::aliveAt).min().orElseThrow();
	}

	@Override
	public WorkerSpec spec() {
		return this.spec;
	}

	@Override
	public WorkerSettings settings() {
		return this.settings;
	}

	@Override
	public AcceptGate gate() {
		return this.gate;
	}

	@Override
	public SlowClients slowClients() {
		return this.slowClients;
	}

	@Override
	public void acceptorStarted() {
		assertThat(this.acceptors.add(Thread.currentThread())).as("said once").isTrue();
	}

	/**
	 * Threads that have said that they accept.
	 */
	public Set<Thread> acceptors() {
		return this.acceptors;
	}

	@Override
	public boolean siblingsHaveFreeSlot() {
		return this.siblingsHaveFreeSlot;
	}

	public void siblingsHaveFreeSlot(boolean siblingsHaveFreeSlot) {
		this.siblingsHaveFreeSlot = siblingsHaveFreeSlot;
	}

	@Override
	public RequestTracker requests() {
		return this.requests;
	}

	@Override
	public void register(ServerAdapter adapter) {
		this.servers.add(adapter);
	}

}
