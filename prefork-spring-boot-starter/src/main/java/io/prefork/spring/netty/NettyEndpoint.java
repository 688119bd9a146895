package io.prefork.spring.netty;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.prefork.worker.AcceptGate;
import io.prefork.worker.ConnectionRoom;
import io.prefork.worker.ListenerChannelSource;
import io.prefork.worker.RequestTracker;
import io.prefork.worker.SharedListener;
import io.prefork.worker.SlowClients;
import io.prefork.worker.Worker;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerSpec.InheritedListener;
import org.jspecify.annotations.Nullable;

/**
 * Where the server's connections come from, and which there are. Safe for use by any
 * thread.
 */
final class NettyEndpoint {

	private final Worker worker;

	private final WorkerSettings settings;

	private final ListenerChannelSource channels;

	private final boolean noDelay;

	private final @Nullable IdleTimeout idleTimeout;

	private final Set<NettyConnection> connections = ConcurrentHashMap.newKeySet();

	private final List<PreforkServerChannel> servers = new CopyOnWriteArrayList<>();

	private final List<EventLoopPulse> pulses = new CopyOnWriteArrayList<>();

	private final ConnectionRoom room;

	private volatile Transport transport = Transport.JDK;

	private volatile boolean stopped;

	private volatile boolean closing;

	private volatile long closingSince;

	/**
	 * Makes an endpoint that accepts nothing yet.
	 * @param noDelay whether the server is configured with TCP_NODELAY
	 * @param idleTimeout after what time an idle connection is closed, {@code null} for
	 * leaving that to the server
	 */
	NettyEndpoint(Worker worker, ListenerChannelSource channels, boolean noDelay, @Nullable Duration idleTimeout) {
		this.worker = worker;
		this.settings = worker.settings();
		this.channels = channels;
		this.noDelay = noDelay;
		this.idleTimeout = (idleTimeout != null) ? new IdleTimeout(idleTimeout, this.connections) : null;
		this.room = new ConnectionRoom(worker);
	}

	AcceptGate gate() {
		return this.worker.gate();
	}

	void acceptorStarted() {
		this.worker.acceptorStarted();
	}

	RequestTracker requests() {
		return this.worker.requests();
	}

	SlowClients slowClients() {
		return this.worker.slowClients();
	}

	WorkerSettings settings() {
		return this.settings;
	}

	/**
	 * Takes note of the event loops that connections are served by.
	 * @param loops the event loops
	 * @param transport makes channels that they can serve
	 */
	synchronized void servedBy(EventLoopGroup loops, Transport transport) {
		this.transport = transport;
		if (this.pulses.isEmpty()) {
			loops.forEach((loop) -> this.pulses.add(new EventLoopPulse(loop)));
			if (this.idleTimeout != null) {
				this.idleTimeout.start(loops.next());
			}
		}
	}

	/**
	 * Until when all event loops were seen to come round.
	 */
	long aliveAt() {
		long now = System.nanoTime();
		return now - this.pulses.stream().mapToLong((pulse) -> now - pulse.aliveAt(now)).max().orElse(0);
	}

	/**
	 * Opens a listening socket for a channel of the server.
	 */
	SharedListener open(InheritedListener listener) throws IOException {
		if (this.stopped) {
			throw new IllegalStateException("A worker's server cannot be started again once it has stopped");
		}
		SharedListener shared = new SharedListener(this.worker, listener, this.channels);
		shared.open();
		return shared;
	}

	void add(PreforkServerChannel server) {
		this.servers.add(server);
	}

	/**
	 * Waits until there may be one connection more.
	 * @return whether to accept; if not, never again
	 */
	boolean awaitRoom() {
		this.room.take();
		return !this.stopped;
	}

	void giveRoomBack() {
		this.room.giveBack();
	}

	/**
	 * Gives a connection that was just accepted to the server. Closes it if that fails.
	 * @throws IOException if it has failed, and the connection is none of this endpoint's
	 */
	void accepted(PreforkServerChannel server, SharedListener.Arrival arrival, InheritedListener listener)
			throws IOException {
		Transport.Accepted accepted = null;
		NettyConnection connection;
		try {
			accepted = this.transport.adopt(server, arrival.socket());
			if (!this.noDelay && !(listener.socketAddress() instanceof UnixDomainSocketAddress)) {
				// Netty has set it
				accepted.channel().config().setOption(ChannelOption.TCP_NODELAY, false);
			}
			connection = new NettyConnection(this, accepted, arrival.claim());
			this.connections.add(connection);
		}
		catch (IOException | RuntimeException | Error ex) {
			arrival.drop();
			if (accepted != null) {
				accepted.channel().unsafe().closeForcibly();
			}
			throw ex;
		}
		try {
			server.accept(connection);
		}
		catch (RuntimeException | Error ex) {
			// From here on Netty closes the socket: its number may be another's soon
			if (!connection.channel().isRegistered()) {
				connection.closeForcibly();
			}
		}
		finally {
			arrival.handedOver();
		}
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
		gate().shut();
		this.servers.forEach(PreforkServerChannel::stopAccepting);
		this.worker.spec().listeners().forEach((listener) -> this.room.giveBack());
	}

	/**
	 * Closes the server's own channels, which Boot waits for when it stops the server.
	 */
	void closeServer() {
		if (this.idleTimeout != null) {
			this.idleTimeout.stop();
		}
		this.servers.forEach(PreforkServerChannel::close);
	}

	/**
	 * Announces with every further answer that its connection closes.
	 */
	void announceClose() {
		if (!this.closing) {
			this.closingSince = System.nanoTime();
			this.closing = true;
		}
		takeLeave(false);
	}

	/**
	 * Tells clients what they can be told before their next answers.
	 * @param lastMoment whether streams of events are to end, and requests without an
	 * answer to be told that there will be none
	 */
	void takeLeave(boolean lastMoment) {
		this.connections.forEach(
				(connection) -> connection.takeLeave(this.closingSince, this.settings.drainQuietPeriod(), lastMoment));
	}

	boolean isClosing() {
		return this.closing;
	}

	/**
	 * Whether answers say that their connections close. A worker that leaves is left by
	 * its clients; one that is full sends those that it holds on to a worker that is not.
	 */
	boolean announcesClose() {
		return this.closing || this.worker.sendsElsewhere();
	}

	long closingSince() {
		return this.closingSince;
	}

	Collection<NettyConnection> connections() {
		return this.connections;
	}

}
