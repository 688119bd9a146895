package io.prefork.spring.jetty;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.prefork.spring.HttpConnection;
import io.prefork.spring.ServerAdapterTestSupport;
import io.prefork.spring.StubWorker;
import io.prefork.worker.ClientLimits;
import io.prefork.worker.Drain;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.Test;

import org.springframework.boot.jetty.JettyWebServer;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link JettyServerAdapter}, of what happens while Jetty's threads are all
 * taken.
 */
class JettyThreadPoolTests extends ServerAdapterTestSupport {

	private final CountDownLatch freed = new CountDownLatch(1);

	private final AtomicInteger blocked = new AtomicInteger();

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return JettyTestApplication.run(worker, properties);
	}

	@Test
	void whenWaitingRequestIsRejectedThenItsSlotIsNotLost() throws Exception {
		Started started = started(StubWorker.gthread(1), "server.jetty.threads.max-queue-capacity=4");
		HttpConnection waiting = connect();
		assertThat(waiting.get("/hello").answer().status()).isEqualTo(200);
		HttpConnection held = connect().get("/held");
		await().until(() -> started.worker().requests().busy() == 1);
		waiting.get("/hello");
		await().until(() -> started.worker().gate().taken() == 2);
		QueuedThreadPool pool = pool(started);
		fill(pool);
		started.holds().release();
		assertThat(held.answer().body()).isEqualTo("held");
		assertThat(waiting.answer().status()).isEqualTo(500);
		this.freed.countDown();
		await().until(() -> pool.getQueueSize() == 0);
		assertThat(connect().get("/hello").answer().status()).isEqualTo(200);
		await().until(() -> started.worker().gate().taken() == 0);
	}

	@Test
	void whenProbesOfADrainAreDelayedThenHalfARequestIsNotCutOff() throws Exception {
		Started started = started(new WorkerSettings(WorkerType.GTHREAD, 1, 0, 100, Optional.empty(),
				Duration.ofSeconds(1), Duration.ofSeconds(20)));
		HttpConnection connection = connect();
		assertThat(connection.get("/hello").answer().status()).isEqualTo(200);
		QueuedThreadPool pool = pool(started);
		take(pool);
		CompletableFuture<Drain.Result> drain = started.worker().drain().graceful();
		await().during(A_WHILE).atMost(SOON).until(() -> waiting(pool) > 0);
		connection.send("GET /hello HTTP/1.1\r\nHost:");
		this.freed.countDown();
		await().until(() -> pool.getQueueSize() == 0);
		HttpConnection.Answer answer = connection.send(" localhost\r\n\r\n").answer();
		assertThat(answer.body()).isEqualTo("hello");
		assertThat(answer.announcesClose()).isTrue();
		assertThat(drain).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenNoThreadIsFreeThenClientsWhoseHeadsWaitAreNotToBlame() throws Exception {
		Started started = started(
				StubWorker.gthread(4).with(new ClientLimits(Duration.ofSeconds(4), 0, 0, Duration.ofSeconds(1), 0)));
		QueuedThreadPool pool = pool(started);
		HttpConnection open = connect();
		await().until(() -> server(started).getConnectors()[0].getConnectedEndPoints().size() == 1);
		take(pool);
		open.get("/hello");
		HttpConnection accepted = connect().get("/hello");
		await().during(Duration.ofSeconds(5)).atMost(SOON).until(() -> started.worker().slowClients().brokenOff() == 0);
		this.freed.countDown();
		assertThat(open.answer().status()).isEqualTo(200);
		assertThat(accepted.answer().status()).isEqualTo(200);
		HttpConnection slow = connect().send("GET /hello HTTP/1.1\r\n");
		assertThat(slow.isClosedByServer()).isTrue();
		assertThat(started.worker().slowClients().brokenOff()).isEqualTo(1);
	}

	private static QueuedThreadPool pool(Started started) {
		return (QueuedThreadPool) server(started).getThreadPool();
	}

	private static Server server(Started started) {
		return ((JettyWebServer) ((ServletWebServerApplicationContext) started.context()).getWebServer()).getServer();
	}

	/**
	 * Takes all threads, and all places in the queue for them.
	 */
	private void fill(QueuedThreadPool pool) {
		use(this.freed::countDown);
		try {
			while (true) {
				pool.execute(this::block);
			}
		}
		catch (RejectedExecutionException ex) {
			// It is full
		}
	}

	/**
	 * Takes all threads, and that of the acceptor as soon as it has none to accept.
	 */
	private void take(QueuedThreadPool pool) {
		use(this.freed::countDown);
		for (int i = 0; i < pool.getMaxThreads(); i++) {
			pool.execute(this::block);
		}
		await()
			.until(() -> pool.getThreads() == pool.getMaxThreads() && pool.getIdleThreads() == 0 && waiting(pool) == 0);
	}

	/**
	 * What waits for a thread besides what takes them all.
	 */
	private int waiting(QueuedThreadPool pool) {
		return this.blocked.get() + pool.getQueueSize() - pool.getMaxThreads();
	}

	private void block() {
		this.blocked.incrementAndGet();
		try {
			this.freed.await(30, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
