package io.prefork.spring.tomcat;

import java.time.Duration;

import io.prefork.spring.StubWorker;
import io.prefork.worker.AcceptGate;
import io.prefork.worker.ClientLimits;
import io.prefork.worker.SlowClients;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TomcatConnection}.
 */
class TomcatConnectionTests {

	private static final ClientLimits LIMITS = new ClientLimits(Duration.ofSeconds(2), 100, 100, Duration.ofSeconds(1),
			3);

	@Test
	void whenStreamsBeginSideBySideThenLastOneIsNotMissed() {
		AcceptGate gate = new AcceptGate(StubWorker.gthread(2));
		TomcatConnection connection = new TomcatConnection(gate.claim(), new SlowClients(LIMITS).watch(() -> {
		}), 3);
		connection.began();
		connection.began();
		assertThat(connection.isAtItsLastRequest()).isFalse();
		connection.began();
		connection.began();
		assertThat(connection.isAtItsLastRequest()).isTrue();
	}

}
