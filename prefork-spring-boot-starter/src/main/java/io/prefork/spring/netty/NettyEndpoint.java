package io.prefork.spring.netty;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.prefork.worker.AcceptGate;
import io.prefork.worker.ListenerChannelSource;
import io.prefork.worker.RequestTracker;
import io.prefork.worker.Worker;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerSpec.InheritedListener;
import org.jspecify.annotations.Nullable;

/**
 * Where the server's connections come from, and which there are.
 */
final class NettyEndpoint {

	private final AcceptGate gate;

	private final RequestTracker requests;

	private final WorkerSettings settings;

	private final List<InheritedListener> listeners;

	private final ListenerChannelSource channels;

	private final boolean noDelay;

	private final Set<NettyConnection> connections = ConcurrentHashMap.newKeySet();

	private final List<Acceptor> acceptors = new ArrayList<>();

	// An acceptor that waits for a client holds a permit too
	private final Semaphore room;

	private volatile @Nullable PreforkServerChannel server;

	private volatile boolean stopped;

	private volatile boolean closing;

	private volatile long closingSince;

	NettyEndpoint(Worker worker, ListenerChannelSource channels, boolean noDelay) {
		this.gate = worker.gate();
		this.requests = worker.requests();
		this.settings = worker.settings();
		this.listeners = worker.spec().listeners();
		this.channels = channels;
		this.noDelay = noDelay;
		this.room = new Semaphore(this.settings.workerConnections() + this.listeners.size() - 1);
	}

	AcceptGate gate() {
		return this.gate;
	}

	RequestTracker requests() {
		return this.requests;
	}

	WorkerSettings settings() {
		return this.settings;
	}

	/**
	 * Where the server listens, for those who want one address: the first of TCP, if
	 * there is any.
	 */
	SocketAddress address() {
		List<SocketAddress> addresses = this.listeners.stream().map(InheritedListener::socketAddress).toList();
		return addresses.stream()
			.filter((address) -> !(address instanceof UnixDomainSocketAddress))
			.findFirst()
			.orElse(addresses.get(0));
	}

	SocketAddress nettyAddress() {
		SocketAddress address = address();
		return (address instanceof UnixDomainSocketAddress unix) ? new DomainSocketAddress(unix.getPath().toString())
				: address;
	}

	/**
	 * Opens the listening sockets.
	 * @return that of {@link #address()}
	 */
	synchronized ServerSocketChannel open() {
		if (this.stopped || !this.acceptors.isEmpty()) {
			throw new IllegalStateException("A worker's server cannot be started again once it has stopped");
		}
		ServerSocketChannel first = null;
		try {
			for (InheritedListener listener : this.listeners) {
				ServerSocketChannel channel = this.channels.open(listener);
				this.acceptors.add(new Acceptor(this, listener, channel));
				if (first == null || listener.socketAddress().equals(address())) {
					first = channel;
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The listening sockets that this worker inherits cannot be opened", ex);
		}
		if (first == null) {
			throw new IllegalStateException("No listening socket has been inherited");
		}
		return first;
	}

	synchronized void startAccepting(PreforkServerChannel server) {
		this.server = server;
		this.acceptors.forEach((acceptor) -> acceptor.start(server));
	}

	/**
	 * Waits until there may be one connection more, and for the gate.
	 * @return whether to accept; if not, never again
	 */
	boolean awaitTurn() throws InterruptedException {
		this.room.acquire();
		return !this.stopped && this.gate.await();
	}

	void giveRoomBack() {
		this.room.release();
	}

	/**
	 * Gives a connection that was just accepted to the server.
	 */
	void accepted(PreforkServerChannel server, SocketChannel socket, InheritedListener listener) throws IOException {
		AcceptGate.Claim claim = this.gate.accepted();
		Channel child;
		try {
			child = (listener.socketAddress() instanceof UnixDomainSocketAddress)
					? new NioDomainSocketChannel(server, socket) : tcpChannel(server, socket);
		}
		catch (RuntimeException ex) {
			claim.close();
			socket.close();
			throw ex;
		}
		NettyConnection connection = new NettyConnection(this, child, socket, claim);
		this.connections.add(connection);
		child.closeFuture().addListener((closed) -> connection.closed());
		server.accept(connection);
	}

	private Channel tcpChannel(PreforkServerChannel server, SocketChannel socket) {
		Channel child = new NioSocketChannel(server, socket);
		child.config().setOption(ChannelOption.TCP_NODELAY, this.noDelay);
		return child;
	}

	void forget(NettyConnection connection) {
		if (this.connections.remove(connection)) {
			giveRoomBack();
		}
	}

	/**
	 * Takes no connection any more. On return, those that {@code accept} had returned are
	 * the server's.
	 */
	void stopAccepting() {
		this.stopped = true;
		this.gate.shut();
		List<Acceptor> acceptors;
		synchronized (this) {
			acceptors = List.copyOf(this.acceptors);
		}
		acceptors.forEach(Acceptor::stop);
		this.room.release(acceptors.size());
	}

	/**
	 * Closes the server's own channel, which Boot waits for when it stops the server.
	 */
	void closeServer() {
		PreforkServerChannel server = this.server;
		if (server != null) {
			server.close();
		}
	}

	/**
	 * Announces with every further answer that its connection closes.
	 */
	void announceClose() {
		if (!this.closing) {
			this.closingSince = System.nanoTime();
			this.closing = true;
		}
		this.connections.forEach(NettyConnection::announceClose);
	}

	boolean isClosing() {
		return this.closing;
	}

	long closingSince() {
		return this.closingSince;
	}

	Collection<NettyConnection> connections() {
		return this.connections;
	}

}
