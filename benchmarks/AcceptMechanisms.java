import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Compares ways of sharing out the connections of one listening socket: what fast
 * requests wait while slow ones run, how evenly idle workers are chosen, and how many
 * connections per second there are. The workers are groups of threads in one process,
 * each with an acceptor of its own: for the kernel's queue of waiters that is the same as
 * processes, and all else is equal.
 * <p>
 * Run with {@code java benchmarks/AcceptMechanisms.java}, Java 17 or later; it takes
 * about a minute.
 */
public final class AcceptMechanisms {

	private static final int WORKERS = 4;

	private static final int THREADS = 2;

	private static final int SLOW_REQUESTS = 6;

	private static final int SLOW_MILLIS = 3000;

	private static final int FAST_REQUESTS = 200;

	private static final int CLIENTS = 8;

	private static final int SEQUENTIAL_CONNECTIONS = 400;

	private static final long THROUGHPUT_NANOS = TimeUnit.SECONDS.toNanos(3);

	private enum Mechanism {

		/** Blocking accept, whatever the worker is doing. */
		FIFO,
		/** A selector in each worker, as in servers that were made to be alone. */
		SELECTOR,
		/** Blocking accept after a delay in proportion to the load, as Puma has it. */
		DELAY,
		/** Blocking accept by the least busy worker alone, which the others know of. */
		SCOREBOARD,
		/** Blocking accept while a thread is free. */
		GATE

	}

	private AcceptMechanisms() {
	}

	public static void main(String[] arguments) throws Exception {
		System.out.printf("%d workers x %d threads; %d requests of %d ms, then %d fast ones on fresh connections%n%n",
				WORKERS, THREADS, SLOW_REQUESTS, SLOW_MILLIS, FAST_REQUESTS);
		System.out.println("| mechanism | fast: p50 ms | p99 ms | max ms | idle spread % | connections/s |");
		System.out.println("|---|---|---|---|---|---|");
		try (Pool warmUp = new Pool(Mechanism.FIFO)) {
			warmUp.connectionsPerSecond();
		}
		for (Mechanism mechanism : Mechanism.values()) {
			try (Pool pool = new Pool(mechanism)) {
				String spread = pool.spread();
				double[] waits = pool.waitsBesideSlowRequests();
				System.out.printf(Locale.ROOT, "| %s | %.1f | %.1f | %.1f | %s | %.0f |%n",
						mechanism.name().toLowerCase(Locale.ROOT), waits[waits.length / 2],
						waits[waits.length * 99 / 100], waits[waits.length - 1], spread, pool.connectionsPerSecond());
			}
		}
	}

	/**
	 * Workers on one listening socket, and the load on them.
	 */
	private static final class Pool implements AutoCloseable {

		private final ServerSocketChannel listener = ServerSocketChannel.open();

		private final List<Worker> workers = new ArrayList<>();

		private final ExecutorService clients = Executors.newCachedThreadPool();

		Pool(Mechanism mechanism) throws IOException {
			this.listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
			this.listener.configureBlocking(mechanism != Mechanism.SELECTOR);
			for (int i = 0; i < WORKERS; i++) {
				this.workers.add(new Worker(i, mechanism, this.listener, this.workers));
			}
			this.workers.forEach(Worker::start);
		}

		double[] waitsBesideSlowRequests() throws Exception {
			List<Future<Integer>> slow = new ArrayList<>();
			for (int i = 0; i < SLOW_REQUESTS; i++) {
				slow.add(this.clients.submit(() -> request(SLOW_MILLIS)));
			}
			TimeUnit.MILLISECONDS.sleep(300);
			List<Callable<double[]>> fast = new ArrayList<>();
			for (int i = 0; i < CLIENTS; i++) {
				fast.add(() -> {
					double[] waits = new double[FAST_REQUESTS / CLIENTS];
					for (int j = 0; j < waits.length; j++) {
						long start = System.nanoTime();
						request(0);
						waits[j] = (System.nanoTime() - start) / 1e6;
					}
					return waits;
				});
			}
			double[] all = new double[0];
			for (Future<double[]> waits : this.clients.invokeAll(fast)) {
				double[] more = waits.get();
				all = Arrays.copyOf(all, all.length + more.length);
				System.arraycopy(more, 0, all, all.length - more.length, more.length);
			}
			for (Future<Integer> request : slow) {
				request.get();
			}
			Arrays.sort(all);
			return all;
		}

