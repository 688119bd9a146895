package sample.prefork.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import sample.prefork.process.Load.Mode;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Deploying jars: a bad one harms nobody and says what is wrong with it, a good one is
 * what serves, and the one of before comes back by one command. Workers run from code
 * that was laid out, so that the jar on disk is nothing to them.
 */
class DeploymentProcessTests extends ProcessTestSupport {

	@Override
	PoolLauncher shared(PoolLauncher launcher) {
		jar().deploy();
		List.of("leave 7", "hang", "unwell").forEach(this::order);
		return launcher.managementPort()
			.jar(jar().path())
			.arguments("--prefork.boot-timeout=25s", "--prefork.rollout.canary-window=4s");
	}

	private SampleJar jar() {
		return new SampleJar(sharedDirectory().resolve("shop.jar"));
	}

	/**
	 * Puts what a jar's settings can name to have it fail in that way.
	 */
	private void order(String order) {
		try {
			Files.writeString(sharedDirectory().resolve(order.split(" ")[0]), order);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void whenJarsAreDeployedThenOnlyAGoodOneServesAndTheOneOfBeforeComesBack() {
		PoolProcess pool = sharedPool();
		pool.expectProblems(LogLines.WORKER_LOST, LogLines.TOLD_TO_FAIL, LogLines.FAILED_TO_BOOT,
				LogLines.RELOAD_FAILED, LogLines.FAILURE_ANALYSIS);
		try (ThreeModes load = ThreeModes.against(pool.address())) {
			assertRefused(pool, "sample.boot-delay: soon", "'sample.boot-delay'", "APPLICATION FAILED TO START");
			assertRefused(pool, "sample: [", "expected the node content", "");
			assertRefused(pool, "sample.boot-failure-file: leave", "exited with status 7 (System.exit)",
					"Started SampleApplication");
			assertRefused(pool, "sample.boot-failure-file: hang", "not serving within boot-timeout 25 s",
					"Starting SampleApplication");
			assertRefused(pool, "sample.boot-failure-file: unwell", "is DOWN (told to be unwell by unwell)",
					"Started SampleApplication");
			load.awaitProgress();
			jar().deploy("sample.version: 2");
			assertServes(pool, "reload", "2");
			assertServes(pool, "rollback", "1");
			load.awaitProgress();
			load.stopAndAssertNothingLost();
		}
	}

	/**
	 * Deploys a jar that is not to serve.
	 * @param settings by which it differs from what serves
	 * @param cause what the verdict is to say of it
	 * @param output what is to be among the last that its worker printed
	 */
	private void assertRefused(PoolProcess pool, String settings, String cause, String output) {
		PoolStatus before = pool.pool();
		jar().deploy(settings);
		JsonNode verdict = pool.post("/actuator/prefork/reload", "{\"wait\":true}").json();
		assertThat(verdict.path("status").asString()).as(verdict::toString).isEqualTo("FAILED");
		assertThat(verdict.path("reason").asString()).contains(cause);
		PoolStatus after = pool.awaitSettled(2);
		assertThat(after.pids()).isEqualTo(before.pids());
		assertThat(after.generation()).isEqualTo(before.generation());
		assertThat(after.state()).isEqualTo("FROZEN");
		assertThat(after.rollout().path("reason")).isEqualTo(verdict.path("reason"));
		assertThat(after.rollout().path("output").asString("")).contains(output);
		assertThat(versions(pool)).isEqualTo("1");
	}

	private static void assertServes(PoolProcess pool, String command, String version) {
		PoolStatus before = pool.pool();
		JsonNode verdict = pool.post("/actuator/prefork/" + command, "{\"wait\":true}").json();
		assertThat(verdict.path("status").asString()).as(verdict::toString).isEqualTo("RELOADED");
		PoolStatus after = pool.awaitSettled(2);
		assertThat(after.state()).isEqualTo("RUNNING");
		assertThat(after.generation()).isGreaterThan(before.generation());
		assertThat(after.workers()).allMatch((worker) -> worker.generation() == after.generation());
		assertThat(after.pids()).doesNotContainAnyElementsOf(before.pids());
		assertThat(versions(pool)).isEqualTo(version);
	}

	/**
	 * What all workers say which version they are.
	 */
	private static String versions(PoolProcess pool) {
		LoadResult result = StrictClient.run(Load.of(pool.address(), "/version").mode(Mode.CLOSE).requests(60));
		assertThat(result.lostTotal()).as(result::toString).isZero();
		return String.join(", ", result.bodies().keySet());
	}

	@Test
	void whenJarIsOverwrittenThenWorkersGoOnAndNewOnesRunTheSameCode() throws IOException {
		PoolProcess pool = sharedPool();
		PoolStatus before = pool.pool();
		Path laidOut = jar(before.pids().get(0));
		assertThat(laidOut).startsWith(PoolLauncher.CACHE.resolve("prefork")).hasFileName("shop.jar");
		assertThat(laidOut.resolveSibling("lib")).isDirectoryContaining("glob:**/spring-boot-4*.jar");
		// By another one first: the master still reads the one that it was started with
		jar().deploy();
		Files.write(jar().path(), new byte[(int) Files.size(jar().path())]);
		pool.expectProblems(LogLines.WORKER_LOST);
		long killed = before.pids().get(0);
		PoolProcess.signal("KILL", killed);
		PoolStatus after = pool.awaitPool("the killed worker is replaced",
				(status) -> status.settledAt(2) && !status.pids().contains(killed));
		assertThat(after.pids()).allSatisfy((pid) -> assertThat(jar(pid)).isEqualTo(laidOut));
		assertThat(pool.get("/whoami").status()).isEqualTo(200);
	}

	private static Path jar(long pid) throws IOException {
		List<String> command = List.of(Files.readString(Path.of("/proc", Long.toString(pid), "cmdline")).split("\0"));
		return Path.of(command.get(command.indexOf("-jar") + 1));
	}

}
