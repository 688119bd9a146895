package sample.prefork.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;

import org.junit.jupiter.api.Test;
import sample.prefork.process.LostRequestException.Cause;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Workers that die, hang or stop, and a pool that is whole again by itself.
 */
class SupervisionProcessTests extends ProcessTestSupport {

	@Override
	PoolLauncher shared(PoolLauncher launcher) {
		return super.shared(launcher).arguments("--sample.boot-failure-file=" + failure());
	}

	private Path failure() {
		return sharedDirectory().resolve("fail");
	}

	@Test
	void whenWorkerIsKilledThenOnlyItsRequestsAreLost() {
		PoolProcess pool = sharedPool();
		pool.expectProblems(LogLines.WORKER_LOST);
		long crashes = pool.pool().exits("crash");
		try (ThreeModes load = ThreeModes.against(pool.address())) {
			long killed = pool.pool().pids().get(0);
			PoolProcess.signal("KILL", killed);
			awaitReplaced(pool, killed);
			load.awaitProgress();
			LoadResult result = LoadResult.sum(load.stop().values());
			assertThat(result.lostTotal()).as(result::toString).isLessThanOrEqualTo(ThreeModes.CLIENTS);
			assertThat(result.lost().keySet()).isSubsetOf(EnumSet.of(Cause.RESET, Cause.EMPTY, Cause.STALE, Cause.CUT));
		}
		pool.log().awaitLine(LogLines.KILLED_BY_KILL, PoolProcess.SOON);
		assertThat(pool.pool().exits("crash")).isEqualTo(crashes + 1);
		pool.assertNoZombies();
	}

	@Test
	void whenTheOnlyWorkerIsKilledThenTheSpareHasItsPlaceBeforeItsEndIsLookedIntoAndAfterAFatalExitNobodyFollows() {
		PoolProcess pool = launcher().chaos()
			.managementPort()
			.arguments("--prefork.workers=1", "--prefork.spare-workers=1", "--prefork.respawn.fatal-exit-codes=78")
			.start();
		pool.expectProblems(LogLines.WORKER_LOST, LogLines.FATAL_EXIT);
		PoolStatus before = pool.awaitPool("a worker and a spare are up", (status) -> settled(status, 1));
		long killed = pid(before, "ACCEPTING");
		long spare = pid(before, "SPARE");
		assertThat(pool.get("/actuator/metrics/prefork.workers?tag=state:spare").text()).contains("1.0");
		PoolProcess.signal("KILL", killed);
		assertThat(pool.get("/whoami").text()).contains(Long.toString(spare));
		PoolStatus after = pool.awaitPool("there is a spare again",
				(status) -> settled(status, 1) && !status.pids().contains(killed));
		assertThat(pid(after, "ACCEPTING")).isEqualTo(spare);
		assertThat(pool.log().lines(LogLines.OF_A_KILL)).as("in this order")
			.satisfiesExactly((line) -> assertThat(line).contains("(pid " + spare + ") was a spare"),
					(line) -> assertThat(line).contains("(pid " + killed + ") ended: killed by SIGKILL"));
		assertThat(pool.get("/chaos/exit?code=78").status()).isEqualTo(200);
		PoolStatus last = pool.awaitPool("the spare serves", (status) -> settled(status, 0));
		assertThat(last.state()).isEqualTo("FROZEN");
		assertThat(last.json().path("trouble").asString()).contains("(pid " + spare + ") has exited with status 78");
		pool.log().awaitLine(LogLines.FATAL_EXIT, PoolProcess.SOON);
	}

	private static boolean settled(PoolStatus status, int spares) {
		return status.accepting() == 1 && status.json().path("workers").path("spare").asInt() == spares
				&& status.workers().size() == 1 + spares;
	}

	private static long pid(PoolStatus status, String state) {
		return status.workers()
			.stream()
			.filter((worker) -> worker.state().equals(state))
			.findFirst()
			.orElseThrow()
			.pid();
	}

	@Test
	void whenWorkersAreTerminatedThenReplacedAndNothingIsLost() {
		PoolProcess pool = sharedPool();
		try (ThreeModes load = ThreeModes.against(pool.address())) {
			for (long leaving : pool.pool().pids()) {
				PoolProcess.signal("TERM", leaving);
				awaitReplaced(pool, leaving);
			}
			load.awaitProgress();
			load.stopAndAssertNothingLost();
		}
	}

