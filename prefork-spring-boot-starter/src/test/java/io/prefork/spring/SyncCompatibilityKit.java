package io.prefork.spring;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;

import io.prefork.worker.AcceptGate;
import io.prefork.worker.Drain;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What every server promises that hosts {@code sync}: the thread that accepts a
 * connection serves its request, and survives whatever the application does on it.
 */
public abstract class SyncCompatibilityKit extends ServerAdapterTestSupport {

	@Test
	void whenRequestHasComeThenTheThreadThatAcceptsServesIt() throws Exception {
		StubWorker worker = worker(StubWorker.sync());
		start(worker);
		HttpConnection first = connect().get("/thread");
		HttpConnection second = connect().get("/thread");
		worker.gate().open();
		String thread = first.answer().body();
		assertThat(thread).matches(poolThread());
		assertThat(second.answer().body()).isEqualTo(thread);
		assertThat(first.isClosedByServer()).isTrue();
		assertThat(worker.acceptors()).isEmpty();
		assertThat(worker.drain().graceful().join()).matches(Drain.Result::isComplete);
	}

	/**
	 * How the threads are named that serve requests, as a regular expression.
	 */
	protected abstract String poolThread();

	@Test
	void whenThereAreSeveralListenersThenOneRequestIsServedAtATime() throws Exception {
		TestListener other = use(TestListener.tcp());
		StubWorker worker = new StubWorker(StubWorker.sync(), this.listener, other);
		ConfigurableApplicationContext context = start(worker);
		worker.gate().open();
		HttpConnection held = connect().get("/held");
		await().until(() -> worker.requests().busy() == 1);
		// Its acceptor has most likely passed the gate before the slot was taken
		HttpConnection next = connectTo(other).get("/thread");
		HttpConnection third = connect().get("/thread");
		await().during(Duration.ofMillis(500)).until(() -> !next.hasAnswer() && worker.requests().busy() == 1);
		context.getBean(Holds.class).release();
		assertThat(held.answer().status()).isEqualTo(200);
		assertThat(next.answer().status()).isEqualTo(200);
		assertThat(third.answer().status()).isEqualTo(200);
		await().until(() -> worker.gate().taken() == 0);
	}

	@Test
	void whenRequestInterruptsItsThreadThenTheNextIsServed() throws Exception {
		StubWorker worker = worker(StubWorker.sync());
		start(worker);
		HttpConnection interrupted = connect().get("/interrupting");
		HttpConnection next = connect().get("/hello");
		worker.gate().open();
		assertThat(interrupted.answer().body()).isEqualTo("interrupted");
		assertThat(next.answer().body()).isEqualTo("hello");
		await().until(() -> worker.gate().taken() == 0);
		assertThat(worker.hasLeft()).isFalse();
	}

	@Test
	void whenInterruptComesLateAtTheGateThenTheNextIsServed() throws Exception {
		StubWorker worker = worker(StubWorker.sync());
		start(worker);
		String name = acceptor(worker);
		worker.gate().close();
		// The acceptor may have been let through before
		HttpConnection last = connect().get("/hello");
		HttpConnection next = connect().get("/hello");
		await().until(() -> threads(name).anyMatch(SyncCompatibilityKit::isAtTheGate));
		for (int i = 0; i < 3; i++) {
			threads(name).filter(SyncCompatibilityKit::isAtTheGate).forEach(Thread::interrupt);
			await().until(() -> threads(name).anyMatch(SyncCompatibilityKit::isAtTheGate));
		}
		worker.gate().open();
		assertThat(last.answer().body()).isEqualTo("hello");
		assertThat(next.answer().body()).isEqualTo("hello");
		assertThat(worker.hasLeft()).isFalse();
	}

	/**
	 * Opens the gate for a request that has come already. One that comes later than its
	 * connection may be served by another thread.
	 * @return the name of the thread that accepts
	 */
	private String acceptor(StubWorker worker) throws IOException {
		HttpConnection connection = connect().get("/thread");
		worker.gate().open();
		return connection.answer().body();
	}

	private static Stream<Thread> threads(String name) {
		return Thread.getAllStackTraces().keySet().stream().filter((thread) -> thread.getName().equals(name));
	}

	private static boolean isAtTheGate(Thread thread) {
		return Arrays.stream(thread.getStackTrace())
			.anyMatch((frame) -> frame.getClassName().equals(AcceptGate.class.getName()));
	}

	@Test
	void whenHandshakeOfWebSocketIsAnsweredOtherwiseThenTheConnectionCloses() throws Exception {
		Started started = started(StubWorker.sync());
		started.holds().release();
		HttpConnection connection = connect().send(handshake("/held-empty"));
		assertThat(connection.answer().status()).isEqualTo(204);
		assertThat(connection.isClosedByServer()).isTrue();
	}

	/**
	 * A handshake for a WebSocket that takes its time to begin.
	 */
	protected static String heldHandshake() {
		return handshake(LongLivedExchanges.HELD_WEB_SOCKET);
	}

	private static String handshake(String target) {
		return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
				+ "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
	}

	@Test
	void whenInterruptClosesTheListeningSocketThenWorkerLeaves() throws Exception {
		StubWorker worker = worker(StubWorker.sync());
		start(worker);
		String name = acceptor(worker);
		// Threads of servers that have just stopped may have the same name. The first
		// interrupts may come before the thread waits in accept
		await().until(() -> {
			threads(name).forEach(Thread::interrupt);
			return worker.hasLeft();
		});
		assertThat(worker.drain().graceful().join()).matches(Drain.Result::isComplete);
	}

	@Test
	void whenWebSocketIsOpenThenRequestsAreServedBesides() throws Exception {
		StubWorker worker = started(StubWorker.sync()).worker();
		WebSocketClient client = use(WebSocketClient.connect(this.listener.port()));
		assertThat(client.ask("hello")).isEqualTo("hello");
		await().until(() -> worker.gate().taken() == 0);
		assertThat(connect().get("/hello").answer().body()).isEqualTo("hello");
		assertThat(client.ask("again")).isEqualTo("again");
		client.close();
		await().until(() -> worker.connections() == 0);
	}

	@Test
	void whenHttp2IsSpokenThenRequestsOfOthersAreServedBesides() throws Exception {
		StubWorker worker = started(StubWorker.sync(), "server.http2.enabled=true").worker();
		Http2Connection connection = new Http2Connection(connect());
		connection.get(1, "/hello");
		await().until(() -> worker.requests().completed() == 1 && worker.gate().taken() == 0);
		assertThat(connect().get("/hello").answer().body()).isEqualTo("hello");
		connection.get(3, "/hello");
		await().until(() -> worker.requests().completed() == 3);
		assertThat(worker.connections()).isEqualTo(1);
	}

}
