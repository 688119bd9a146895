package io.prefork.control;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A master's end of control links over a real socket, for tests: it answers requests from
 * a {@link StubPoolControl} and records everything else.
 */
final class ControlLink implements ControlConnection.Receiver, AutoCloseable {

	final StubPoolControl pool = new StubPoolControl();

	final List<Message> received = new CopyOnWriteArrayList<>();

	final List<ControlConnection> connections = new CopyOnWriteArrayList<>();

	final List<ControlConnection> ended = new CopyOnWriteArrayList<>();

	final ExecutorService executor = Executors.newCachedThreadPool();

	final AtomicInteger asked = new AtomicInteger();

	volatile boolean silent;

	private final Path directory;

	private final PoolControlServer requests = new PoolControlServer(this.pool, this.executor);

	private final ControlServer server;

	ControlLink(Path directory) throws IOException {
		this.directory = directory;
		this.server = ControlServer.open(directory, this);
	}

	@Override
	public void received(ControlConnection connection, Message message) {
		if (!this.connections.contains(connection)) {
			this.connections.add(connection);
		}
		if (message instanceof Message.Request request) {
			this.asked.incrementAndGet();
			if (!this.silent) {
				this.requests.answer(connection, request);
			}
		}
		else {
			this.received.add(message);
		}
	}

	@Override
	public void ended(ControlConnection connection) {
		this.ended.add(connection);
	}

	ControlClient client(Duration timeout) throws IOException {
		return ControlClient.connect(this.directory, new RecordingListener(), timeout);
	}

	SocketChannel raw() throws IOException {
		return SocketChannel.open(UnixDomainSocketAddress.of(this.directory.resolve(ControlServer.SOCKET)));
	}

	@Override
	public void close() throws IOException {
		this.server.close();
		this.connections.forEach(ControlConnection::close);
		this.executor.shutdownNow();
	}

}
