package sample.prefork.process;

import java.io.IOException;
import java.io.UncheckedIOException;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the endpoint tells of workers that are gone: the right cause for every way to go.
 */
class ObituaryProcessTests extends ProcessTestSupport {

	@Override
	PoolLauncher shared(PoolLauncher launcher) {
		return super.shared(launcher).managementPort().arguments("--prefork.deadlock-interval=1s");
	}

	@Test
	void whenTheApplicationEndsItsJvmThenTheObituarySaysHow() {
		PoolProcess pool = sharedPool();
		pool.expectProblems(LogLines.WORKER_LOST);
		JsonNode zero = obituaryAfter(pool, () -> pool.get("/chaos/exit?code=0"));
		assertThat(zero.path("cause").asString()).isEqualTo("exit-code");
		assertThat(zero.path("reason").asString()).startsWith("exited with status 0 (System.exit");
		JsonNode seven = obituaryAfter(pool, () -> pool.get("/chaos/exit?code=7"));
		assertThat(seven.path("reason").asString()).isEqualTo("exited with status 7 (System.exit)");
		assertThat(seven.path("reached").asString()).isEqualTo("ACCEPTING");
		assertThat(seven.path("output").asString()).contains("INFO");
		JsonNode three = obituaryAfter(pool, () -> lose(pool, "/chaos/halt?code=3"));
		assertThat(three.path("cause").asString()).isEqualTo("exit-code");
		assertThat(three.path("reason").asString()).startsWith("exited with status 3 (without a shutdown");
	}

	@Test
	void whenTheHeapIsFullThenTheWorkerEndsAndTheObituarySaysWhatItWasAt() {
		PoolProcess pool = sharedPool();
		pool.expectProblems(LogLines.WORKER_LOST);
		JsonNode obituary = obituaryAfter(pool, () -> lose(pool, "/chaos/oom"));
		assertThat(obituary.path("cause").asString()).as(obituary::toString).isEqualTo("out-of-memory");
		assertThat(obituary.path("category").asString()).isEqualTo("crash");
		assertThat(obituary.path("heapMax").asLong()).isPositive();
		assertThat(obituary.path("died").asString()).isNotEmpty();
	}

	@Test
	void whenNativeCodeFailsThenTheObituaryHasTheFrameAndTheOthersServe() {
		PoolProcess pool = sharedPool();
		pool.expectProblems(LogLines.WORKER_LOST);
		JsonNode fault = obituaryAfter(pool, () -> lose(pool, "/chaos/crash"));
		assertThat(pool.get("/").status()).isEqualTo(200);
		assertThat(fault.path("cause").asString()).as(fault::toString).isEqualTo("jvm-crash");
		assertThat(fault.path("reason").asString()).contains("SIGSEGV")
			.contains("hs_err_pid" + fault.path("pid").asLong());
		assertThat(fault.path("crash").asString()).contains("Problematic frame", "ChaosController");
		JsonNode sent = obituaryAfter(pool, () -> PoolProcess.signal("SEGV", pool.pool().pids().get(0)));
		assertThat(sent.path("cause").asString()).as(sent::toString).isEqualTo("jvm-crash");
		assertThat(sent.path("reason").asString()).contains("sent by process");
	}

	@Test
	void whenThreadsWaitForEachOtherThenTheirClientIsToldAndNobodyElseNotices() {
		PoolProcess pool = sharedPool();
		pool.expectProblems(LogLines.DEADLOCK);
		try (ThreeModes load = ThreeModes.against(pool.address())) {
			JsonNode obituary = obituaryAfter(pool,
					() -> assertThat(pool.get("/chaos/deadlock").status()).isEqualTo(503));
			assertThat(obituary.path("cause").asString()).as(obituary::toString).isEqualTo("deadlock");
			assertThat(obituary.path("category").asString()).isEqualTo("timeout");
			assertThat(obituary.path("reason").asString()).isEqualTo("deadlock of 2 threads, on which 1 request hung");
			assertThat(obituary.path("stack").asString()).contains("chaos-deadlock", "ChaosController.holdBoth",
					"GET /chaos/deadlock");
			load.awaitProgress();
			load.stopAndAssertNothingLost();
		}
		pool.log().awaitLine(LogLines.DEADLOCK, PoolProcess.SOON);
	}

