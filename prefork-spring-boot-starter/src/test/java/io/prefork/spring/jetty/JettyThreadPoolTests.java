package io.prefork.spring.jetty;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.prefork.spring.HttpConnection;
import io.prefork.spring.ServerAdapterTestSupport;
import io.prefork.spring.StubWorker;
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

	private static QueuedThreadPool pool(Started started) {
		return (QueuedThreadPool) ((JettyWebServer) ((ServletWebServerApplicationContext) started.context())
			.getWebServer()).getServer().getThreadPool();
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

	private void block() {
		try {
			this.freed.await(30, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
