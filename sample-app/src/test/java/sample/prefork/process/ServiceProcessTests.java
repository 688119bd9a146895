package sample.prefork.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A pool as a service manager or a container runs it.
 */
class ServiceProcessTests extends ProcessTestSupport {

	private static final String NOBODY = "65534";

	/**
	 * For the first process of a container: process ids of its own, and {@code /proc}.
	 */
	private static final String[] CONTAINER = { "unshare", "--pid", "--fork", "--mount-proc" };

	@Test
	void whenAServiceManagerListensThenItIsToldFromTheStartToTheEnd() {
		try (ServiceManager manager = new ServiceManager(this.directory.resolve("notify"))) {
			PoolProcess pool = launcher().managementPort()
				.environment("NOTIFY_SOCKET", manager.path().toString())
				.environment("WATCHDOG_USEC", "1000000")
				.start();
			pool.await("it is ready", PoolProcess.BOOT, () -> !manager.phases().isEmpty());
			assertThat(pool.awaitSettled(2).generation()).isEqualTo(1);
			List<String> booting = manager.lines().subList(0, manager.lines().indexOf("READY=1"));
			assertThat(booting).contains("WATCHDOG=1",
					"STATUS=starting: 0 of 2 workers accepting, generation 1, 0 requests running");
			assertThat(manager.lines()).contains("MAINPID=" + pool.pid());
			for (long worker : pool.pool().pids()) {
				assertThat(Proc.environment(worker)).noneMatch((entry) -> entry.matches("(NOTIFY|WATCHDOG)_.*"));
			}
			long asked = System.nanoTime() / 1000;
			pool.signal("HUP");
			pool.await("the reload is over", PoolProcess.BOOT, () -> manager.phases().size() == 3);
			assertThat(pool.awaitSettled(2).generation()).isEqualTo(2);
			String time = manager.lines()
				.stream()
				.filter((line) -> line.startsWith("MONOTONIC"))
				.findFirst()
				.orElseThrow();
			assertThat(Long.parseLong(time.substring(time.indexOf('=') + 1))).isGreaterThanOrEqualTo(asked);
			List<Long> workers = pool.pool().pids();
			assertThat(pool.post("/actuator/prefork/upgrade", "{}").status()).isEqualTo(202);
			pool.await("the upgrade is over", PoolProcess.BOOT, () -> manager.phases().size() == 5);
			assertThat(pool.awaitSettled(2).pids()).isEqualTo(workers);
			pool.signal("TERM");
			assertThat(pool.awaitExit(PoolProcess.SOON)).isZero();
			Awaitility.await("all is read")
				.atMost(PoolProcess.SOON)
				.untilAsserted(() -> assertThat(manager.phases()).containsExactly("READY=1", "RELOADING=1", "READY=1",
						"RELOADING=1", "READY=1", "STOPPING=1"));
		}
	}

	/**
	 * Root, and process 1 if this machine lets a test be that.
	 */
	@Test
	void whenMasterIsRootThenWorkersAreAnotherUserAndWhatTheyLeaveBehindIsReaped() throws Exception {
		Optional<String> obstacle = obstacle();
		obstacle.ifPresent((reason) -> System.out.println("Workers of another user are not tested: " + reason));
		Assumptions.assumeTrue(obstacle.isEmpty());
		Files.setPosixFilePermissions(this.directory, PosixFilePermissions.fromString("rwx--x--x"));
		boolean container = new ProcessBuilder(concat(CONTAINER, "true")).start().waitFor() == 0;
		PoolLauncher launcher = launcher().chaos()
			.managementPort()
			.arguments("--prefork.user=" + NOBODY, "--prefork.group=" + NOBODY, "--prefork.limits.open-files=2000",
					"--prefork.limits.core-size=0B");
		PoolProcess pool = (container ? launcher.under(CONTAINER) : launcher).start();
		pool.awaitSettled(2);
		long master = container ? Proc.children(pool.pid()).get(0) : pool.pid();
		assertThat(Proc.status(master, "Uid")).isEqualTo("0 0 0 0");
		List<Long> workers = Proc.children(master);
		assertThat(workers).hasSize(2).allSatisfy((worker) -> {
			assertThat(Proc.status(worker, "Uid")).isEqualTo("65534 65534 65534 65534");
			assertThat(Proc.status(worker, "Gid")).isEqualTo("65534 65534 65534 65534");
			assertThat(Proc.status(worker, "Groups")).isEqualTo(NOBODY);
			assertThat(Proc.status(worker, "CapPrm")).isEqualTo("0000000000000000");
			assertThat(Proc.limit(worker, "Max open files")).startsWith("2000 2000");
			assertThat(Proc.limit(worker, "Max core file size")).startsWith("0 ");
		});
		assertThat(pool.get("/whoami").status()).isEqualTo(200);
		if (container) {
			assertReaped(pool, master, workers);
		}
		else {
			System.out.println("Process 1 is not tested: unshare --pid is not permitted");
		}
		assertThat(pool.post("/actuator/prefork/upgrade", "{}").status()).isEqualTo(202);
		pool.awaitPool("the master is upgraded",
				(status) -> status.json().path("master").path("upgrades").asInt() == 1 && status.settledAt(2));
		assertThat(Proc.children(master)).containsExactlyInAnyOrderElementsOf(workers);
		PoolProcess.signal("TERM", master);
		assertThat(pool.awaitExit(PoolProcess.SOON)).isZero();
	}

	private static void assertReaped(PoolProcess pool, long master, List<Long> workers) throws Exception {
		assertThat(pool.pool().json().path("master").path("pid").asLong()).isEqualTo(1);
		assertThat(pool.get("/chaos/orphan").text()).endsWith("with status 0");
		List<Long> orphans = Proc.children(master).stream().filter((pid) -> !workers.contains(pid)).toList();
		assertThat(orphans).as("children of the master that are not its workers").hasSize(1);
		pool.await("the orphan is reaped", PoolProcess.SOON,
				() -> !Files.exists(Path.of("/proc", orphans.get(0).toString())));
	}

	private Optional<String> obstacle() throws IOException {
		if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
			return Optional.of("only root can start them");
		}
		if (!Files.isExecutable(Path.of("/usr/bin/setpriv"))) {
			return Optional.of("there is no setpriv");
		}
		Path jar = Path.of(System.getProperty("prefork.test.jar")).toAbsolutePath();
		for (Path above = jar.getParent(); above != null; above = above.getParent()) {
			if (!Files.getPosixFilePermissions(above).contains(PosixFilePermission.OTHERS_EXECUTE)) {
				return Optional.of("they may not enter " + above);
			}
		}
		return Optional.empty();
	}

	private static List<String> concat(String[] command, String last) {
		List<String> words = new ArrayList<>(List.of(command));
		words.add(last);
		return words;
	}

}
