package io.prefork.spring.jetty;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
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
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.prefork.worker.ListenerChannelSource;
import io.prefork.worker.WorkerSpec;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.IO;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.util.thread.VirtualThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.ssl.SslBundleKey;

/**
 * Jetty's connector on a listening socket that is shared with other processes. Its
 * acceptor waits at the {@link io.prefork.worker.AcceptGate} before each blocking
 * {@code accept}, which the kernel deals out fairly, first come first served. It stops
 * accepting by closing its own copy of the socket, which frees the acceptor.
 */
final class PreforkConnector extends ServerConnector {

	private static final Logger logger = LoggerFactory.getLogger(PreforkConnector.class);

	private final WorkerServer server;

	private final WorkerSpec.InheritedListener listener;

	private final ListenerChannelSource channels;

	private final Map<SelectableChannel, JettyConnection> connections = new ConcurrentHashMap<>();

	// Held from accept until the connection is registered
	private final Semaphore accepting = new Semaphore(1);

	private @Nullable ExecutorService acceptor;

	private volatile @Nullable ServerSocketChannel channel;

	// Used by the acceptor alone
	private boolean accepts;

	private volatile boolean stopped;

	/**
	 * Makes a connector that is configured like another.
	 * @param like the other, which will not be used, or for another address
	 */
	@SuppressWarnings("NullAway") // null is for the server's own
	PreforkConnector(ServerConnector like, int selectors, Collection<ConnectionFactory> factories, WorkerServer server,
			WorkerSpec.InheritedListener listener, ListenerChannelSource channels) {
		super(like.getServer(), (like.getExecutor() != like.getServer().getThreadPool()) ? like.getExecutor() : null,
				(like.getScheduler() != like.getServer().getScheduler()) ? like.getScheduler() : null,
				(like.getByteBufferPool() != like.getServer().getByteBufferPool()) ? like.getByteBufferPool() : null, 1,
				selectors, factories.toArray(ConnectionFactory[]::new));
		this.server = server;
		this.listener = listener;
		this.channels = channels;
		setName(like.getName());
		setHost(like.getHost());
		setPort(Math.max(listener.port(), 0));
		setIdleTimeout(like.getIdleTimeout());
		setShutdownIdleTimeout(like.getShutdownIdleTimeout());
		setAcceptedTcpNoDelay(like.getAcceptedTcpNoDelay());
		setAcceptedReceiveBufferSize(like.getAcceptedReceiveBufferSize());
		setAcceptedSendBufferSize(like.getAcceptedSendBufferSize());
		like.getEventListeners().forEach(this::listen);
		getSelectorManager().addEventListener(new AcceptFailureListener());
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
	}

	@Override
	public void open() throws IOException {
		if (this.stopped) {
			throw new IllegalStateException("A worker's server cannot be started again once it has stopped");
		}
		if (this.channel == null) {
			super.open();
		}
	}

	@Override
	protected ServerSocketChannel openAcceptChannel() throws IOException {
		return this.channels.open(this.listener);
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * Unlike Jetty's, takes unix-domain sockets, and sockets that are bound only when the
	 * gate opens.
	 */
	@Override
	public void open(ServerSocketChannel channel) {
		this.channel = channel;
	}

	@Override
	public boolean isOpen() {
		ServerSocketChannel channel = this.channel;
		return channel != null && channel.isOpen();
	}

	@Override
	public @Nullable Object getTransport() {
		return this.channel;
	}

	@Override
	public int getLocalPort() {
		return isOpen() ? this.listener.port() : -2;
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * On a platform thread: on a virtual one, the JDK would make the socket non-blocking,
	 * for all processes that share it.
	 */
	@Override
	public void accept(int acceptorId) throws IOException {
		try {
			if (this.acceptor != null) {
				this.acceptor.submit(this::acceptNext).get();
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

	private @Nullable Void acceptNext() throws IOException, InterruptedException {
		ServerSocketChannel channel = this.channel;
		if (!this.accepts) {
			this.accepts = true;
			this.server.acceptorStarted();
		}
		this.server.connections().acquire();
		SocketChannel socket = null;
		boolean known = false;
		try {
			if (channel == null || !this.server.gate().await()) {
				stopAccepting();
				throw new ClosedChannelException();
			}
			this.accepting.acquire();
			try {
				ListenerChannelSource.listen(channel, this.listener);
				socket = channel.accept();
				this.connections.put(socket,
						new JettyConnection(this.server.gate().accepted(), this.server.slowClients()));
				known = true;
				register(socket);
			}
			finally {
				this.accepting.release();
			}
		}
		finally {
			if (!known) {
				IO.close(socket);
				this.server.connections().release();
			}
		}
		return null;
	}

	private void register(SocketChannel socket) throws IOException {
		try {
			socket.configureBlocking(false);
			if (this.listener.port() > 0) {
				configure(socket.socket());
			}
			getSelectorManager().accept(socket);
		}
		catch (Throwable ex) {
			IO.close(socket);
			forget(socket);
			throw ex;
		}
	}

	private void forget(SelectableChannel channel) {
		JettyConnection connection = this.connections.remove(channel);
		if (connection != null) {
			connection.closed();
			this.server.connections().release();
		}
	}

	@Override
	protected SelectorManager newSelectorManager(Executor executor, Scheduler scheduler, int selectors) {
		return new ServerConnectorManager(executor, scheduler, selectors) {

			@Override
			public void connectionOpened(Connection connection, Object context) {
				super.connectionOpened(connection, context);
				if (connection.getEndPoint() instanceof ObservedEndPoint endPoint) {
					endPoint.readAtOnce();
				}
			}

		};
	}

	@Override
	protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key)
			throws IOException {
		JettyConnection connection = this.connections.get(channel);
		if (connection == null) {
			throw new ClosedChannelException();
		}
		ObservedEndPoint endPoint = new ObservedEndPoint(channel, selector, key, this, connection,
				this.server.keepAlive().filter((keepAlive) -> !keepAlive.isZero()).orElse(null));
		connection.opened(endPoint);
		return endPoint;
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
		this.stopped = true;
		this.server.gate().shut();
		try {
			ServerSocketChannel channel = this.channel;
			if (channel != null) {
				channel.close();
			}
			// Registering a connection takes microseconds: the limit is for a broken one
			if (this.accepting.tryAcquire(1, TimeUnit.SECONDS)) {
				this.accepting.release();
			}
		}
		catch (IOException ex) {
			logger.warn("Failed to close the listening socket", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void close() {
		stopAccepting();
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

	private final class AcceptFailureListener implements SelectorManager.AcceptListener {

		@Override
		public void onAcceptFailed(SelectableChannel channel, Throwable cause) {
			forget(channel);
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
