package sample.prefork.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import sample.prefork.SampleWorkers;
import sample.prefork.process.Load.Mode;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Every worker class on every server that can host it. One pool each, which goes through
 * all that happens to a pool on purpose, while clients of all kinds are there. A class
 * that extends it names the servers, in a method {@code cells}.
 * <p>
 * {@code -Dprefork.test.reloads} and {@code -Dprefork.test.scalings} say how often; by
 * default seldom, because every cell costs the start of many JVMs. With
 * {@code -Dprefork.test.cells=few} it is one worker class on each server, with
 * {@code others} each of the other classes on one server.
 */
@Timeout(1200)
abstract class WorkerClassTestSupport extends ProcessTestSupport {

	private static final int RELOADS = Integer.getInteger("prefork.test.reloads", 1);

	private static final int SCALINGS = Integer.getInteger("prefork.test.scalings", 2);

	private static final int FEW = 2;

	private static final int MANY = 4;

	private static final int SLOW_CLIENTS = 500;

	/** Requests that wait at the same time in virtual threads. */
	private static final int CROWD = 5000;

	/** On Tomcat each request takes some 100 KB of a worker's heap. */
	private static final String[] FOR_A_CROWD = { "--prefork.worker-connections=" + CROWD,
			"--prefork.worker.jvm-args=-Xmx800m" };

	/** RFC 6455, section 7.4.1, and the registry of IANA that it refers to. */
	private static final List<Integer> GOING_AWAY_OR_RESTART = List.of(1001, 1012);

	static Stream<Arguments> cells(Server... servers) {
		String cells = System.getProperty("prefork.test.cells", "all");
		System.out.println("Worker classes on " + Arrays.toString(servers) + ": " + cells);
		return Arrays.stream(servers)
			.flatMap((server) -> server.workerClasses().stream().filter((type) -> switch (cells) {
				case "few" -> standsForAll(server, type);
				case "others" -> standsForItsClass(server, type);
				default -> true;
			}).map((type) -> Arguments.of(server, type)));
	}

	private static boolean standsForAll(Server server, String workerClass) {
		return workerClass.equals("gthread") || server == Server.REACTOR_NETTY;
	}

	private static boolean standsForItsClass(Server server, String workerClass) {
		return switch (server) {
			case TOMCAT -> workerClass.equals("sync");
			case JETTY -> workerClass.equals("async");
			case REACTIVE_TOMCAT -> true;
			case REACTIVE_JETTY, REACTOR_NETTY -> false;
		};
	}

	@ParameterizedTest(name = "{1} on {0}")
	@MethodSource("cells")
	void whenScaledAndReloadedThenNoClientLosesAnything(Server server, String workerClass) throws Exception {
		assumeVirtualThreads(workerClass);
		PoolProcess pool = start(server, workerClass);
		assertServedBy(pool, server, workerClass);
		if (workerClass.equals("custom")) {
			assertRunsOnThreadsOfItsOwn(pool);
		}
		if (standsForAll(server, workerClass)) {
			assertRefusesWhatTheServerRefuses(pool, server);
		}
		if (workerClass.equals("async")) {
			assertServesACrowd(pool);
		}
		assertServesOrdinaryClientsBesideSlowOnes(pool);
		try (ThreeModes load = ThreeModes.against(pool.address())) {
			scale(pool, MANY);
			load.awaitProgress();
			load.stopAndAssertNothingLost();
		}
		assertSpread(pool);
		boolean many = !workerClass.equals("sync");
		SocketClient socket = many ? SocketClient.open(pool.port()) : null;
		try (ThreeModes load = ThreeModes.against(pool.address());
				H2Load http2 = (many && H2Load.isInstalled()) ? H2Load.against(pool.port(), "/whoami") : null) {
			scale(pool, FEW);
			for (int scalings = 2; scalings < SCALINGS; scalings += 2) {
				scale(pool, FEW + 1);
				scale(pool, FEW);
			}
			for (int reload = 1; reload <= RELOADS; reload++) {
				reload(pool);
			}
			load.awaitProgress();
			load.stopAndAssertNothingLost();
			if (http2 != null) {
				http2.awaitProgress();
				http2.stopAndAssertNothingLost();
			}
		}
		if (socket != null) {
			assertThat(socket.awaitClosed()).isIn(GOING_AWAY_OR_RESTART);
			SocketClient again = SocketClient.open(pool.port());
			again.assertEchoes("again");
			again.close();
		}
	}

	private void assumeVirtualThreads(String workerClass) {
		boolean lacking = workerClass.equals("async") && this.java.feature() < 21;
		if (lacking) {
			System.out.println("async is skipped: " + this.java + " has no virtual threads");
		}
		assumeTrue(!lacking);
	}

