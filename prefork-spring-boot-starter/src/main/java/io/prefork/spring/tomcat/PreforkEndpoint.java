package io.prefork.spring.tomcat;

import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

import io.prefork.os.Listener;
import io.prefork.worker.ClientWatch;
import io.prefork.worker.ListenerChannelSource;
import io.prefork.worker.SharedListener;
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
 * <li>Its acceptor waits at the gate before each blocking {@code accept}, which the
 * kernel deals out fairly, first come first served. In {@code sync} it serves the request
 * itself.</li>
 * <li>It stops accepting by closing its own copy of the socket, which frees the acceptor.
 * Tomcat frees it by connecting to its own port; on a shared socket a sibling may get
 * that connection, while the acceptor takes a client and drops it.</li>
 * <li>When it is paused, it goes on serving the connections that it has, and announces
 * that they close. Tomcat would drop those that it just accepted.</li>
 * </ul>
 */
final class PreforkEndpoint extends UnpolledEndpoint {

	// After a failure that may have passed by then
	private static final Duration PAUSE = Duration.ofMillis(500);

	private final Map<SocketChannel, TomcatConnection> connections = new ConcurrentHashMap<>();

	private final CountDownLatch acceptorReleased = new CountDownLatch(1);

	private @Nullable Adoption adoption;

	private @Nullable PreforkEndpoint threadsOwner;

	// Used by the acceptor alone
	private SharedListener.@Nullable Arrival arriving;

	// Used by the acceptor alone
	private boolean accepts;

	private volatile boolean closing;

	private volatile long closingSince;

	private record Adoption(Worker worker, SharedListener listener, RequestObservation observation) {
	}

	void adopt(Worker worker, InheritedListener listener, ListenerChannelSource channels) {
		this.adoption = new Adoption(worker, new SharedListener(worker, listener, channels),
				new RequestObservation(worker));
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
		adoption().listener().open();
	}

	@Override
	protected @Nullable NetworkChannel getServerSocket() {
		Adoption adoption = this.adoption;
		return (adoption != null) ? adoption.listener().channel() : null;
	}

	/**
	 * {@inheritDoc}
	 * @return {@code null} for nothing, and when the endpoint has stopped accepting and
	 * Tomcat wants its acceptor to end; an exception would be logged as an error
	 */
	@Override
	protected @Nullable SocketChannel serverSocketAccept() throws Exception {
		if (!this.accepts) {
			this.accepts = true;
			started();
		}
		SharedListener.Arrival arrival;
		try {
			arrival = adoption().listener().accept();
		}
		catch (Error ex) {
			// Of memory, for which Tomcat's acceptor would end
			LockSupport.parkNanos(PAUSE.toNanos());
			report(ex);
			return null;
		}
		if (arrival == null) {
			this.acceptorReleased.await();
			return null;
		}
		this.arriving = arrival;
		return arrival.socket();
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
		SharedListener.Arrival arrival = this.arriving;
		if (socket == null || arrival == null) {
			countDownConnection();
			return true;
		}
		TomcatConnection connection = connect(arrival);
		if (connection == null) {
			return true;
		}
		UnpolledSocket ready;
		try {
			if (!servesWhereItAccepts()) {
				return super.setSocketOptions(socket);
			}
			ready = read(socket);
		}
		finally {
			this.arriving = null;
			arrival.handedOver();
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

	/**
	 * Takes note of a connection.
	 * @return the connection, or {@code null} if it had to be closed, for want of memory,
	 * which would end the acceptor
	 */
	private @Nullable TomcatConnection connect(SharedListener.Arrival arrival) {
		SocketChannel socket = arrival.socket();
		try {
			Worker worker = adoption().worker();
			ClientWatch watch = worker.slowClients().watch(new BreakOff(socket, getUnixDomainSocketPath() == null));
			TomcatConnection connection = new TomcatConnection(arrival.claim(), watch,
					worker.settings().clients().keepAliveStreams());
			this.connections.put(socket, connection);
			return connection;
		}
		catch (RuntimeException | Error ex) {
			destroySocket(socket);
			report(ex);
			return null;
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
		SharedListener.Arrival arrival = this.arriving;
		TomcatConnection connection = this.connections.remove(socket);
		if (connection == null && arrival != null) {
			this.arriving = null;
			arrival.drop();
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
		adoption().listener().stop();
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
		return adoption != null && adoption.worker().sendsElsewhere();
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
	protected void doCloseServerSocket() {
		Adoption adoption = this.adoption;
		if (adoption != null) {
			adoption.listener().stop();
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
