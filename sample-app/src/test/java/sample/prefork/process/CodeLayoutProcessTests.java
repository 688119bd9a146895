package sample.prefork.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Workers run from code that was laid out, so that the jar on disk is nothing to them.
 */
class CodeLayoutProcessTests extends ProcessTestSupport {

	private static final Path JAR = Path.of(System.getProperty("prefork.test.jar"));

	@Test
	void whenJarIsOverwrittenThenWorkersGoOnAndNewOnesRunTheSameCode() throws IOException {
		Path jar = Files.copy(JAR, this.directory.resolve("shop.jar"));
		PoolProcess pool = launcher().chaos().managementPort().jar(jar).start();
		PoolStatus before = pool.awaitSettled(2);
		Path laidOut = jar(before.pids().get(0));
		assertThat(laidOut).startsWith(PoolLauncher.CACHE.resolve("prefork")).hasFileName("shop.jar");
		assertThat(laidOut.resolveSibling("lib")).isDirectoryContaining("glob:**/spring-boot-4*.jar");
		Files.write(jar, new byte[(int) Files.size(jar)]);
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
