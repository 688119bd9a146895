package io.prefork.spring.tomcat;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.prefork.os.Listener;
import io.prefork.worker.AcceptGate;
import io.prefork.worker.ClientWatch;
import io.prefork.worker.ListenerChannelSource;
import io.prefork.worker.Worker;
import io.prefork.worker.WorkerSpec.InheritedListener;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketBufferHandler;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketProcessorBase;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * Tomcat's NIO endpoint on a listening socket that is shared with other processes. What
 * differs:
 * <ul>
 * <li>Its acceptor waits at the {@link AcceptGate} before each blocking {@code accept},
 * which the kernel deals out fairly, first come first served.</li>
 * <li>It stops accepting by closing its own copy of the socket, which frees the acceptor.
 * Tomcat frees it by connecting to its own port; on a shared socket a sibling may get
 * that connection, while the acceptor takes a client and drops it.</li>
 * <li>When it is paused, it goes on serving the connections that it has, and announces
 * that they close. Tomcat would drop those that it just accepted.</li>
 * </ul>
 */
final class PreforkEndpoint extends UnpolledEndpoint {

	private final Map<SocketChannel, TomcatConnection> connections = new ConcurrentHashMap<>();

	// Held from accept until the connection is registered
	private final Semaphore accepting = new Semaphore(1);

	private final CountDownLatch acceptorReleased = new CountDownLatch(1);

	private @Nullable Adoption adoption;

	private @Nullable PreforkEndpoint threadsOwner;

	private volatile @Nullable ServerSocketChannel channel;

	// Used by the acceptor alone
	private AcceptGate.@Nullable Claim arriving;

	// Used by the acceptor alone
	private boolean accepts;

	private volatile boolean stopped;

	private volatile boolean closing;

	private volatile long closingSince;

	private record Adoption(Worker worker, InheritedListener listener, ListenerChannelSource channels,
			RequestObservation observation) {

		AcceptGate gate() {
			return this.worker.gate();
		}

	}

	void adopt(Worker worker, InheritedListener listener, ListenerChannelSource channels) {
		this.adoption = new Adoption(worker, listener, channels, new RequestObservation(worker));
		if (listener.family() == Listener.Family.UNIX) {
			// Tells Tomcat what addresses look like and which socket options not to set
			setUnixDomainSocketPath(listener.address().replaceFirst("^unix:", ""));
		}
	}

	private Adoption adoption() {
		Adoption adoption = this.adoption;
		if (adoption == null) {
			throw new IllegalStateException("No listening socket has been adopted");
		}
		return adoption;
	}

	RequestObservation observation() {
		PreforkEndpoint owner = this.threadsOwner;
		return (owner != null) ? owner.observation() : adoption().observation();
	}

	void shareThreadsOf(PreforkEndpoint other) {
		this.threadsOwner = other;
	}

	@Override
	public void createExecutor() {
		if (this.threadsOwner != null) {
			setExecutor(this.threadsOwner.getExecutor());
		}
		else {
			super.createExecutor();
		}
	}

	@Override
	protected void initServerSocket() throws Exception {
		if (this.stopped) {
			throw new IllegalStateException("A worker's server cannot be started again once it has stopped");
		}
		Adoption adoption = adoption();
		this.channel = adoption.channels().open(adoption.listener());
	}

	@Override
	protected @Nullable NetworkChannel getServerSocket() {
		return this.channel;
	}

	/**
	 * {@inheritDoc}
	 * @return {@code null} when the endpoint has stopped accepting and Tomcat wants its
	 * acceptor to end; an exception would be logged as an error
	 */
	@Override
	protected @Nullable SocketChannel serverSocketAccept() throws Exception {
		AcceptGate gate = adoption().gate();
		ServerSocketChannel channel = this.channel;
		if (!this.accepts) {
			this.accepts = true;
			started();
		}
		if (channel != null && gate.await()) {
			this.accepting.acquire();
			try {
				ListenerChannelSource.listen(channel, adoption().listener());
				SocketChannel socket = channel.accept();
				this.arriving = gate.accepted();
				return socket;
			}
			catch (ClosedChannelException ex) {
				if (!this.stopped) {
					leave();
				}
			}
			finally {
				if (this.arriving == null) {
					this.accepting.release();
				}
			}
		}
		this.acceptorReleased.await();
		return null;
	}

