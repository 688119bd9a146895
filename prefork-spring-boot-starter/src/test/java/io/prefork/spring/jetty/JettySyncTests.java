package io.prefork.spring.jetty;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;

import io.prefork.spring.HttpConnection;
import io.prefork.spring.StubWorker;
import io.prefork.spring.SyncCompatibilityKit;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link DirectSelectorManager} and {@link UnselectedEndPoint}, with
 * {@code sync} and without.
 */
class JettySyncTests extends SyncCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return JettyTestApplication.run(worker, properties);
	}

	@Override
	protected String poolThread() {
		return "qtp\\d+-\\d+";
	}

	@Test
	void whenRequestsArePipelinedThenTheFirstAnswerIsWholeAndNoneFollows() throws Exception {
		StubWorker worker = started(StubWorker.sync()).worker();
		String hello = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
		HttpConnection connection = connect().send(hello + hello + hello);
		HttpConnection.Answer answer = connection.answer();
		assertThat(answer.body()).isEqualTo("hello");
		assertThat(answer.announcesClose()).isTrue();
		assertThat(connection.isClosedByServer()).isTrue();
		await().until(() -> worker.connections() == 0);
		assertThat(worker.requests().completed()).isEqualTo(1);
	}

	@Test
	void whenRequestComesLaterThanItsConnectionThenTheClientsEndIsNotWaitedFor() throws Exception {
		StubWorker worker = started(StubWorker.sync()).worker();
		HttpConnection connection = connect();
		await().until(() -> worker.gate().acceptedConnections() == 1 && worker.gate().taken() == 0);
		assertThat(connection.get("/hello").answer().body()).isEqualTo("hello");
		await().until(() -> worker.connections() == 0);
		assertThat(connection.isClosedByServer()).isTrue();
	}

	@Test
	void whenWebSocketTakesItsTimeToBeginThenRequestsAreServedBesides() throws Exception {
		Started started = started(StubWorker.sync());
		assertThat(connect().send(heldHandshake()).head().status()).isEqualTo(101);
		assertThat(connect().get("/hello").answer().body()).isEqualTo("hello");
		started.holds().release();
	}

	@Test
	void whenTheAnswerIsLongThenItIsWholeWhateverTheClientSends() throws Exception {
		StubWorker worker = started(StubWorker.gthread(1)).worker();
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.listener.port())) {
			byte[] request = "GET /long/big HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes();
			socket.getOutputStream().write(request);
			InputStream in = socket.getInputStream();
			long read = 0;
			while (worker.requests().completed() == 0) {
				read += in.readNBytes(4096).length;
			}
			staysTrue(() -> worker.connections() == 1);
			socket.getOutputStream().write(request);
			read += in.transferTo(OutputStream.nullOutputStream());
			assertThat(read).isGreaterThan(32 * 1024 * 1024);
		}
		await().until(() -> worker.connections() == 0);
	}

	@Test
	void whenTheAnswerSaysCloseThenTheClientsEndIsNotWaitedFor() throws Exception {
		StubWorker worker = started(StubWorker.gthread(1)).worker();
		HttpConnection connection = connect().send(
				"POST /interrupting HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
		assertThat(connection.answer().body()).isEqualTo("interrupted");
		await().until(() -> worker.connections() == 0);
		assertThat(connection.isClosedByServer()).isTrue();
	}

}