	@Test
	void whenAWorkerIsKilledThenTheObituaryNamesTheSignalAndTheRequest() {
		PoolProcess pool = sharedPool();
		pool.expectProblems(LogLines.WORKER_LOST);
		JsonNode obituary = obituaryAfter(pool, () -> {
			try (Crowd crowd = Crowd.of(pool.address(), 1,
					"GET /chaos/slow?ms=60000&secret=hush HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
				long busy = busyWorker(pool);
				PoolProcess.signal("KILL", busy);
				pool.await("it is gone", PoolProcess.SOON, () -> !Proc.alive(busy));
			}
		});
		assertThat(obituary.path("cause").asString()).isEqualTo("signal");
		assertThat(obituary.path("reason").asString()).startsWith("killed by SIGKILL");
		assertThat(obituary.path("inFlight").asInt()).isEqualTo(1);
		assertThat(obituary.path("oldestRequests").path(0).path("request").asString()).isEqualTo("GET /chaos/slow");
		assertThat(obituary.path("output").asString()).contains("INFO");
	}

	@Test
	void whenAWorkerHasUsedUpWhatUlimitGrantsThenTheObituarySaysSo() {
		PoolProcess pool = sharedPool();
		pool.expectProblems(LogLines.WORKER_LOST);
		JsonNode obituary = obituaryAfter(pool, () -> {
			limitProcessorTime(pool.pool().pids().get(0));
			lose(pool, "/chaos/cpu?ms=100");
			lose(pool, "/chaos/cpu?ms=100");
		});
		assertThat(obituary.path("cause").asString()).as(obituary::toString).isEqualTo("signal");
		assertThat(obituary.path("reason").asString()).contains("SIGXCPU", "ulimit -t");
	}

	/**
	 * Grants a process a second of processor time, which its start has taken.
	 */
	private static void limitProcessorTime(long pid) {
		try {
			int status = new ProcessBuilder("prlimit", "--pid", Long.toString(pid), "--cpu=1:").start().waitFor();
			assertThat(status).as("prlimit").isZero();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void whenTheKernelKillsAWorkerThenTheObituarySaysSo() throws IOException {
		try (MemoryCage cage = MemoryCage.make()) {
			PoolProcess pool = launcher().chaos().managementPort().under(cage.entering()).start();
			pool.expectProblems(LogLines.WORKER_LOST);
			pool.awaitSettled(2);
			JsonNode obituary = obituaryAfter(pool, () -> {
				cage.leaveRoomFor(48 << 20);
				lose(pool, "/chaos/leak?mb=200");
				cage.open();
			});
			assertThat(obituary.path("cause").asString()).as(obituary::toString).isEqualTo("oom-kill");
			assertThat(obituary.path("reason").asString()).contains("OOM killer");
			pool.awaitSettled(2);
			pool.finish();
		}
	}

	private static long busyWorker(PoolProcess pool) {
		return pool.awaitPool("a worker is busy", (status) -> status.busy() == 1)
			.workers()
			.stream()
			.filter((worker) -> worker.busy() == 1)
			.findFirst()
			.orElseThrow()
			.pid();
	}

	/**
	 * Sends a request that takes its worker along.
	 */
	private static void lose(PoolProcess pool, String path) {
		StrictClient.run(Load.of(pool.address(), path).clients(1).requests(1));
	}

	/**
	 * Ends one worker, and reads its obituary in full by its pid.
	 */
	private static JsonNode obituaryAfter(PoolProcess pool, Runnable end) {
		int before = listed(pool).size();
		long spawned = pool.pool().json().path("counters").path("spawned").asLong();
		end.run();
		pool.await("there is another obituary", PoolProcess.BOOT, () -> listed(pool).size() == before + 1);
		JsonNode brief = listed(pool).path(0);
		JsonNode full = pool.obituary(brief.path("pid").asLong());
		assertThat(full.path("cause")).isEqualTo(brief.path("cause"));
		assertThat(pool.pool().json().path("obituaries").path(0)).isEqualTo(brief);
		pool.awaitPool("it is made good",
				(status) -> status.settledAt(2) && status.json().path("counters").path("spawned").asLong() > spawned);
		return full;
	}

	private static JsonNode listed(PoolProcess pool) {
		return pool.get("/actuator/prefork/obituaries").json().path("obituaries");
	}

}
