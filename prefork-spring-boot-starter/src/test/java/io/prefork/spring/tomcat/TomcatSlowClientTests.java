package io.prefork.spring.tomcat;

import java.time.Duration;

import io.prefork.spring.HttpConnection;
import io.prefork.spring.SlowClientCompatibilityKit;
import io.prefork.spring.StubWorker;
import io.prefork.spring.tomcat.TomcatTestApplication.RequestController;
import io.prefork.worker.ClientLimits;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link TomcatConnection}, of what slow clients hold.
 */
class TomcatSlowClientTests extends SlowClientCompatibilityKit {

	private static final ClientLimits LIMITS = new ClientLimits(Duration.ofSeconds(2), 100, 100, Duration.ofSeconds(1),
			100);

	@Override
	protected ConfigurableApplicationContext run(StubWorker worker, String... properties) {
		return TomcatTestApplication.run(worker, properties);
	}

	@Test
	void whenEmptyLineFollowsARequestThenNextHeadMayTakeItsTime() throws Exception {
		StubWorker worker = started(StubWorker.gthread(2).with(LIMITS)).worker();
		HttpConnection connection = connect();
		assertThat(connection.get("/hello").answer().body()).isEqualTo("hello");
		connection.send("\r\n");
		await().during(Duration.ofSeconds(3)).atMost(SOON).until(() -> worker.slowClients().brokenOff() == 0);
		assertThat(connection.get("/hello").answer().body()).isEqualTo("hello");
		connection.send("\r\nGET /hel");
		await().atMost(SOON).until(() -> worker.slowClients().brokenOff() == 1);
	}

	@Test
	void whenApplicationGoesOnWithoutTheBodyThenItsClientIsNotBlamed() throws Exception {
		Started started = started(StubWorker.gthread(2).with(LIMITS), "server.tomcat.connection-timeout=500ms");
		HttpConnection connection = connect().send("POST /impatient HTTP/1.1\r\nHost: localhost\r\n"
				+ "Content-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\nab");
		await().until(() -> started.context().getBean(RequestController.class).hasGivenUp());
		await().during(Duration.ofSeconds(3)).atMost(SOON).until(() -> started.worker().slowClients().brokenOff() == 0);
		started.holds().release();
		assertThat(connection.head().status()).as("Tomcat's answer").isEqualTo(408);
	}

}
