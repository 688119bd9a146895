package io.prefork.master;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.prefork.control.ControlConnection;
import io.prefork.control.Message;
import io.prefork.control.PoolControlServer;
import io.prefork.pool.Event;
import io.prefork.pool.WorkerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what arrives over control links into events of the loop. A link belongs to a
 * worker once it has said so; others, of tools, may only send requests.
 */
final class WorkerLinks implements ControlConnection.Receiver {

	private static final Logger logger = LoggerFactory.getLogger(WorkerLinks.class);

	private final LinkEvents events;

	private final PoolControlServer requests;

	private final Map<ControlConnection, WorkerId> workers = new ConcurrentHashMap<>();

	WorkerLinks(LinkEvents events, PoolControlServer requests) {
		this.events = events;
		this.requests = requests;
	}

	@Override
	public void received(ControlConnection connection, Message message) {
		if (message instanceof Message.Request request) {
			this.requests.answer(connection, request);
			return;
		}
		if (message instanceof Message.Hello hello) {
			WorkerId worker = new WorkerId(hello.slot(), hello.serial());
			this.workers.put(connection, worker);
			this.events.connected(worker, connection);
			return;
		}
		WorkerId worker = this.workers.get(connection);
		if (worker == null) {
			logger.warn("A control link is closed because it sent {} without having named its worker",
					message.getClass().getSimpleName());
			connection.close();
			return;
		}
		fromWorker(worker, connection, message);
	}

	private void fromWorker(WorkerId worker, ControlConnection connection, Message message) {
		if (message instanceof Message.Ready) {
			this.events.heard(connection, new Event.Ready(worker));
		}
		else if (message instanceof Message.Health health) {
			this.events.heard(connection, new Event.Health(worker, health.ailment()));
		}
		else if (message instanceof Message.Accepting) {
			this.events.heard(connection, new Event.Accepting(worker));
		}
		else if (message instanceof Message.Deadlocked found) {
			this.events.heard(connection,
					new Event.Deadlocked(worker, found.threads(), found.requests(), found.text()));
		}
		else if (message instanceof Message.Leaving leaving) {
			this.events.heard(connection, new Event.Leaving(worker, leaving.reason()));
		}
		else if (message instanceof Message.ShuttingDown) {
			this.events.heard(connection, new Event.ShuttingDown(worker));
		}
		else if (message instanceof Message.BootFailed failed) {
			this.events.heard(connection, new Event.BootFailed(worker, failed.reason()));
		}
		else if (message instanceof Message.Holding) {
			this.events.holding(worker, connection);
		}
		else if (message instanceof Message.Acceptor acceptor) {
			this.events.acceptorStarted(worker, connection, acceptor.thread());
		}
		else if (message instanceof Message.Evidence evidence) {
			this.events.evidenceArrived(worker, connection, evidence.text());
		}
	}

	@Override
	public void ended(ControlConnection connection) {
		this.workers.remove(connection);
	}

}
