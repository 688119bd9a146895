package io.prefork.os;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ProcessesTests {

	private static final int SELF = (int) ProcessHandle.current().pid();

	private static final int NOBODY = Integer.MAX_VALUE;

	@TempDir
	private Path directory;

	@Test
	void whenProcessRunsThenItHasMemory() {
		assertThat(Processes.resident(SELF).orElseThrow()).isBetween(10_000_000L, 100_000_000_000L);
	}

	@Test
	void whenProcessRunsThenItsTimeIsWhatTheJvmSays() {
		var bean = ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
		Duration expected = Duration.ofNanos(bean.getProcessCpuTime());
		assertThat(Processes.cpu(SELF)).isCloseTo(expected, Duration.ofSeconds(3));
	}

	@Test
	void whenThereIsNoProcessThenThereIsNothing() {
		assertThat(Processes.resident(NOBODY)).isEmpty();
		assertThat(Processes.cpu(NOBODY)).isZero();
		assertThat(Processes.stopped(NOBODY)).isFalse();
	}

	@Test
	void whenProcessIsStoppedThenThatIsSeenWhateverItsName() throws Exception {
		Path sleep = Files.copy(Path.of("/bin/sleep"), this.directory.resolve("a) b (c"),
				StandardCopyOption.COPY_ATTRIBUTES);
		Process process = new ProcessBuilder(sleep.toString(), "60").redirectOutput(new File("/dev/null")).start();
		int pid = (int) process.pid();
		try {
			assertThat(Processes.stopped(pid)).isFalse();
			OperatingSystem.current().kill(pid, Signal.STOP);
			await().until(() -> Processes.stopped(pid));
			OperatingSystem.current().kill(pid, Signal.CONT);
			await().until(() -> !Processes.stopped(pid));
		}
		finally {
			process.destroyForcibly().waitFor();
		}
	}

	@Test
	void whenNameHasParenthesesThenFieldsAreFound() {
		assertThat(Processes.fields("1 (a) S 9 (b) R 2 3")).containsExactly("R", "2", "3");
		assertThat(Processes.fields("")).isEmpty();
	}

}
