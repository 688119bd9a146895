package sample.prefork.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What master and workers do not share: descriptors other than the listeners, and the
 * user's code.
 */
class IsolationProcessTests extends ProcessTestSupport {

	@Override
	PoolLauncher shared(PoolLauncher launcher) {
		return super.shared(launcher).managementPort().arguments("--sample.trace-file=" + trace());
	}

	private Path trace() {
		return sharedDirectory().resolve("trace");
	}

	@Test
	void whenSpawnedThenWorkerHasNoDescriptorOfTheMasterButTheListeners() {
		PoolProcess pool = sharedPool();
		Set<String> listeners = Proc.listeners(pool.port());
		assertThat(listeners).hasSize(1);
		Set<String> ofMaster = kernelObjects(Proc.descriptors(pool.pid()));
		assertThat(ofMaster).containsAll(listeners);
		for (long worker : pool.pool().pids()) {
			Map<Integer, String> descriptors = Proc.descriptors(worker);
			assertThat(descriptors).containsEntry(0, "/dev/null");
			assertThat(descriptors.values()).as("listeners in worker").containsAll(listeners);
			descriptors.keySet().removeAll(List.of(0, 1, 2));
			Set<String> shared = kernelObjects(descriptors);
			shared.retainAll(ofMaster);
			assertThat(shared).as("shared by worker %d and the master", worker).isEqualTo(listeners);
		}
	}

	@Test
	void whenWorkerAcceptsThenItsAcceptorPushesNobodyAside() {
		for (long worker : sharedPool().awaitSettled(2).pids()) {
			Awaitility.await("one acceptor of worker " + worker + " is scheduled as batch")
				.atMost(PoolProcess.SOON)
				.until(() -> Proc.batchThreads(worker) == 1);
		}
	}

	@Test
	void whenPoolRunsThenNothingOfTheUsersRunsInTheMaster() throws IOException {
		Path trace = trace();
		PoolProcess pool = sharedPool();
		for (long worker : pool.pool().pids()) {
			Awaitility.await("all of the application ran in worker " + worker)
				.atMost(PoolProcess.SOON)
				.until(() -> Files.readAllLines(trace)
					.containsAll(List.of("bean " + worker, "runner " + worker, "scheduled " + worker,
							"after-run " + worker)));
		}
		assertThat(Files.readAllLines(trace)).noneMatch((line) -> line.endsWith(" " + pool.pid()));
		assertThat(pool.get("/whoami").json().path("pid").asLong()).isNotEqualTo(pool.pid());
	}

	@Test
	void whenWorkersComeAndGoThenMasterLeaksNoDescriptor() {
		PoolProcess pool = sharedPool();
		pool.expectProblems(LogLines.WORKER_LOST);
		round(pool);
		int before = Proc.descriptors(pool.pid()).size();
		round(pool);
		Awaitility.await("as many descriptors as before, " + before)
			.atMost(PoolProcess.SOON)
			.untilAsserted(() -> assertThat(Proc.descriptors(pool.pid()).values()).hasSizeLessThanOrEqualTo(before));
		pool.assertNoZombies();
	}

	private static void round(PoolProcess pool) {
		pool.post("/actuator/prefork/up", "{\"by\":1}");
		PoolStatus three = pool.awaitSettled(3);
		PoolProcess.signal("KILL", three.pids().get(0));
		pool.awaitPool("the killed worker is replaced",
				(status) -> status.settledAt(3) && !status.pids().contains(three.pids().get(0)));
		pool.post("/actuator/prefork/down", "{\"by\":1}");
		pool.awaitSettled(2);
	}

	/** Sockets and pipes: what has a name of its own, so that sharing shows. */
	private static Set<String> kernelObjects(Map<Integer, String> descriptors) {
		return descriptors.values()
			.stream()
			.filter((target) -> target.startsWith("socket:") || target.startsWith("pipe:"))
			.collect(Collectors.toCollection(TreeSet::new));
	}

}
