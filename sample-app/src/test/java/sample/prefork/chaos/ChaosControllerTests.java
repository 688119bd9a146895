package sample.prefork.chaos;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sample.prefork.SampleTest;

import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The faults that a test JVM survives. The others are seen in process tests.
 */
@SampleTest
@ActiveProfiles("chaos")
class ChaosControllerTests {

	@LocalServerPort
	private int port;

	private RestTestClient client;

	@BeforeEach
	void bind() {
		this.client = RestTestClient.bindToServer().baseUrl("http://127.0.0.1:" + this.port).build();
	}

	@Test
	void whenSlowThenAnswersInTheEnd() {
		this.client.get().uri("/chaos/slow?ms=1").exchange().expectBody(String.class).isEqualTo("slept 1 ms");
	}

	@Test
	void whenCpuThenBurns() {
		this.client.get()
			.uri("/chaos/cpu?ms=5")
			.exchange()
			.expectBody(String.class)
			.value((text) -> assertThat(text).endsWith("rounds in 5 ms"));
	}

	@Test
	void whenLeakThenHolds() {
		this.client.get().uri("/chaos/leak?mb=1").exchange().expectBody(String.class).isEqualTo("holding 1 MB");
	}

	@ParameterizedTest
	@ValueSource(strings = { "slow?ms=120001", "cpu?ms=-1", "leak?mb=0", "exit?code=256" })
	void whenParameterIsOutOfBoundsThenBadRequest(String fault) {
		this.client.get().uri("/chaos/" + fault).exchange().expectStatus().isBadRequest();
	}

}