		String spread() throws IOException {
			int[] served = new int[WORKERS];
			for (int i = 0; i < SEQUENTIAL_CONNECTIONS; i++) {
				served[request(0)]++;
			}
			Arrays.sort(served);
			return String.format(Locale.ROOT, "%.0f to %.0f", 100.0 * served[0] / SEQUENTIAL_CONNECTIONS,
					100.0 * served[WORKERS - 1] / SEQUENTIAL_CONNECTIONS);
		}

		double connectionsPerSecond() throws Exception {
			long start = System.nanoTime();
			AtomicInteger answered = new AtomicInteger();
			List<Callable<Integer>> loads = new ArrayList<>();
			for (int i = 0; i < CLIENTS; i++) {
				loads.add(() -> {
					while (System.nanoTime() - start < THROUGHPUT_NANOS) {
						request(0);
						answered.incrementAndGet();
					}
					return 0;
				});
			}
			for (Future<Integer> load : this.clients.invokeAll(loads)) {
				load.get();
			}
			return answered.get() * 1e9 / (System.nanoTime() - start);
		}

		private int request(int millis) throws IOException {
			InetSocketAddress address = (InetSocketAddress) this.listener.getLocalAddress();
			try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
				socket.getOutputStream().write(ByteBuffer.allocate(Integer.BYTES).putInt(millis).array());
				InputStream answer = socket.getInputStream();
				return answer.read();
			}
		}

		@Override
		public void close() throws Exception {
			this.clients.shutdown();
			this.workers.forEach(Worker::stop);
			this.listener.close();
		}

	}

	/**
	 * An acceptor and a few threads.
	 */
	private static final class Worker {

		private final int number;

		private final Mechanism mechanism;

		private final ServerSocketChannel listener;

		private final List<Worker> siblings;

		private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

		private final AtomicInteger busy = new AtomicInteger();

		private final Thread acceptor = new Thread(this::acceptAll);

		Worker(int number, Mechanism mechanism, ServerSocketChannel listener, List<Worker> siblings) {
			this.number = number;
			this.mechanism = mechanism;
			this.listener = listener;
			this.siblings = siblings;
		}

		void start() {
			this.acceptor.setDaemon(true);
			this.acceptor.start();
		}

		void stop() {
			this.acceptor.interrupt();
			this.threads.shutdownNow();
		}

		private void acceptAll() {
			try (Selector selector = Selector.open()) {
				if (this.mechanism == Mechanism.SELECTOR) {
					this.listener.register(selector, SelectionKey.OP_ACCEPT);
				}
				while (!Thread.currentThread().isInterrupted()) {
					await(selector);
					SocketChannel connection = this.listener.accept();
					if (connection != null) {
						this.busy.incrementAndGet();
						this.threads.execute(() -> serve(connection));
					}
				}
			}
			catch (IOException | InterruptedException ex) {
				// The pool was closed
			}
		}

		private void await(Selector selector) throws IOException, InterruptedException {
			switch (this.mechanism) {
				case FIFO -> {
				}
				case SELECTOR -> {
					selector.select();
					selector.selectedKeys().clear();
				}
				case DELAY -> TimeUnit.MICROSECONDS
					.sleep(5000L * Math.min(this.busy.get(), 25 * THREADS) / (25 * THREADS));
				case SCOREBOARD -> {
					while (this.siblings.stream().anyMatch((sibling) -> sibling.busy.get() < this.busy.get())) {
						TimeUnit.MICROSECONDS.sleep(200);
					}
				}
				case GATE -> {
					synchronized (this.busy) {
						while (this.busy.get() >= THREADS) {
							this.busy.wait();
						}
					}
				}
			}
		}

		private void serve(SocketChannel connection) {
			try (connection) {
				ByteBuffer millis = ByteBuffer.allocate(Integer.BYTES);
				while (millis.hasRemaining() && connection.read(millis) >= 0) {
				}
				TimeUnit.MILLISECONDS.sleep(millis.getInt(0));
				connection.write(ByteBuffer.wrap(new byte[] { (byte) this.number }));
			}
			catch (IOException | InterruptedException ex) {
				// The pool was closed
			}
			finally {
				synchronized (this.busy) {
					this.busy.decrementAndGet();
					this.busy.notifyAll();
				}
			}
		}

	}

}
