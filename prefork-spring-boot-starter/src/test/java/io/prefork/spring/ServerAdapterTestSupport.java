package io.prefork.spring;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/**
 * A server of a worker's on a listener that siblings share.
 */
@ExtendWith(OutputCaptureExtension.class)
public abstract class ServerAdapterTestSupport {

	protected static final Duration A_WHILE = Duration.ofMillis(300);

	protected static final Duration SOON = Duration.ofSeconds(10);

	protected static final Duration PATIENTLY = Duration.ofSeconds(30);

	protected TestListener listener = TestListener.tcp();

	@TempDir
	private Path sockets;

	private final List<AutoCloseable> resources = new CopyOnWriteArrayList<>(List.of(this.listener));

	/**
	 * Starts the server with an application that has a {@link HoldingController} and its
	 * {@link Holds}.
	 */
	protected abstract ConfigurableApplicationContext run(StubWorker worker, String... properties);

	/**
	 * Whether the server can host a worker class.
	 */
	protected boolean hosts(WorkerType type) {
		return type != WorkerType.REACTIVE;
	}

	/**
	 * A worker of the class that the tests are mostly about, with so many threads.
	 */
	protected final WorkerSettings serving(int threads) {
		return hosts(WorkerType.GTHREAD) ? StubWorker.gthread(threads) : StubWorker.reactive(100);
	}

	/**
	 * A worker of the strictest class that the server can host.
	 */
	protected final WorkerSettings servingStrictly() {
		return hosts(WorkerType.SYNC) ? StubWorker.sync() : serving(1);
	}

	/**
	 * The same worker, which waits longer for idle connections when it leaves than a busy
	 * machine holds up their clients.
	 */
	protected static WorkerSettings patient(WorkerSettings settings) {
		return withQuietPeriod(settings, Duration.ofSeconds(6));
	}

	protected static WorkerSettings withQuietPeriod(WorkerSettings settings, Duration quiet) {
		return new WorkerSettings(settings.type(), settings.threads(), settings.overflowThreads(),
				settings.workerConnections(), settings.keepAlive(), quiet, settings.gracefulTimeout(),
				settings.clients());
	}

	/**
	 * Tests what is about time itself. Made anew only if it fails and this JVM was seen
	 * to stand still meanwhile, for longer than what is tested can bear.
	 * @param bearable a part of the times that the test is about
	 */
	protected final void unlessAtAStandstill(Duration bearable, Attempt attempt) throws Exception {
		for (int left = 3;; left--) {
			try (Standstill standstill = new Standstill()) {
				try {
					attempt.make();
					return;
				}
				catch (Exception | AssertionError ex) {
					if (ex instanceof TestAbortedException || left == 0
							|| standstill.longest().compareTo(bearable) < 0) {
						throw ex;
					}
					System.out.println("Made anew, since this JVM stood still for " + standstill.longest() + ": " + ex);
				}
			}
			closeResources();
			this.resources.clear();
			this.listener = use(TestListener.tcp());
		}
	}

	@AfterEach
	void closeResources() throws Exception {
		for (int i = this.resources.size() - 1; i >= 0; i--) {
			this.resources.get(i).close();
		}
	}

	protected final HttpRequest request(String scheme, String path) {
		return HttpRequest.newBuilder(URI.create(scheme + "://localhost:" + this.listener.port() + path))
			.timeout(Duration.ofSeconds(20))
			.build();
	}

	/**
	 * Starts a server and opens the gate.
	 */
	protected final Started started(WorkerSettings settings, String... properties) {
		StubWorker worker = worker(settings);
		ConfigurableApplicationContext context = start(worker, properties);
		worker.gate().open();
		return new Started(worker, context);
	}

	protected final StubWorker worker(WorkerSettings settings) {
		return new StubWorker(settings, this.listener);
	}

	protected final ConfigurableApplicationContext start(StubWorker worker, String... properties) {
		ConfigurableApplicationContext context = run(worker, properties);
		this.resources.add(() -> {
			if (context.isActive()) {
				context.getBean(Holds.class).release();
				context.close();
			}
		});
		return context;
	}

	protected final HttpConnection connect() throws IOException {
		return use(HttpConnection.open(this.listener.port()));
	}

	/**
	 * Connects to another listener, whatever its family.
	 */
	protected final HttpConnection connectTo(TestListener listener) throws IOException {
		if (listener.family() != StandardProtocolFamily.UNIX) {
			return use(HttpConnection.open(listener.port()));
		}
		SocketChannel channel = use(SocketChannel.open(listener.address()));
		return new HttpConnection(channel, Channels.newInputStream(channel), Channels.newOutputStream(channel));
	}

	/**
	 * Opens a unix-domain socket besides the listener.
	 */
	protected final TestListener unixListener() {
		return use(TestListener.unix(this.sockets.resolve("app.sock")));
	}

	/**
	 * Goes on only if the server can host a worker class.
	 */
	protected final void assumeHosts(WorkerType type) {
		assumeThat(hosts(type))
			.as("%s is about a server that does not host the worker class %s", getClass().getSimpleName(),
					type.name().toLowerCase(Locale.ROOT))
			.isTrue();
	}

	protected final <T extends AutoCloseable> T use(T resource) {
		this.resources.add(resource);
		return resource;
	}

	/**
	 * A sibling accepts the connection that nobody has accepted.
	 */
	protected final void siblingAccepts() throws IOException {
		assertThat(acceptedBySibling()).succeedsWithin(SOON)
			.satisfies((channel) -> assertThat(
					((InetSocketAddress) channel.getRemoteAddress()).getAddress().isLoopbackAddress())
				.isTrue());
	}

	/**
	 * A sibling accepts a connection that a busy worker does not take. If that was slow
	 * to read what made it busy, its acceptor went on to wait for one more, which it gets
	 * first.
	 */
	protected final void siblingAcceptsButForOne() throws IOException {
		CompletableFuture<SocketChannel> accepted = acceptedBySibling();
		try {
			await().atMost(Duration.ofSeconds(3)).until(accepted::isDone);
		}
		catch (ConditionTimeoutException ex) {
			connect().get("/hello");
		}
		assertThat(accepted).succeedsWithin(SOON);
	}

	private CompletableFuture<SocketChannel> acceptedBySibling() {
		ServerSocketChannel sibling = use(this.listener.copy());
		return CompletableFuture.supplyAsync(() -> {
			try {
				return use(sibling.accept());
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		});
	}

	protected final void staysTrue(Callable<Boolean> condition) {
		await().during(A_WHILE).atMost(SOON).until(condition);
	}

	/**
	 * An attempt at a test.
	 */
	@FunctionalInterface
	protected interface Attempt {

		void make() throws Exception;

	}

	/**
	 * A worker whose server has started.
	 *
	 * @param worker the worker
	 * @param context the application
	 */
	protected record Started(StubWorker worker, ConfigurableApplicationContext context) {

		public Holds holds() {
			return this.context.getBean(Holds.class);
		}

	}

}
