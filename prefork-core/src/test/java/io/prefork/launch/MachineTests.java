package io.prefork.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Machine}.
 */
class MachineTests {

	private static final long GIB = 1L << 30;

	@TempDir
	private Path root;

	@BeforeEach
	void fourGibibytes() throws IOException {
		write("proc/meminfo", "MemTotal:        4194304 kB\nMemFree:          102400 kB\n");
	}

	@Test
	void whenNoGroupThenPhysicalMemory() {
		assertThat(Machine.readMemory(this.root)).isEqualTo(4 * GIB);
	}

	@Test
	void whenNothingCanBeReadThenUnknown() {
		assertThat(Machine.readMemory(this.root.resolve("none"))).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void whenGroupHasNoLimitThenPhysicalMemory() throws IOException {
		write("proc/self/cgroup", "0::/a/b\n");
		write("sys/fs/cgroup/a/b/memory.max", "max\n");
		assertThat(Machine.readMemory(this.root)).isEqualTo(4 * GIB);
	}

	@Test
	void whenGroupsAreNestedThenLeastLimit() throws IOException {
		write("proc/self/cgroup", "0::/a/b\n");
		write("sys/fs/cgroup/a/b/memory.max", "max\n");
		write("sys/fs/cgroup/a/memory.max", Long.toString(GIB));
		write("sys/fs/cgroup/memory.max", Long.toString(2 * GIB));
		assertThat(Machine.readMemory(this.root)).isEqualTo(GIB);
	}

	@Test
	void whenLimitIsBeyondTheMachineThenPhysicalMemory() throws IOException {
		write("proc/self/cgroup", "0::/\n");
		write("sys/fs/cgroup/memory.max", Long.toString(64 * GIB));
		assertThat(Machine.readMemory(this.root)).isEqualTo(4 * GIB);
	}

	@Test
	void whenPathIsTheHostsThenTopmostGroupCounts() throws IOException {
		write("proc/self/cgroup", "0::/system.slice/docker-1234.scope\n");
		write("sys/fs/cgroup/memory.max", Long.toString(GIB));
		assertThat(Machine.readMemory(this.root)).isEqualTo(GIB);
	}

	@Test
	void whenPathLeavesTheNamespaceThenTopmostGroupCounts() throws IOException {
		write("proc/self/cgroup", "0::/../../other\n");
		write("sys/fs/cgroup/memory.max", Long.toString(GIB));
		assertThat(Machine.readMemory(this.root)).isEqualTo(GIB);
	}

	@Test
	void whenVersionOneThenItsLimit() throws IOException {
		write("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/docker/12:34\n0::/\n");
		write("sys/fs/cgroup/memory/docker/12:34/memory.limit_in_bytes", Long.toString(GIB));
		write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
		assertThat(Machine.readMemory(this.root)).isEqualTo(GIB);
	}

	@Test
	void whenReallyReadThenPlausible() {
		Machine machine = Machine.current();
		assertThat(machine.processors()).isPositive();
		assertThat(machine.memory()).isGreaterThan(Runtime.getRuntime().maxMemory() / 2);
	}

	private void write(String file, String text) throws IOException {
		Path path = this.root.resolve(file);
		Files.createDirectories(path.getParent());
		Files.writeString(path, text);
	}

}
