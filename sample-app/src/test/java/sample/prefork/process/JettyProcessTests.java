package sample.prefork.process;

import java.time.Duration;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sample.prefork.SampleApplication;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sample as a pool of workers that serve with Jetty.
 */
class JettyProcessTests extends ProcessTestSupport {

	private static final Pattern STARTED = Pattern.compile("Jetty started on port");

	@ParameterizedTest
	@ValueSource(strings = { "gthread", "sync" })
	void whenScaledAndReloadedThenNothingIsLost(String workerClass) {
		PoolProcess pool = jetty().arguments("--prefork.worker-class=" + workerClass).start();
		PoolStatus before = pool.awaitSettled(2);
		assertThat(pool.log().lines(STARTED)).hasSize(2);
		try (ThreeModes load = ThreeModes.against(pool.address())) {
			assertThat(pool.post("/actuator/prefork", "{\"workers\":3}").status()).isEqualTo(200);
			pool.awaitSettled(3);
			load.awaitProgress();
			assertThat(pool.post("/actuator/prefork/down", "{\"by\":1}").status()).isEqualTo(200);
			pool.awaitSettled(2);
			pool.signal("HUP");
			PoolStatus after = pool.awaitPool("generation 2 serves alone",
					(status) -> status.generation() == 2 && status.settledAt(2));
			assertThat(after.pids()).doesNotContainAnyElementsOf(before.pids());
			load.awaitProgress();
			load.stopAndAssertNothingLost();
		}
	}

	@Test
	void whenManagementPortIsSetThenTheMasterServesItWithJetty() {
		PoolProcess pool = jetty().managementPort().start();
		pool.awaitSettled(2);
		assertThat(pool.log().awaitLine(STARTED, Duration.ofSeconds(10))).isNotBlank();
		assertThat(pool.get("/whoami").status()).isEqualTo(200);
		assertThat(pool.get("/actuator/health").json().path("status").asString()).isEqualTo("UP");
		assertThat(pool.log().lines(STARTED)).hasSize(3);
	}

	private PoolLauncher jetty() {
		return launcher().chaos().main(SampleApplication.class.getName(), TestClassPath.JETTY);
	}

}
