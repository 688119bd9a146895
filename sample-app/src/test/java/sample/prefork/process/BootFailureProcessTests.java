package sample.prefork.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A first generation that cannot boot ends the master, with a status and a reason.
 */
class BootFailureProcessTests extends ProcessTestSupport {

	private static final Pattern ANY = Pattern.compile("");

	@Test
	void whenApplicationFailsThenStatusFourAndReasonOnce() throws IOException {
		Path failure = Files.createFile(this.directory.resolve("fail"));
		PoolProcess pool = start("--sample.boot-failure-file=" + failure);
		assertThat(pool.awaitExit(PoolProcess.BOOT)).isEqualTo(4);
		assertThat(pool.log().lines(Pattern.compile("failed to boot.*told to fail by"))).hasSize(1);
	}

	@Test
	void whenApplicationExitsThenItsStatusIsNamed() throws IOException {
		Path failure = Files.writeString(this.directory.resolve("fail"), "exit 7");
		PoolProcess pool = start("--sample.boot-failure-file=" + failure);
		assertThat(pool.awaitExit(PoolProcess.BOOT)).isIn(3, 4);
		assertThat(pool.log().lines(Pattern.compile("failed to boot.*\\b7\\b"))).hasSize(1);
	}

	@Test
	void whenApplicationHangsThenBootTimeoutIsNamed() throws IOException {
		Path failure = Files.writeString(this.directory.resolve("fail"), "hang");
		PoolProcess pool = start("--sample.boot-failure-file=" + failure, "--prefork.boot-timeout=10s");
		assertThat(pool.awaitExit(PoolProcess.BOOT)).isIn(3, 4);
		assertThat(pool.log().lines(Pattern.compile("boot-timeout"))).isNotEmpty();
	}

	@Test
	void whenJvmDoesNotStartThenStatusThreeAndItsOwnWords() {
		PoolProcess pool = start("--prefork.worker.jvm-args=-XX:NoSuchFlag=1");
		assertThat(pool.awaitExit(PoolProcess.BOOT)).isEqualTo(3);
		assertThat(pool.log().lines(Pattern.compile("failed to boot"))).hasSize(1);
		assertThat(pool.log().lines(Pattern.compile("Unrecognized VM option 'NoSuchFlag=1'"))).hasSize(1);
	}

	private PoolProcess start(String... arguments) {
		return launcher().arguments(arguments).start().expectProblems(ANY);
	}

}
