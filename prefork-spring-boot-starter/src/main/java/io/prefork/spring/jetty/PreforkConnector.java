package io.prefork.spring.jetty;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.EventListener;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

import io.prefork.worker.SharedListener;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.util.thread.VirtualThreadPool;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundleKey;

/**
 * Jetty's connector on a listening socket that is shared with other processes. Its
 * acceptor waits at the {@link io.prefork.worker.AcceptGate} before each blocking
 * {@code accept}, which the kernel deals out fairly, first come first served, and serves
 * the request itself in {@code sync}. It stops accepting by closing its own copy of the
 * socket, which frees the acceptor.
 */
final class PreforkConnector extends ServerConnector {

	private final WorkerServer server;

	private final SharedListener listener;

	private final Map<SelectableChannel, JettyConnection> connections = new ConcurrentHashMap<>();

	private @Nullable ExecutorService acceptor;

	// Used by the acceptor alone
	private boolean accepts;

	/**
	 * Makes a connector that is configured like another.
	 * @param like the other, which will not be used, or for another address
	 */
	@SuppressWarnings("NullAway") // null is for the server's own
	PreforkConnector(ServerConnector like, int selectors, Collection<ConnectionFactory> factories, WorkerServer server,
			SharedListener listener) {
		super(like.getServer(), (like.getExecutor() != like.getServer().getThreadPool()) ? like.getExecutor() : null,
				(like.getScheduler() != like.getServer().getScheduler()) ? like.getScheduler() : null,
				(like.getByteBufferPool() != like.getServer().getByteBufferPool()) ? like.getByteBufferPool() : null, 1,
				selectors, factories.toArray(ConnectionFactory[]::new));
		this.server = server;
		this.listener = listener;
		setName(like.getName());
		setHost(like.getHost());
		setPort(Math.max(listener.inherited().port(), 0));
		setIdleTimeout(like.getIdleTimeout());
		setShutdownIdleTimeout(like.getShutdownIdleTimeout());
		setAcceptedTcpNoDelay(like.getAcceptedTcpNoDelay());
		setAcceptedReceiveBufferSize(like.getAcceptedReceiveBufferSize());
		setAcceptedSendBufferSize(like.getAcceptedSendBufferSize());
		like.getEventListeners().forEach(this::listen);
		addEventListener(new Http2Listener());
	}

	private void listen(EventListener listener) {
		if (!contains(listener)) {
			addBean(listener);
		}
	}

	@Override
	protected void doStart() throws Exception {
		if (getExecutor() instanceof VirtualThreadPool) {
			this.acceptor = Executors.newSingleThreadExecutor((task) -> {
				Thread thread = new Thread(task, "prefork-acceptor");
				thread.setDaemon(true);
				return thread;
			});
		}
		if (servesWhereItAccepts()) {
			// Threads that the application starts would inherit it
			setAcceptorPriorityDelta(0);
		}
		super.doStart();
		checkKeyAlias();
	}

	/**
	 * Boot's own connector for TLS checks this when it starts.
	 */
	private void checkKeyAlias() {
		SslConnectionFactory tls = getConnectionFactory(SslConnectionFactory.class);
		if (tls != null && tls.getSslContextFactory().getKeyStore() != null) {
			SslBundleKey.of(null, tls.getSslContextFactory().getCertAlias())
				.assertContainsAlias(tls.getSslContextFactory().getKeyStore());
		}
	}

	@Override
	protected void doStop() throws Exception {
		super.doStop();
		if (this.acceptor != null) {
			this.acceptor.shutdownNow();
		}
		// Those that the selector did not know
		getConnectedEndPoints().forEach(EndPoint::close);
	}

	@Override
	public void open() throws IOException {
		boolean opened = this.listener.channel() != null;
		this.listener.open();
		if (!opened) {
			super.open();
		}
	}

