package io.prefork.spring.jetty;

import java.time.Duration;

import javax.net.ssl.SSLSocket;

import io.prefork.spring.HttpConnection;
import io.prefork.spring.SlowClientCompatibilityKit;
import io.prefork.spring.StubWorker;
import io.prefork.spring.TestCertificate;
import io.prefork.worker.ClientLimits;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link JettyConnection}, of what slow clients hold.
 */
class JettySlowClientTests extends SlowClientCompatibilityKit {

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return JettyTestApplication.run(worker, properties);
	}

	@Test
	void whenTlsThenClientsAreHeldToTheSame() throws Exception {
		ClientLimits limits = new ClientLimits(Duration.ofSeconds(1), 100, 100, Duration.ofSeconds(1), 0);
		StubWorker worker = started(StubWorker.gthread(1).with(limits),
				"server.ssl.key-store=" + TestCertificate.keyStore(),
				"server.ssl.key-store-password=" + TestCertificate.PASSWORD)
			.worker();
		HttpConnection connection = connectByTls();
		assertThat(connection.get("/hello").answer().body()).isEqualTo("hello");
		await().during(Duration.ofSeconds(2)).atMost(SOON).until(() -> worker.slowClients().brokenOff() == 0);
		assertThat(connection.get("/hello").answer().body()).isEqualTo("hello");
		connection.send("GET /hel");
		await().atMost(PATIENTLY).until(() -> worker.slowClients().brokenOff() == 1);
		connectByTls().get("/long/big");
		await().atMost(PATIENTLY).until(() -> worker.slowClients().brokenOff() == 2);
		await().until(() -> worker.connections() == 0 && worker.requests().busy() == 0);
	}

	private HttpConnection connectByTls() throws Exception {
		SSLSocket socket = (SSLSocket) TestCertificate.trustingContext()
			.getSocketFactory()
			.createSocket("localhost", this.listener.port());
		return use(new HttpConnection(socket, socket.getInputStream(), socket.getOutputStream()));
	}

}
