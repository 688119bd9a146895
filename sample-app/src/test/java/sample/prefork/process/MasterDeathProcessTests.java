package sample.prefork.process;

import java.time.Duration;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A master that is killed takes its workers along, gracefully.
 */
class MasterDeathProcessTests extends ProcessTestSupport {

	@Test
	void whenMasterIsKilledThenWorkersDrainAndANewStartWorks() {
		PoolProcess pool = launcher().chaos().managementPort().start();
		List<Long> workers = pool.awaitSettled(2).pids();
		pool.expectProblems(LogLines.MASTER_GONE);
		StrictClient slow = StrictClient.start(Load.of(pool.address(), "/chaos/slow?ms=6000").clients(1).requests(1));
		pool.awaitPool("the slow request is in a worker", (status) -> status.busy() == 1);
		pool.signal("KILL");
		pool.awaitExit(PoolProcess.SOON);
		assertThat(slow.result().answered()).as("answered while draining").isEqualTo(1);
		Awaitility.await("workers leave within graceful-timeout")
			.atMost(Duration.ofSeconds(15))
			.until(() -> workers.stream().noneMatch(Proc::alive));
		pool.assertNothingLeft();

		startAgain(pool);
	}

	@Test
	void whenMasterIsKilledAndAWorkerHangsThenItEndsAtGracefulTimeout() {
		PoolProcess pool = launcher().chaos().managementPort().arguments("--prefork.graceful-timeout=3s").start();
		List<Long> workers = pool.awaitSettled(2).pids();
		pool.expectProblems(LogLines.MASTER_GONE, LogLines.WORKER_LOST);
		StrictClient hung = StrictClient.start(Load.of(pool.address(), "/chaos/hang").clients(1).requests(1));
		pool.awaitPool("the hung request is in a worker", (status) -> status.busy() == 1);
		pool.signal("KILL");
		Awaitility.await("workers leave within graceful-timeout")
			.atMost(Duration.ofSeconds(12))
			.until(() -> workers.stream().noneMatch(Proc::alive));
		assertThat(hung.result().lostTotal()).isEqualTo(1);
		startAgain(pool);
	}

	@Test
	void whenMasterIsKilledWhileAHungWorkerLeavesThenItEndsAtGracefulTimeout() {
		PoolProcess pool = launcher().chaos().managementPort().arguments("--prefork.graceful-timeout=4s").start();
		List<Long> workers = pool.awaitSettled(2).pids();
		pool.expectProblems(LogLines.MASTER_GONE, LogLines.WORKER_LOST);
		StrictClient hung = StrictClient.start(Load.of(pool.address(), "/chaos/hang").clients(1).requests(1));
		PoolStatus busy = pool.awaitPool("the hung request is in a worker", (status) -> status.busy() == 1);
		long leaving = busy.workers().stream().filter((worker) -> worker.busy() == 1).findFirst().orElseThrow().pid();
		PoolProcess.signal("TERM", leaving);
		pool.awaitPool("the hung worker is leaving",
				(status) -> status.workers().stream().anyMatch((worker) -> worker.state().equals("DRAINING")));
		pool.signal("KILL");
		Awaitility.await("workers leave within graceful-timeout")
			.atMost(Duration.ofSeconds(13))
			.until(() -> workers.stream().noneMatch(Proc::alive));
		assertThat(hung.result().lostTotal()).isEqualTo(1);
		startAgain(pool);
	}

	private void startAgain(PoolProcess dead) {
		PoolProcess next = launcher().port(dead.port()).arguments("--prefork.workers=1").start();
		next.awaitSettled(1);
		assertThat(next.get("/").status()).isEqualTo(200);
	}

}
