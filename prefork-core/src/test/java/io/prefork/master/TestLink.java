package io.prefork.master;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import io.prefork.control.ControlClient;
import io.prefork.control.ControlConnection;
import io.prefork.control.ControlServer;
import io.prefork.control.Message;

import static org.awaitility.Awaitility.await;

/**
 * Control links over a real socket, of which a test has both ends.
 */
final class TestLink implements ControlConnection.Receiver, AutoCloseable {

	final List<Message> received = new CopyOnWriteArrayList<>();

	private final Map<ControlClient, Told> told = new ConcurrentHashMap<>();

	private final Map<Long, ControlConnection> connections = new ConcurrentHashMap<>();

	private final Path directory;

	private final ControlServer server;

	TestLink(Path directory) throws IOException {
		this.directory = directory;
		this.server = ControlServer.open(directory, this);
	}

	ControlClient connect() throws IOException {
		Told told = new Told();
		ControlClient client = ControlClient.connect(this.directory, told);
		this.told.put(client, told);
		return client;
	}

	/**
	 * The other end.
	 */
	ControlConnection connectionOf(ControlClient client) {
		long serial = 1000L + this.connections.size();
		client.tell(new Message.Hello(0, serial));
		return await().until(() -> this.connections.get(serial), (connection) -> connection != null);
	}

	List<Message> told(ControlClient client) {
		return this.told.get(client).messages;
	}

	@Override
	public void received(ControlConnection connection, Message message) {
		if (message instanceof Message.Hello hello) {
			this.connections.put(hello.serial(), connection);
		}
		else {
			this.received.add(message);
		}
	}

	@Override
	public void ended(ControlConnection connection) {
	}

	@Override
	public void close() throws IOException {
		this.server.close();
	}

	private static final class Told implements ControlClient.Listener {

		private final List<Message> messages = new CopyOnWriteArrayList<>();

		@Override
		public void told(Message message) {
			this.messages.add(message);
		}

		@Override
		public void masterGone() {
		}

	}

}
