package io.prefork.control;

import java.io.Closeable;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * The other end of a control link: a worker's, or a tool's. As a {@link PoolControl} it
 * relays to the master.
 */
public final class ControlClient implements PoolControl, Closeable {

	private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);

	private static final String GONE = "The master is gone";

	private static final String UPGRADED = "The master is being upgraded";

	private volatile ControlConnection connection;

	private final Duration answerTimeout;

	private final AtomicLong ids = new AtomicLong();

	private final Map<Long, CompletableFuture<Message.Response>> pending = new ConcurrentHashMap<>();

	private volatile String end = GONE;

	private volatile boolean ended;

	private ControlClient(ControlConnection connection, Duration answerTimeout) {
		this.connection = connection;
		this.answerTimeout = answerTimeout;
	}

	/**
	 * Connects to the master.
	 * @param runDirectory the master's run directory
	 * @param listener what to do with the master's messages
	 * @return the client
	 * @throws IOException if there is no master
	 */
	public static ControlClient connect(Path runDirectory, Listener listener) throws IOException {
		return connect(runDirectory, listener, ANSWER_TIMEOUT);
	}

	static ControlClient connect(Path runDirectory, Listener listener, Duration answerTimeout) throws IOException {
		ControlConnection connection = open(runDirectory);
		ControlClient client = new ControlClient(connection, answerTimeout);
		connection.start("prefork-link", client.new Dispatcher(listener));
		return client;
	}

	private static ControlConnection open(Path runDirectory) throws IOException {
		return new ControlConnection(
				SocketChannel.open(UnixDomainSocketAddress.of(runDirectory.resolve(ControlServer.SOCKET))));
	}

	/**
	 * Says why the link ends, should it end.
	 * @param upgraded whether the master is about to become another program
	 */
	public void expectUpgrade(boolean upgraded) {
		this.end = upgraded ? UPGRADED : GONE;
	}

	/**
	 * Connects to the master again, after the link has ended.
	 * @param runDirectory the master's run directory
	 * @param listener what to do with the master's messages
	 * @param hello what it is told before all else
	 * @throws IOException if there is no master
	 */
	public void reconnect(Path runDirectory, Listener listener, Message hello) throws IOException {
		ControlConnection next = open(runDirectory);
		// First in the queue, whatever others want to say: a link that has not named its
		// worker is closed.
		next.send(hello);
		this.connection = next;
		this.end = GONE;
		this.ended = false;
		next.start("prefork-link", new Dispatcher(listener));
	}

	/**
	 * Tells the master something. Never blocks.
	 * @param message the message
	 */
	public void tell(Message message) {
		this.connection.send(message);
	}

	/**
	 * Waits until what was told has left this process.
	 * @param limit how long to wait at most
	 */
	public void flush(Duration limit) {
		this.connection.flush(limit);
	}

	@Override
	public PoolDocument pool() {
		return document(ask(Message.Command.POOL, null, null, this.answerTimeout), PoolDocument.class);
	}

	@Override
	public Optional<WorkerDocument> worker(String worker) {
		Message.Response response = ask(Message.Command.WORKER, worker, null, this.answerTimeout);
		return (response.body() != null) ? Optional.of(document(response, WorkerDocument.class)) : Optional.empty();
	}

	@Override
	public ObituaryDocument.Listing obituaries() {
		return document(ask(Message.Command.OBITUARIES, null, null, this.answerTimeout),
				ObituaryDocument.Listing.class);
	}

	@Override
	public ScaleDocument scaleTo(int workers) {
		return document(ask(Message.Command.SCALE_TO, null, workers, this.answerTimeout), ScaleDocument.class);
	}

	@Override
	public ScaleDocument scaleBy(int by) {
		return document(ask(Message.Command.SCALE_BY, null, by, this.answerTimeout), ScaleDocument.class);
	}

	@Override
	public ScaleDocument scaleAuto() {
		return document(ask(Message.Command.SCALE_AUTO, null, null, this.answerTimeout), ScaleDocument.class);
	}

	@Override
	public ReloadDocument reload(boolean wait) {
		return rollout(wait, Message.Command.RELOAD, Message.Command.RELOAD_AND_WAIT);
	}

	@Override
	public ReloadDocument rollback(boolean wait) {
		return rollout(wait, Message.Command.ROLLBACK, Message.Command.ROLLBACK_AND_WAIT);
	}

	private ReloadDocument rollout(boolean wait, Message.Command start, Message.Command startAndWait) {
		// A rollout is bounded by the master: every step of it has a timeout there.
		Message.Response response = wait ? ask(startAndWait, null, null, null)
				: ask(start, null, null, this.answerTimeout);
		return document(response, ReloadDocument.class);
	}

	@Override
	public boolean replace(String worker) {
		return document(ask(Message.Command.REPLACE, worker, null, this.answerTimeout), Boolean.class);
	}

	@Override
	public UpgradeDocument upgrade() {
		// The trial run is bounded by the master.
		return document(ask(Message.Command.UPGRADE, null, null, null), UpgradeDocument.class);
	}

	private <T> T document(Message.Response response, Class<T> type) {
		return MessageCodec.fromTree(response.body(), type);
	}

	private Message.Response ask(Message.Command command, @Nullable String worker, @Nullable Integer number,
			@Nullable Duration timeout) {
		long id = this.ids.incrementAndGet();
		CompletableFuture<Message.Response> future = new CompletableFuture<>();
		this.pending.put(id, future);
		try {
			if (this.ended) {
				throw new MasterUnavailableException(this.end);
			}
			if (this.connection.isCongested()) {
				// Requests that nobody reads must not cost a worker its link, and so its
				// life.
				throw new MasterUnavailableException("The master has not read earlier requests");
			}
			this.connection.send(new Message.Request(id, command, worker, number));
			Message.Response response = (timeout != null) ? future.get(timeout.toMillis(), TimeUnit.MILLISECONDS)
					: future.get();
			if (response.refusal() != null) {
				throw new CommandRefusedException(response.invalid(), response.refusal());
			}
			return response;
		}
		catch (TimeoutException ex) {
			throw new MasterUnavailableException("The master has not answered within " + timeout);
		}
		catch (ExecutionException ex) {
			throw new MasterUnavailableException(this.end);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new MasterUnavailableException("Interrupted while waiting for the master");
		}
		finally {
			this.pending.remove(id);
		}
	}

	@Override
	public void close() {
		this.connection.close();
	}

	/**
	 * Takes what the master says of itself, on the link's thread: it must not block.
	 */
	public interface Listener {

		/**
		 * The master said something that is no answer.
		 * @param message the message
		 */
		void told(Message message);

		/**
		 * The link has ended: the master is gone.
		 */
		void masterGone();

	}

	private final class Dispatcher implements ControlConnection.Receiver {

		private final Listener listener;

		Dispatcher(Listener listener) {
			this.listener = listener;
		}

		@Override
		public void received(ControlConnection connection, Message message) {
			if (message instanceof Message.Response response) {
				CompletableFuture<Message.Response> future = ControlClient.this.pending.get(response.id());
				if (future != null) {
					future.complete(response);
				}
			}
			else {
				this.listener.told(message);
			}
		}

		@Override
		public void ended(ControlConnection connection) {
			ControlClient.this.ended = true;
			ControlClient.this.pending.values()
				.forEach((future) -> future.completeExceptionally(new IOException(ControlClient.this.end)));
			this.listener.masterGone();
		}

	}

}
