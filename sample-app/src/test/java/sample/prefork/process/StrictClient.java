package sample.prefork.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

import sample.prefork.process.LostRequestException.Cause;

/**
 * A load client that never retries and forgives nothing: every request that was written
 * must be answered whole and with success. What is not, is lost, and is put down to a
 * {@link Cause}.
 */
final class StrictClient implements AutoCloseable {

	private static final Duration PAUSE_AFTER_REFUSAL = Duration.ofMillis(20);

	private final Load load;

	private final AtomicLong sent = new AtomicLong();

	private final AtomicLong answered = new AtomicLong();

	private final List<Client> clients = new ArrayList<>();

	private volatile boolean stopping;

	private StrictClient(Load load) {
		this.load = load;
	}

	static StrictClient start(Load load) {
		StrictClient client = new StrictClient(load);
		for (int i = 0; i < load.clients(); i++) {
			client.clients.add(client.new Client(i));
		}
		client.clients.forEach(Thread::start);
		return client;
	}

	/**
	 * Sends as many requests as the load says.
	 * @param load what to send, bounded
	 * @return what became of it
	 */
	static LoadResult run(Load load) {
		return start(load).result();
	}

	/**
	 * Requests answered so far.
	 * @return the count, growing while the client runs
	 */
	long answered() {
		return this.answered.get();
	}

	/**
	 * Lets the requests in flight end, and tells what became of all.
	 * @return the result
	 */
	LoadResult stop() {
		this.stopping = true;
		return result();
	}

	/**
	 * Waits until all requests of a bounded load have been sent.
	 * @return the result
	 */
	LoadResult result() {
		for (Client client : this.clients) {
			try {
				client.join();
			}
			catch (InterruptedException ex) {
				this.stopping = true;
				Thread.currentThread().interrupt();
			}
		}
		return LoadResult.sum(this.clients.stream().map(Client::result).toList());
	}

	@Override
	public void close() {
		this.stopping = true;
	}

	/**
	 * One client: one connection, one request at a time.
	 */
	private final class Client extends Thread {

		private static final int LOSSES_TOLD = 5;

		private static final int BODY_TOLD = 80;

		private final RandomGenerator random;

		private final Map<Cause, Long> lost = new EnumMap<>(Cause.class);

		private final List<String> losses = new ArrayList<>();

		private final List<Long> lostAt = new ArrayList<>();

		private final Map<String, Long> bodies = new TreeMap<>();

		private final List<Duration> latencies = new ArrayList<>();

		private long connections;

		private long announcedCloses;

		private HttpConnection connection;

		Client(int number) {
			super("strict-client-" + number);
			setDaemon(true);
			this.random = new Random(number);
		}

		@Override
		public void run() {
			Load load = StrictClient.this.load;
			while (!StrictClient.this.stopping && StrictClient.this.sent.getAndIncrement() < load.requests()) {
				try {
					send(load);
					LockSupport.parkNanos(load.pause().toNanos());
				}
				catch (LostRequestException ex) {
					this.connection = null;
					lose(ex.lostBy(), ex.getMessage());
					if (ex.lostBy() == Cause.REFUSED) {
						LockSupport.parkNanos(PAUSE_AFTER_REFUSAL.toNanos());
					}
				}
			}
			giveUp();
		}

		private void send(Load load) throws LostRequestException {
			boolean close = switch (load.mode()) {
				case KEEPALIVE -> false;
				case CLOSE -> true;
				case MIXED -> this.random.nextInt(3) == 0;
			};
			long begin = System.nanoTime();
			if (this.connection == null) {
				this.connection = HttpConnection.open(load.address());
				this.connections++;
			}
			Answer answer = this.connection.exchange(load.request(close), load.timeout());
			note(answer, Duration.ofNanos(System.nanoTime() - begin));
			if (close || answer.closes()) {
				giveUp();
			}
		}

		private void note(Answer answer, Duration latency) {
			if (answer.closes()) {
				this.announcedCloses++;
			}
			if (!answer.successful()) {
				lose(Cause.STATUS, "status " + answer.status() + " " + answer.text());
				return;
			}
			this.latencies.add(latency);
			StrictClient.this.answered.incrementAndGet();
			if (answer.body().length <= BODY_TOLD) {
				this.bodies.merge(answer.text(), 1L, Long::sum);
			}
		}

		private void lose(Cause cause, String what) {
			this.lost.merge(cause, 1L, Long::sum);
			this.lostAt.add(System.nanoTime());
			if (this.losses.size() < LOSSES_TOLD) {
				this.losses.add(what);
			}
		}

		private void giveUp() {
			if (this.connection != null) {
				this.connection.close();
				this.connection = null;
			}
		}

		private LoadResult result() {
			return new LoadResult(this.latencies.size(), this.lost, this.losses, this.lostAt, this.connections,
					this.announcedCloses, this.bodies, this.latencies);
		}

	}

}
