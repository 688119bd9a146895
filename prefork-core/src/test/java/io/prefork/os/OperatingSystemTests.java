package io.prefork.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class OperatingSystemTests {

	private final OperatingSystem os = OperatingSystem.current();

	@TempDir
	private Path directory;

	@Test
	void whenChildExitsThenItsCodeIsTold() throws Exception {
		assertThat(this.os.await(shell("exit 7"))).isEqualTo(new ExitStatus.Exited(7));
		assertThat(this.os.await(shell("exit 255"))).isEqualTo(new ExitStatus.Exited(255));
	}

	@Test
	void whenSignalEndsChildThenItIsTold() throws Exception {
		int pid = shell("ulimit -c 0; exec sleep 60");
		assertThat(this.os.kill(pid, Signal.KILL)).isTrue();
		assertThat(this.os.await(pid)).isEqualTo(new ExitStatus.Signalled(9, false));
	}

	@Test
	void whenChildWasWaitedForThenItIsGone() throws Exception {
		int pid = shell("exit 0");
		this.os.await(pid);
		assertThat(this.os.kill(pid, Signal.TERM)).isFalse();
		assertThatIOException().isThrownBy(() -> this.os.await(pid))
			.withMessage("Cannot wait for process " + pid + ": No child processes");
	}

	@Test
	void whenProcessIdAddressesManyThenItIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.os.kill(0, Signal.TERM));
		assertThatIllegalArgumentException().isThrownBy(() -> this.os.kill(-1, Signal.TERM));
		assertThatIllegalArgumentException().isThrownBy(() -> this.os.await(-1));
	}

	@Test
	void whenThreadIsScheduledAsBatchThenTheKernelSaysSo() throws Exception {
		int thread = Processes.currentThread().getAsInt();
		assertThat(Processes.hasThread((int) ProcessHandle.current().pid(), thread)).isTrue();
		assertThat(Processes.hasThread(1, thread)).isFalse();
		assertThat(policy(thread)).isEqualTo("0");
		this.os.scheduleAsBatch(thread);
		assertThat(policy(thread)).isEqualTo("3");
		assertThatIOException().isThrownBy(() -> this.os.scheduleAsBatch(Integer.MAX_VALUE))
			.withMessageContaining("sched_setscheduler");
	}

	/**
	 * Field 41 of proc_pid_stat(5), of which the first two are left out here.
	 */
	private static String policy(int thread) throws IOException {
		return Processes.fields(Files.readString(Path.of("/proc/self/task/" + thread + "/stat"))).get(38);
	}

	@Test
	void whenMaskIsSetThenTheOneBeforeIsReturned() {
		int before = this.os.umask(0077);
		assertThat(this.os.umask(before)).isEqualTo(0077);
		assertThatIllegalArgumentException().isThrownBy(() -> this.os.umask(01000))
			.withMessageContaining("0 to 0777, and is 01000");
	}

	@Test
	void whenSystemIsNotLinuxThenReasonIsGiven() {
		String name = System.setProperty("os.name", "Plan 9");
		try {
			assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(OperatingSystem::current)
				.withMessage("Linux is needed, and this is Plan 9");
		}
		finally {
			System.setProperty("os.name", name);
		}
	}

	private int shell(String script) throws IOException {
		return this.os.spawn(new SpawnRequest(List.of("/bin/sh", "-c", script), Map.of(),
				this.directory.resolve("output"), List.of()));
	}

}
