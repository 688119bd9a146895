package io.prefork.master;

import java.util.Queue;
import java.util.function.Consumer;

import io.prefork.control.ControlConnection;
import io.prefork.pool.Event;
import io.prefork.pool.WorkerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is heard of workers over their links, brought to the loop. For any thread.
 */
final class LinkEvents {

	private static final Logger logger = LoggerFactory.getLogger(LinkEvents.class);

	private final Queue<Runnable> loop;

	private final Consumer<Event> pool;

	private final WorkerProcesses processes;

	private final Evidence evidence;

	private final Upgrade upgrade;

	/**
	 * Makes an instance.
	 * @param loop what is to be done by the loop
	 * @param pool is told of events, by the loop
	 */
	LinkEvents(Queue<Runnable> loop, Consumer<Event> pool, WorkerProcesses processes, Evidence evidence,
			Upgrade upgrade) {
		this.loop = loop;
		this.pool = pool;
		this.processes = processes;
		this.evidence = evidence;
		this.upgrade = upgrade;
	}

	/**
	 * A worker has named itself on a connection.
	 */
	void connected(WorkerId worker, ControlConnection connection) {
		this.loop.add(() -> {
			if (this.processes.connected(worker, connection)) {
				this.pool.accept(new Event.Connected(worker));
				this.upgrade.linked(worker);
			}
			else {
				logger.warn("A control link is closed because it calls itself {}, which is not expected", worker);
				connection.close();
			}
		});
	}

	/**
	 * A connection has said something in the name of a worker.
	 */
	void heard(ControlConnection connection, Event.OfWorker event) {
		whenConnected(event.worker(), connection, () -> this.pool.accept(event));
	}

	/**
	 * A worker says no more until it hears of the master again.
	 */
	void holding(WorkerId worker, ControlConnection connection) {
		whenConnected(worker, connection, () -> this.upgrade.silent(worker));
	}

	/**
	 * A connection has named a thread of its worker that accepts.
	 */
	void acceptorStarted(WorkerId worker, ControlConnection connection, int thread) {
		whenConnected(worker, connection, () -> this.processes.acceptorStarted(worker, thread));
	}

	/**
	 * A connection has sent the thread dump of a worker.
	 */
	void evidenceArrived(WorkerId worker, ControlConnection connection, String text) {
		whenConnected(worker, connection, () -> this.evidence.arrived(worker, text));
	}

	private void whenConnected(WorkerId worker, ControlConnection connection, Runnable what) {
		this.loop.add(() -> {
			if (this.processes.isConnected(worker, connection)) {
				what.run();
			}
		});
	}

}