	/**
	 * The listening socket was closed under the acceptor, by an interrupt that the
	 * application meant for a request, say. It cannot be had again.
	 */
	private void leave() {
		Thread.interrupted();
		adoption().gate().shut();
		adoption().worker().leave("its listening socket was closed");
	}

	private void started() {
		if (servesWhereItAccepts()) {
			// As the threads of the pool are named, which users find in their logs
			Thread.currentThread().setName(getName() + "-exec-0");
		}
		else {
			adoption().worker().acceptorStarted();
		}
	}

	@Override
	protected boolean setSocketOptions(@Nullable SocketChannel socket) {
		AcceptGate.Claim claim = this.arriving;
		if (socket == null || claim == null) {
			countDownConnection();
			return true;
		}
		TomcatConnection connection = connect(socket, claim);
		this.connections.put(socket, connection);
		UnpolledSocket ready;
		try {
			if (!servesWhereItAccepts()) {
				return super.setSocketOptions(socket);
			}
			ready = read(socket);
		}
		finally {
			this.arriving = null;
			this.accepting.release();
		}
		if (ready != null) {
			serve(ready, observation().admitAtOnce(connection));
			if (ready.isClosed()) {
				// It may have been closed before it was admitted
				continueAfter(connection);
			}
		}
		return true;
	}

	/**
	 * Whether the thread that accepts a connection serves it, if its request has come:
	 * the next one is not accepted before that is done anyway, and passing it on costs
	 * more than many requests. A handshake of TLS needs several turns of the client's.
	 */
	private boolean servesWhereItAccepts() {
		return observation().isStrict() && !isSSLEnabled();
	}

	private TomcatConnection connect(SocketChannel socket, AcceptGate.Claim claim) {
		Worker worker = adoption().worker();
		ClientWatch watch = worker.slowClients().watch(() -> breakOff(socket));
		return new TomcatConnection(claim, watch, worker.settings().clients().keepAliveStreams());
	}

	/**
	 * A thread of Tomcat's that reads or writes without end waits for the poller in
	 * between, which notices the end of either direction and not that a socket is closed.
	 * It then closes the socket; what the client has not taken is dropped, as the kernel
	 * would keep it for minutes.
	 */
	private void breakOff(SocketChannel socket) {
		try {
			if (getUnixDomainSocketPath() == null) {
				socket.setOption(StandardSocketOptions.SO_LINGER, 0);
			}
			// In this order: who wakes up on the end of the input finds that he cannot
			// answer
			socket.shutdownOutput();
			socket.shutdownInput();
		}
		catch (IOException ex) {
			getLog().debug("The connection of a slow client is closed already", ex);
		}
	}

	@Override
	protected NioChannel createChannel(SocketBufferHandler buffer) {
		return isSSLEnabled() ? new ObservedSecureChannel(buffer, this) : new ObservedChannel(buffer, this);
	}

	@Override
	protected void destroySocket(@Nullable SocketChannel socket) {
		if (socket == null) {
			countDownConnection();
			return;
		}
		AcceptGate.Claim claim = this.arriving;
		TomcatConnection connection = this.connections.remove(socket);
		if (connection == null && claim != null) {
			claim.close();
			this.arriving = null;
			this.accepting.release();
		}
		else if (connection != null) {
			connection.closed();
		}
		super.destroySocket(socket);
	}

