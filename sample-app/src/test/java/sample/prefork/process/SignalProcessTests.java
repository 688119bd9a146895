package sample.prefork.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The master's signals but for those that scale and reload.
 */
class SignalProcessTests extends ProcessTestSupport {

	@Override
	PoolLauncher shared(PoolLauncher launcher) {
		return super.shared(launcher).managementPort().arguments("--logging.file.name=" + logFile());
	}

	private Path logFile() {
		return sharedDirectory().resolve("sample.log");
	}

	@Test
	void whenTermThenRequestInFlightIsAnsweredAndStatusIsZero() {
		Path pidfile = this.directory.resolve("sample.pid");
		PoolProcess pool = launcher().chaos().managementPort().arguments("--prefork.pidfile=" + pidfile).start();
		pool.awaitSettled(2);
		assertThat(pidfile).content().isEqualToIgnoringWhitespace(String.valueOf(pool.pid()));
		StrictClient slow = startSlow(pool, 5000);
		pool.signal("TERM");
		assertThat(slow.result().answered()).isEqualTo(1);
		assertThat(pool.awaitExit(Duration.ofSeconds(20))).isZero();
		assertThat(pidfile).doesNotExist();
	}

	@Test
	void whenIntThenStopsWithoutWaitingForRequests() {
		PoolProcess pool = launcher().chaos().managementPort().start();
		pool.awaitSettled(2);
		pool.expectProblems(LogLines.WORKER_LOST);
		StrictClient slow = startSlow(pool, 30_000);
		pool.signal("INT");
		assertThat(pool.awaitExit(Duration.ofSeconds(8))).isZero();
		assertThat(slow.result().lostTotal()).isEqualTo(1);
	}

	@Test
	void whenIntTwiceDuringAGracefulStopThenEndsNow() {
		PoolProcess pool = launcher().chaos().managementPort().start();
		pool.awaitSettled(2);
		pool.expectProblems(LogLines.WORKER_LOST);
		StrictClient slow = startSlow(pool, 30_000);
		pool.signal("TERM");
		pool.await("the pool is stopping", PoolProcess.SOON, () -> pool.pool().state().equals("STOPPING"));
		pool.signal("INT");
		pool.signalIfAlive("INT");
		assertThat(pool.awaitExit(Duration.ofSeconds(8))).isZero();
		assertThat(slow.result().lostTotal()).isEqualTo(1);
	}

	@Test
	void whenWinchThenWorkersLeaveAndMasterStays() {
		PoolProcess pool = sharedPool();
		pool.signal("WINCH");
		pool.awaitPool("no worker is left", (status) -> status.workers().isEmpty());
		assertThat(pool.pool().state()).isEqualTo("DISMISSED");
		assertThat(pool.descendants()).isEmpty();
		assertThat(pool.post("/actuator/prefork", "{\"workers\":2}").status()).isEqualTo(200);
		pool.awaitSettled(2);
	}

	@Test
	void whenUsr1ThenLogFilesAreReopened() throws IOException {
		Path logFile = logFile();
		PoolProcess pool = sharedPool();
		Path rotated = Files.move(logFile, sharedDirectory().resolve("sample.log.1"));
		pool.signal("USR1");
		pool.await("the log file is there again", PoolProcess.SOON, () -> Files.exists(logFile));
		long size = Files.size(rotated);
		pool.signal("TTOU");
		pool.awaitSettled(1);
		assertThat(logFile).isNotEmptyFile();
		assertThat(rotated).hasSize(size);
		pool.signal("TTIN");
	}

	@Test
	void whenQuitAndChldThenThreadDumpAndNothingElse() {
		PoolProcess pool = sharedPool();
		PoolStatus before = pool.pool();
		pool.signal("CHLD");
		pool.signal("QUIT");
		pool.log().awaitLine(LogLines.THREAD_DUMP, PoolProcess.SOON);
		assertThat(pool.awaitSettled(2).pids()).isEqualTo(before.pids());
	}

	private static StrictClient startSlow(PoolProcess pool, int ms) {
		StrictClient slow = StrictClient.start(Load.of(pool.address(), "/chaos/slow?ms=" + ms)
			.clients(1)
			.requests(1)
			.timeout(Duration.ofMillis(ms + 5000)));
		pool.awaitPool("the slow request is in a worker", (status) -> status.busy() == 1);
		return slow;
	}

}
