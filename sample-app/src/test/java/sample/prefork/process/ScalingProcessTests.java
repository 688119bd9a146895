package sample.prefork.process;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import sample.prefork.process.Load.Mode;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * More and fewer workers, over HTTP and by signals, without losing a request.
 */
class ScalingProcessTests extends ProcessTestSupport {

	@Test
	void whenScaledOverHttpThenAllServeAndNothingIsLost() {
		PoolProcess pool = sharedPool();
		long left = pool.pool().exits("voluntary");
		try (ThreeModes load = ThreeModes.against(pool.address())) {
			assertScaled(pool.post("/actuator/prefork", "{\"workers\":4}"), 2, 4);
			pool.awaitSettled(4);
			load.awaitProgress();
			Set<String> workers = new HashSet<>();
			pool.await("all four answer", PoolProcess.BOOT, () -> {
				Load requests = Load.of(pool.address(), "/whoami").clients(8).mode(Mode.CLOSE).requests(400);
				workers.addAll(StrictClient.run(requests).bodies().keySet());
				return workers.size() == 4;
			});
			assertScaled(pool.post("/actuator/prefork/down", "{\"by\":2}"), 4, 2);
			pool.awaitSettled(2);
			load.awaitProgress();
			load.stopAndAssertNothingLost();
		}
		assertThat(pool.pool().exits("voluntary")).isEqualTo(left + 2);
	}

	@Test
	void whenSignalledThenOneMoreOrOneFewer() {
		PoolProcess pool = sharedPool();
		try (ThreeModes load = ThreeModes.against(pool.address())) {
			pool.signal("TTIN");
			pool.awaitSettled(3);
			pool.signal("TTOU");
			pool.awaitSettled(2);
			load.awaitProgress();
			load.stopAndAssertNothingLost();
		}
		pool.signal("TTOU");
		pool.awaitSettled(1);
		pool.signal("TTOU");
		pool.log().awaitLine(Pattern.compile("the number of workers stays at 1, the fewest"), PoolProcess.SOON);
		assertScaled(pool.post("/actuator/prefork/up", "{\"by\":1}"), 1, 2);
		pool.awaitSettled(2);
	}

	@Test
	void whenWorkerIsShownThenBySlotAndByPid() {
		PoolProcess pool = sharedPool();
		PoolStatus.Worker worker = pool.pool().workers().get(1);
		JsonNode bySlot = pool.get("/actuator/prefork/" + worker.slot()).json();
		assertThat(bySlot.findValue("pid").asLong()).isEqualTo(worker.pid());
		JsonNode byPid = pool.get("/actuator/prefork/" + worker.pid()).json();
		assertThat(byPid.findValue("slot").asInt()).isEqualTo(1);
		assertThat(pool.get("/actuator/prefork/77").status()).isEqualTo(404);
		assertThat(pool.get("/actuator/health").json().path("status").asString()).isEqualTo("UP");
		assertThat(pool.get("/actuator/metrics").text()).contains("prefork.workers");
	}

	private static void assertScaled(Answer answer, int previous, int workers) {
		assertThat(answer.status()).as(answer.text()).isEqualTo(200);
		assertThat(answer.json().path("previous").asInt()).isEqualTo(previous);
		assertThat(answer.json().path("workers").asInt()).isEqualTo(workers);
	}

}