	/**
	 * Takes no connection any more. On return, those that {@code accept} had returned are
	 * registered.
	 */
	void stopAccepting() {
		this.stopped = true;
		adoption().gate().shut();
		try {
			doCloseServerSocket();
			// Registering a connection takes microseconds: the limit is for a broken one
			if (this.accepting.tryAcquire(1, TimeUnit.SECONDS)) {
				this.accepting.release();
			}
		}
		catch (IOException ex) {
			getLog().warn("Failed to close the listening socket", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
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
		sayGoAway();
	}

	void sayGoAway() {
		getHandler().pause();
	}

	boolean sendsElsewhere() {
		Adoption adoption = this.adoption;
		return adoption != null && adoption.gate().isFull() && adoption.worker().siblingsHaveFreeSlot();
	}

	boolean isClosing() {
		return this.closing;
	}

	long closingSince() {
		return this.closingSince;
	}

	int connections() {
		return (int) this.connections.values()
			.stream()
			.filter((connection) -> !connection.answerLock().isTaken())
			.count();
	}

	@Nullable TomcatConnection connectionOf(SocketWrapperBase<?> socket) {
		SocketChannel channel = channelOf(socket);
		return (channel != null) ? connectionOf(channel) : null;
	}

	@Nullable TomcatConnection connectionOf(SocketChannel channel) {
		return this.connections.get(channel);
	}

	/**
	 * A connection is closed.
	 * @return the connection
	 */
	@Nullable TomcatConnection forget(SocketWrapperBase<?> socket) {
		SocketChannel channel = channelOf(socket);
		return (channel != null) ? this.connections.remove(channel) : null;
	}

	private static @Nullable SocketChannel channelOf(SocketWrapperBase<?> socket) {
		return (socket.getSocket() instanceof NioChannel channel) ? channel.getIOChannel() : null;
	}

	@Override
	public void pause() {
		if (isRunning()) {
			stopAccepting();
			announceClose();
		}
	}

	@Override
	protected void unlockAccept() {
		stopAccepting();
		this.acceptorReleased.countDown();
	}

	@Override
	public void stopInternal() {
		if (isRunning()) {
			stopAccepting();
			super.pause();
		}
		super.stopInternal();
	}

	@Override
	protected void doCloseServerSocket() throws IOException {
		ServerSocketChannel channel = this.channel;
		if (channel != null) {
			channel.close();
		}
	}

	@Override
	public boolean processSocket(SocketWrapperBase<NioChannel> socket, SocketEvent event, boolean dispatch) {
		TomcatConnection connection = connectionOf(socket);
		if (connection != null) {
			connection.hasWork(event);
		}
		return super.processSocket(socket, event, dispatch);
	}

	@Override
	protected SocketProcessorBase<NioChannel> createSocketProcessor(SocketWrapperBase<NioChannel> socket,
			SocketEvent event) {
		return new ObservedSocketProcessor(socket, event);
	}

	void continueAfter(TomcatConnection done) {
		observation().done(done).forEach(Runnable::run);
	}

	private void resume(SocketWrapperBase<NioChannel> socket) {
		TomcatConnection connection = connectionOf(socket);
		if (connection != null) {
			processSocket(socket, SocketEvent.OPEN_READ, true);
			connection.worked();
		}
	}

	@Override
	public void setHandler(Handler<NioChannel> handler) {
		super.setHandler(new ObservedHandler(handler, this));
	}

	/**
	 * A task that works for a connection: it ends what {@code processSocket} began.
	 */
	private final class ObservedSocketProcessor extends SocketProcessor {

		ObservedSocketProcessor(SocketWrapperBase<NioChannel> socket, SocketEvent event) {
			super(socket, event);
		}

		@Override
		protected void doRun() {
			SocketWrapperBase<NioChannel> socket = this.socketWrapper;
			TomcatConnection connection = connectionOf(socket);
			if (connection == null) {
				super.doRun();
				return;
			}
			RequestObservation observation = observation();
			if (this.event == SocketEvent.OPEN_READ && !ObservedHandler.isUpgraded(socket)
					&& !observation.admit(connection, () -> resume(socket))) {
				return;
			}
			connection.isWorkedFor();
			observation.enter(connection);
			try {
				super.doRun();
			}
			finally {
				observation.leave();
				connection.worked();
				continueAfter(connection);
			}
		}

	}

}