	@Override
	protected ServerSocketChannel openAcceptChannel() throws IOException {
		return this.listener.open();
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * Unlike Jetty's, takes unix-domain sockets, and sockets that are bound only when the
	 * gate opens.
	 */
	@Override
	public void open(ServerSocketChannel channel) {
	}

	@Override
	public boolean isOpen() {
		ServerSocketChannel channel = this.listener.channel();
		return channel != null && channel.isOpen();
	}

	@Override
	public @Nullable Object getTransport() {
		return this.listener.channel();
	}

	@Override
	public int getLocalPort() {
		return isOpen() ? this.listener.inherited().port() : -2;
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * On a platform thread: on a virtual one, the JDK would make the socket non-blocking,
	 * for all processes that share it. That thread goes on until it fails or the
	 * connector pauses, since waking it up for each connection costs more than a request.
	 */
	@Override
	public void accept(int acceptorId) throws IOException {
		try {
			if (this.acceptor != null) {
				this.acceptor.submit(this::acceptAll).get();
			}
			else {
				acceptNext();
			}
		}
		catch (InterruptedException ex) {
			throw new ClosedByInterruptException();
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof IOException cause) ? cause : new IOException(ex.getCause());
		}
	}

	private @Nullable Void acceptAll() throws IOException {
		do {
			acceptNext();
		}
		while (isRunning() && isAccepting());
		return null;
	}

	private void acceptNext() throws IOException {
		if (!this.accepts) {
			this.accepts = true;
			started();
		}
		this.server.room().take();
		SharedListener.Arrival arrival = null;
		try {
			arrival = this.listener.accept();
			if (arrival == null) {
				stopAccepting();
				throw new ClosedChannelException();
			}
		}
		finally {
			if (arrival == null) {
				this.server.room().giveBack();
			}
		}
		take(arrival);
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * Jetty would have the acceptor end if it is interrupted while it pauses.
	 */
	@Override
	protected boolean handleAcceptFailure(Throwable failure) {
		return super.handleAcceptFailure(failure) || (isRunning() && isOpen());
	}

	private void started() {
		if (servesWhereItAccepts()) {
			// As the threads of the pool are named, which users find in their logs
			Thread thread = Thread.currentThread();
			thread.setName(thread.getName().replaceFirst("-acceptor-.*", ""));
		}
		else {
			this.server.acceptorStarted();
		}
	}

	/**
	 * Whether the thread that accepts a connection serves it, if its request has come:
	 * the next one is not accepted before that is done anyway, and passing it on costs
	 * more than many requests. A handshake of TLS needs several turns of the client's.
	 */
	private boolean servesWhereItAccepts() {
		return this.server.isStrict() && getConnectionFactory(SslConnectionFactory.class) == null;
	}

	private void take(SharedListener.Arrival arrival) {
		SocketChannel socket = arrival.socket();
		JettyConnection connection;
		try {
			connection = new JettyConnection(arrival.claim(), this.server.slowClients());
			this.connections.put(socket, connection);
		}
		catch (RuntimeException | Error ex) {
			arrival.drop();
			this.server.room().giveBack();
			throw ex;
		}
		boolean here = servesWhereItAccepts();
		if (here) {
			arrival.handedOver();
		}
		try {
			((DirectSelectorManager) getSelectorManager()).take(socket, connection, here);
		}
		finally {
			arrival.handedOver();
		}
	}

	void configure(SocketChannel socket) {
		if (this.listener.inherited().port() > 0) {
			configure(socket.socket());
		}
	}

	@Nullable Duration keepAlive() {
		return this.server.keepAlive().filter((keepAlive) -> !keepAlive.isZero()).orElse(null);
	}

	/**
	 * A connection is closed, or was never open.
	 */
	void forget(SelectableChannel channel) {
		JettyConnection connection = this.connections.remove(channel);
		if (connection != null) {
			connection.closed();
			this.server.room().giveBack();
		}
	}

	@Override
	protected SelectorManager newSelectorManager(Executor executor, Scheduler scheduler, int selectors) {
		return new DirectSelectorManager(this, executor, scheduler, selectors);
	}

	void closed(EndPoint endPoint, @Nullable Throwable cause) {
		((DirectSelectorManager) getSelectorManager()).closed(endPoint, cause);
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * Called by {@link DirectSelectorManager}.
	 */
	@Override
	protected void onEndPointOpened(EndPoint endPoint) {
		super.onEndPointOpened(endPoint);
	}

	@Override
	protected void onEndPointClosed(EndPoint endPoint) {
		super.onEndPointClosed(endPoint);
		forget(((ObservedEndPoint) endPoint).getChannel());
	}

	/**
	 * Takes no connection any more. On return, those that {@code accept} had returned are
	 * registered.
	 */
	void stopAccepting() {
		this.listener.stop();
		// For an acceptor that waits for a connection to end
		this.server.room().giveBack();
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * They end by themselves when the listening socket is closed, and one may be serving
	 * a request.
	 */
	@Override
	protected void interruptAcceptors() {
	}

	@Override
	public void close() {
		stopAccepting();
		// For one that was told to pause, and is not interrupted
		setAccepting(true);
		super.close();
	}

	@Override
	public CompletableFuture<Void> shutdown() {
		this.server.announceClose();
		sayGoAway();
		return super.shutdown();
	}

	int connections() {
		return (int) this.connections.values().stream().filter((connection) -> !connection.isOver()).count();
	}

	/**
	 * Tells the clients of HTTP/2 connections to go away, those that have not been told.
	 */
	void sayGoAway() {
		for (EndPoint endPoint : getConnectedEndPoints()) {
			Protocol.of(endPoint).sayGoAway(((ObservedEndPoint) endPoint).connection());
		}
	}

	void closeIdle(Duration quiet) {
		for (EndPoint endPoint : getConnectedEndPoints()) {
			ObservedEndPoint observed = (ObservedEndPoint) endPoint;
			BooleanSupplier idle = () -> observed.connection().isQuiet(quiet, this.server.closingSince());
			if (idle.getAsBoolean()) {
				Protocol.of(observed).close(observed, idle);
			}
		}
	}

	private static final class Http2Listener implements Connection.Listener {

		@Override
		public void onOpened(Connection connection) {
			ObservedEndPoint endPoint = ObservedEndPoint.of(connection.getEndPoint());
			if (endPoint != null && Protocol.of(connection).isHttp2()) {
				endPoint.connection().multiplexed();
			}
		}

	}

}
