package sample.prefork.process;

import java.time.Duration;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sample.prefork.process.Load.Mode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A worker takes a connection only when it has a slot for its request.
 */
class ConcurrencyProcessTests extends ProcessTestSupport {

	@Override
	PoolLauncher shared(PoolLauncher launcher) {
		return super.shared(launcher).managementPort().arguments("--prefork.threads=1");
	}

	@ParameterizedTest
	@EnumSource(names = { "CLOSE", "KEEPALIVE" })
	void whenOneWorkerIsBusyThenTheOtherServesFastRequests(Mode mode) {
		PoolProcess pool = sharedPool();
		StrictClient.run(Load.of(pool.address(), "/whoami").clients(2).mode(Mode.CLOSE).requests(1000));
		StrictClient slow = StrictClient.start(Load.of(pool.address(), "/chaos/slow?ms=8000").clients(1).requests(1));
		pool.awaitPool("the slow request is in a worker", (status) -> status.busy() == 1);
		LoadResult fast = StrictClient
			.run(Load.of(pool.address(), "/whoami").clients((mode == Mode.CLOSE) ? 2 : 4).mode(mode).requests(80));
		assertThat(fast.answered()).as(fast::toString).isEqualTo(80);
		System.out.println("While 1 of 2 slots was taken for 8 s: " + fast);
		assertNoneWaited(fast);
		// The busy one may have one connection too many, if it was slow to begin with its
		// request
		assertThat(Collections.max(fast.bodies().values())).as(fast::toString).isGreaterThanOrEqualTo(70);
		// As of the last heartbeat, which may have met the last of the fast requests
		pool.awaitPool("the slow request is still there, alone", (status) -> status.busy() == 1);
		assertThat(slow.result().answered()).isEqualTo(1);
	}

	@Test
	void whenAllWorkersAreBusyThenMasterAnswersOnItsOwnPort() {
		PoolProcess pool = sharedPool();
		StrictClient slow = StrictClient.start(Load.of(pool.address(), "/chaos/slow?ms=6000").clients(2).requests(2));
		PoolStatus busy = pool.awaitPool("both are busy", (status) -> status.busy() == 2);
		assertThat(busy.state()).isEqualTo("RUNNING");
		assertThat(pool.get("/actuator/health").status()).isEqualTo(200);
		assertThat(slow.result().answered()).isEqualTo(2);
	}

	@Test
	void whenMostSlotsAreTakenThenNeitherFreshNorKeptAliveConnectionsWait() {
		PoolProcess pool = launcher().chaos()
			.managementPort()
			.arguments("--prefork.workers=4", "--prefork.threads=2")
			.start();
		pool.awaitSettled(4);
		StrictClient.run(Load.of(pool.address(), "/whoami").clients(4).mode(Mode.CLOSE).requests(2000));
		try (StrictClient kept = StrictClient
			.start(Load.of(pool.address(), "/whoami").clients(8).pause(Duration.ofMillis(20)))) {
			pool.await("all clients are connected", PoolProcess.SOON, () -> kept.answered() > 100);
			StrictClient slow = StrictClient
				.start(Load.of(pool.address(), "/chaos/slow?ms=10000").clients(6).requests(6));
			pool.awaitPool("the slow requests are in workers", (status) -> status.busy() >= 6);
			LoadResult fresh = StrictClient
				.run(Load.of(pool.address(), "/whoami").clients(2).mode(Mode.CLOSE).requests(200));
			LoadResult keptAlive = kept.stop();
			assertThat(slow.result().answered()).isEqualTo(6);
			for (LoadResult result : List.of(fresh, keptAlive)) {
				assertThat(result.lostTotal()).as(result::toString).isZero();
				System.out.println("While 6 of 8 slots were taken for 10 s: " + result);
				assertNoneWaited(result);
			}
		}
	}

	/**
	 * Whoever had waited behind a slow request would have waited for seconds. What is
	 * waited for a processor is for {@code benchmarks/busy.sh} to say.
	 */
	private static void assertNoneWaited(LoadResult result) {
		assertThat(result.latency(1)).as(result::toString).isLessThan(Duration.ofSeconds(5));
	}

}