	@Test
	void whenWorkerIsStoppedThenReplacedWithinTimeout() {
		PoolProcess pool = launcher().chaos().managementPort().arguments("--prefork.timeout=5s").start();
		pool.expectProblems(LogLines.WORKER_LOST, LogLines.STOPPED_GIVES_NO_STACK);
		long stopped = pool.awaitSettled(2).pids().get(0);
		PoolProcess.signal("STOP", stopped);
		// One that uses the processor would be given 15 s
		pool.await("the stopped worker is gone", Duration.ofSeconds(12), () -> !Proc.alive(stopped));
		awaitReplaced(pool, stopped);
		pool.log().awaitLine(LogLines.NO_HEARTBEAT, PoolProcess.SOON);
		pool.log().awaitLine(LogLines.STOPPED_GIVES_NO_STACK, PoolProcess.SOON);
		assertThat(pool.pool().exits("timeout")).isEqualTo(1);
		JsonNode obituary = pool.obituary(stopped);
		assertThat(obituary.path("cause").asString()).as(obituary::toString).isEqualTo("heartbeat-timeout");
		assertThat(obituary.path("stack").asString()).contains("the process is stopped");
	}

	@Test
	void whenSyncRequestOutlastsTimeoutThenReplacedAndStackIsLogged() {
		PoolProcess pool = launcher().chaos()
			.managementPort()
			.arguments("--prefork.worker-class=sync", "--prefork.timeout=5s")
			.start();
		pool.expectProblems(LogLines.WORKER_LOST, LogLines.REQUEST_TOO_OLD, LogLines.REQUEST_TIMED_OUT);
		PoolStatus before = pool.awaitSettled(2);
		LoadResult hung = StrictClient.run(Load.of(pool.address(), "/chaos/hang").clients(1).requests(1));
		assertThat(hung.lostTotal()).isEqualTo(1);
		assertThat(hung.lost()).as("the client is told").containsOnlyKeys(Cause.STATUS);
		pool.log().awaitLine(LogLines.REQUEST_TOO_OLD, PoolProcess.SOON);
		pool.log().awaitLine(LogLines.STACK_OF_HANG, PoolProcess.SOON);
		PoolStatus after = pool.awaitPool("the hung worker is replaced",
				(status) -> status.settledAt(2) && !status.pids().equals(before.pids()));
		assertThat(after.exits("timeout")).isEqualTo(1);
		long gone = before.pids().stream().filter((pid) -> !after.pids().contains(pid)).findFirst().orElseThrow();
		JsonNode obituary = pool.obituary(gone);
		assertThat(obituary.path("cause").asString()).as(obituary::toString).isEqualTo("request-timeout");
		assertThat(obituary.path("reason").asString()).startsWith("a request had been running for");
		assertThat(obituary.path("stack").asString()).contains("ChaosController.hang");
	}

	@Test
	void whenThreadsAreLostThenTheWorkerGoesOnUntilTheyAreTooManyAndNothingElseIsLost() {
		PoolProcess pool = launcher().chaos()
			.managementPort()
			.arguments("--prefork.workers=1", "--prefork.threads=4", "--prefork.request-timeout=5s")
			.start();
		pool.expectProblems(LogLines.REQUEST_TIMED_OUT, LogLines.REQUEST_TOO_OLD);
		PoolStatus before = pool.awaitSettled(1);
		assertThat(pool.get("/chaos/hang").status()).isEqualTo(503);
		PoolStatus goesOn = pool.awaitPool("a thread is lost", (status) -> status.lost() == 1);
		assertThat(goesOn.pids()).isEqualTo(before.pids());
		try (ThreeModes load = ThreeModes.against(pool.address())) {
			assertThat(pool.get("/chaos/hang").status()).isEqualTo(503);
			PoolStatus after = pool.awaitPool("the worker is replaced",
					(status) -> status.settledAt(1) && !status.pids().equals(before.pids()));
			assertThat(after.lost()).isZero();
			assertThat(after.exits("timeout")).isEqualTo(1);
			load.awaitProgress();
			load.stopAndAssertNothingLost();
		}
		pool.log().awaitLine(LogLines.REQUEST_TOO_OLD, PoolProcess.SOON);
		pool.log().awaitLine(LogLines.STACK_OF_HANG, PoolProcess.SOON);
	}

	@Test
	void whenReplacementsCannotBootThenBackoffAndTheRestServes() throws IOException {
		Path failure = failure();
		PoolProcess pool = sharedPool();
		pool.expectProblems(LogLines.WORKER_LOST, LogLines.TOLD_TO_FAIL, LogLines.BACKOFF);
		Files.createFile(failure);
		long killed = pool.pool().pids().get(0);
		PoolProcess.signal("KILL", killed);
		pool.await("the replacement has failed twice", PoolProcess.BOOT,
				() -> pool.log().lines(LogLines.FAILED_TO_BOOT).size() >= 2);
		assertThat(pool.log().lines(LogLines.BACKOFF)).isNotEmpty();
		assertThat(pool.alive()).isTrue();
		assertThat(pool.pool().accepting()).isEqualTo(1);
		assertThat(pool.get("/").status()).isEqualTo(200);
		Files.delete(failure);
		awaitReplaced(pool, killed);
	}

	private static void awaitReplaced(PoolProcess pool, long gone) {
		pool.awaitPool("worker " + gone + " is replaced",
				(status) -> status.settledAt(2) && !status.pids().contains(gone));
	}

}
