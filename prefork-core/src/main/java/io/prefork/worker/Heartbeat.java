package io.prefork.worker;

import java.util.Collection;
import java.util.concurrent.TimeUnit;

import io.prefork.scoreboard.Scoreboard;
import io.prefork.scoreboard.SlotReading;
import org.jspecify.annotations.Nullable;

/**
 * Writes the worker's slot of the scoreboard several times a second, on a thread of its
 * own that runs no request: a worker whose requests are slow beats on. Its time is that
 * at which all servers of the worker were last seen alive.
 */
final class Heartbeat {

	private static final long PERIOD_MILLIS = 200;

	/**
	 * Beats in a row at which a slot must have been free before the siblings are told so.
	 * A worker that is saturated has one free now and then, for an instant: clients that
	 * were sent to it would be sent back.
	 */
	static final int STEADY = 5;

	/**
	 * Requests in flight that are told by name: what a worker was at when it died.
	 */
	private static final int OLDEST = 3;

	private final Scoreboard scoreboard;

	private final WorkerSpec spec;

	private final RequestTracker requests;

	private final AcceptGate gate;

	private final SlowClients slowClients;

	private final Collection<? extends ServerAdapter> servers;

	private final OldGeneration oldGeneration = new OldGeneration();

	private int freeInARow;

	private volatile @Nullable Thread thread;

	Heartbeat(Scoreboard scoreboard, WorkerSpec spec, RequestTracker requests, AcceptGate gate, SlowClients slowClients,
			Collection<? extends ServerAdapter> servers) {
		this.scoreboard = scoreboard;
		this.spec = spec;
		this.requests = requests;
		this.gate = gate;
		this.slowClients = slowClients;
		this.servers = servers;
	}

	void start() {
		Thread beating = new Thread(new Rounds(this::beat, PERIOD_MILLIS), "prefork-heartbeat");
		beating.setDaemon(true);
		beating.setPriority(Thread.MAX_PRIORITY);
		this.thread = beating;
		beating.start();
	}

	/**
	 * Writes once more, so that the last counts are those that count, and stops.
	 */
	void stop() {
		Thread beating = this.thread;
		if (beating != null) {
			beating.interrupt();
			try {
				beating.join(TimeUnit.SECONDS.toMillis(1));
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
		beat();
	}

	void beat() {
		boolean free = this.gate.isOpen() && !this.gate.isFull();
		this.freeInARow = free ? Math.min(STEADY, this.freeInARow + 1) : 0;
		Runtime runtime = Runtime.getRuntime();
		SlotReading.Timeouts timeouts = new SlotReading.Timeouts(this.requests.lost(), this.gate.slots(),
				this.requests.slow(), this.requests.timedOut());
		this.scoreboard.write(this.spec.slot(),
				new SlotReading(this.spec.serial(), aliveAt(), this.requests.busy(),
						this.requests.oldestStart().orElse(0), this.freeInARow == STEADY, this.requests.completed(),
						this.gate.acceptedConnections(), this.gate.overflowed(), this.requests.errors(),
						this.slowClients.brokenOff(), runtime.totalMemory() - runtime.freeMemory(), runtime.maxMemory(),
						timeouts, this.oldGeneration.look()),
				this.requests.oldest(OLDEST));
	}

	private long aliveAt() {
		long now = System.nanoTime();
		// Ages are compared, since values of nanoTime may be negative and wrap around.
		return now - this.servers.stream().mapToLong((server) -> now - server.aliveAt()).max().orElse(0);
	}

}