	private PoolProcess start(Server server, String workerClass) {
		String name = workerClass.equals("custom") ? SampleWorkers.class.getName() : workerClass;
		PoolProcess pool = server.launch(launcher())
			.chaos()
			.managementPort()
			.arguments("--prefork.worker-class=" + name, http2(workerClass))
			.arguments(workerClass.equals("async") ? FOR_A_CROWD : new String[0])
			.start()
			.expectProblems(LogLines.ODD_REQUEST);
		pool.awaitSettled(FEW);
		return pool;
	}

	/**
	 * Without TLS, beside HTTP/1.1.
	 */
	private static String http2(String workerClass) {
		return "--server.http2.enabled=" + !workerClass.equals("sync");
	}

	private static void assertServedBy(PoolProcess pool, Server server, String workerClass) {
		// The master's management server is one more
		assertThat(pool.log().lines(server.started())).hasSizeGreaterThanOrEqualTo(FEW + 1);
		JsonNode document = pool.get("/actuator/prefork").json();
		assertThat(document.path("workerClass").asString()).as(document.toString()).isEqualTo(workerClass);
		assertThat(pool.get("/actuator/health").json().path("status").asString()).isEqualTo("UP");
	}

	private static void assertRunsOnThreadsOfItsOwn(PoolProcess pool) {
		assertThat(pool.get("/thread").text()).startsWith(SampleWorkers.THREADS);
	}

	private void assertRefusesWhatTheServerRefuses(PoolProcess pool, Server server) {
		PoolProcess ordinary = server.launch(launcher())
			.apart()
			.arguments("--prefork.enabled=false", http2("any"))
			.start()
			.expectProblems(LogLines.ODD_REQUEST)
			.awaitServing();
		assertThat(OddRequests.sendTo(pool.address())).isEqualTo(OddRequests.sendTo(ordinary.address()));
		ordinary.finish();
	}

	private static void assertServesACrowd(PoolProcess pool) {
		String request = "GET /sleep?ms=1000 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
		try (Crowd crowd = Crowd.of(pool.address(), CROWD, request)) {
			assertThat(crowd.readToEnd(PoolProcess.BOOT)).hasSize(CROWD)
				.allMatch((answer) -> answer.startsWith("HTTP/1.1 200") && answer.contains("slept 1000 ms"));
		}
	}

	/**
	 * Clients that send half a head, and such that send nothing.
	 */
	private static void assertServesOrdinaryClientsBesideSlowOnes(PoolProcess pool) {
		try (Crowd half = Crowd.of(pool.address(), SLOW_CLIENTS, "GET /whoami HTTP/1.1\r\nHost: local");
				Crowd silent = Crowd.of(pool.address(), SLOW_CLIENTS, "")) {
			for (Mode mode : List.of(Mode.CLOSE, Mode.KEEPALIVE)) {
				LoadResult result = StrictClient.run(Load.of(pool.address(), "/whoami").mode(mode).requests(100));
				assertThat(result.answered()).as("beside %s and %s: %s", half, silent, result).isEqualTo(100);
			}
		}
	}

	/**
	 * The pause lets each worker be idle again, which the spread is about. A worker that
	 * the machine holds up for a second misses its turns, so it is looked at again then.
	 */
	private static void assertSpread(PoolProcess pool) {
		Load sequential = Load.of(pool.address(), "/whoami").clients(1).mode(Mode.CLOSE).pause(Duration.ofMillis(5));
		List<Map<String, Long>> uneven = new ArrayList<>();
		while (uneven.size() < 3) {
			LoadResult result = StrictClient.run(sequential.requests(400));
			assertThat(result.answered()).as(result::toString).isEqualTo(400);
			Map<String, Long> byWorker = result.bodies();
			if (byWorker.size() == MANY
					&& byWorker.values().stream().allMatch((count) -> count >= 60 && count <= 140)) {
				return;
			}
			uneven.add(byWorker);
		}
		assertThat(uneven).as("of 400 requests each, by worker, again and again").isEmpty();
	}

	private static void scale(PoolProcess pool, int workers) {
		assertThat(pool.post("/actuator/prefork", "{\"workers\":" + workers + "}").status()).isEqualTo(200);
		pool.awaitSettled(workers);
	}

	/**
	 * Reloads while a stream of events is sent, which may finish.
	 */
	private static void reload(PoolProcess pool) {
		PoolStatus before = pool.pool();
		StrictClient events = StrictClient
			.start(Load.of(pool.address(), "/ticks?count=30&ms=100").clients(1).requests(1));
		pool.signal("HUP");
		PoolStatus after = pool.awaitPool("the next generation serves alone",
				(status) -> status.generation() == before.generation() + 1 && status.settledAt(FEW));
		assertThat(after.pids()).doesNotContainAnyElementsOf(before.pids());
		LoadResult whole = events.result();
		assertThat(whole.answered()).as("stream of events: %s", whole).isEqualTo(1);
	}

}
