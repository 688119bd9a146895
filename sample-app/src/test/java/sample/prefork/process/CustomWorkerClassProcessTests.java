package sample.prefork.process;

import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sample.prefork.SampleApplication;
import sample.prefork.SampleWorkers;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A worker class of the application's own.
 */
class CustomWorkerClassProcessTests extends ProcessTestSupport {

	private static final Pattern ANY = Pattern.compile("");

	@ParameterizedTest
	@EnumSource(Server.class)
	void whenClassIsNamedThenItsExecutorRunsRequestsAndNothingIsLostByAReload(Server server) {
		PoolProcess pool = server.of(launcher())
			.chaos()
			.arguments("--prefork.worker-class=" + SampleWorkers.class.getName(), "--prefork.threads=3",
					"--management.endpoints.web.exposure.include=*")
			.start();
		pool.awaitSettled(2);
		JsonNode document = pool.get("/actuator/prefork").json();
		assertThat(document.path("workerClass").asString()).as(document.toString()).isEqualTo("custom");
		try (ThreeModes load = ThreeModes.against(pool.address())) {
			pool.signal("HUP");
			pool.awaitPool("generation 2 serves alone", (status) -> status.generation() == 2 && status.settledAt(2));
			load.awaitProgress();
			load.stopAndAssertNothingLost();
		}
		JsonNode self = pool.get("/actuator/threaddump")
			.json()
			.path("threads")
			.valueStream()
			.filter((thread) -> thread.path("stackTrace").toString().contains("ThreadDumpEndpoint"))
			.findFirst()
			.orElseThrow();
		assertThat(self.path("threadName").asString()).startsWith(SampleWorkers.THREADS);
	}

	@Test
	void whenBeanDoesNotExistThenStartFailsAndSaysSo() {
		PoolProcess pool = launcher().arguments("--prefork.worker-class=@nobody").start();
		pool.expectProblems(ANY);
		assertThat(pool.awaitExit(PoolProcess.BOOT)).isEqualTo(4);
		assertThat(pool.log().tail())
			.contains("'prefork.worker-class' is set to '@nobody', but the application has no such bean");
	}

	enum Server {

		TOMCAT, JETTY;

		PoolLauncher of(PoolLauncher launcher) {
			return (this == JETTY) ? launcher.main(SampleApplication.class.getName(), TestClassPath.JETTY) : launcher;
		}

	}

}
