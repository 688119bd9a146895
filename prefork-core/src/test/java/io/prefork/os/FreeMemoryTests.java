package io.prefork.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class FreeMemoryTests {

	private static final long MIB = 1L << 20;

	@TempDir
	private Path root;

	@BeforeEach
	void threeGibibytesAreAvailable() throws IOException {
		write("proc/meminfo",
				"MemTotal:        8388608 kB\nMemFree:          102400 kB\nMemAvailable:    3145728 kB\n");
	}

	@Test
	void whenThisMachineIsAskedThenItTells() {
		assertThat(FreeMemory.current()).isPresent();
		assertThat(FreeMemory.current().getAsLong()).isPositive();
	}

	@Test
	void whenNothingTellsThenUnknown() {
		assertThat(new FreeMemory(this.root.resolve("none")).read()).isEmpty();
	}

	@Test
	void whenNoGroupHasALimitThenWhatTheMachineHas() throws IOException {
		write("proc/self/cgroup", "0::/a\n");
		write("sys/fs/cgroup/a/memory.max", "max\n");
		write("sys/fs/cgroup/a/memory.current", "1000\n");
		assertFree(3072 * MIB);
	}

	@Test
	void whenGroupsAreNestedThenTheLeastThatOneLeavesAndIdleFilesDoNotCount() throws IOException {
		write("proc/self/cgroup", "0::/a/b\n");
		group("sys/fs/cgroup/a/b", 2048 * MIB, 100 * MIB, 0);
		group("sys/fs/cgroup/a", 1024 * MIB, 700 * MIB, 200 * MIB);
		assertFree(524 * MIB);
	}

	@Test
	void whenMoreIsUsedThanTheLimitThenNothingIsFree() throws IOException {
		write("proc/self/cgroup", "0::/a\n");
		group("sys/fs/cgroup/a", 100 * MIB, 110 * MIB, 0);
		assertFree(0);
	}

	@Test
	void whenPathIsTheHostsThenTheTopmostGroupCounts() throws IOException {
		write("proc/self/cgroup", "0::/system.slice/docker-1234.scope\n");
		group("sys/fs/cgroup", 1024 * MIB, 24 * MIB, 0);
		assertFree(1000 * MIB);
	}

	@Test
	void whenVersionOneThenItsFiles() throws IOException {
		write("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/docker/12:34\n0::/\n");
		String group = "sys/fs/cgroup/memory/docker/12:34/";
		write(group + "memory.limit_in_bytes", 1024 * MIB + "\n");
		write(group + "memory.usage_in_bytes", 1000 * MIB + "\n");
		write(group + "memory.stat", "inactive_file 1\ntotal_inactive_file " + 76 * MIB + "\n");
		assertFree(100 * MIB);
	}

	private void group(String directory, long limit, long used, long idleFiles) throws IOException {
		write(directory + "/memory.max", limit + "\n");
		write(directory + "/memory.current", used + "\n");
		write(directory + "/memory.stat", "anon 5\ninactive_file " + idleFiles + "\nactive_file 7\n");
	}

	private void assertFree(long bytes) {
		assertThat(new FreeMemory(this.root).read()).hasValue(bytes);
	}

	private void write(String path, String text) throws IOException {
		Path file = this.root.resolve(path);
		Files.createDirectories(file.getParent());
		Files.writeString(file, text);
	}

}
