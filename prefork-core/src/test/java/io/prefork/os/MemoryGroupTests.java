package io.prefork.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class MemoryGroupTests {

	private static final String EVENTS = "low 0\nhigh 3\nmax 12\noom 2\noom_kill 2\noom_group_kill 0\n";

	private static final long MIB = 1L << 20;

	@TempDir
	private Path root;

	@Test
	void whenGroupIsOfVersionTwoThenItsOwnKillsAreCounted() throws IOException {
		write("proc/self/cgroup", "0::/system.slice/app.service\n");
		write("sys/fs/cgroup/memory.events", "oom_kill 9\n");
		write("sys/fs/cgroup/system.slice/app.service/memory.events", EVENTS);
		assertThat(MemoryGroup.at(this.root).oomKills()).hasValue(2);
	}

	@Test
	void whenThePathIsTheHostsThenTheMountedGroupIsTheContainers() throws IOException {
		write("proc/self/cgroup", "0::/../../kubepods/pod1\n");
		write("sys/fs/cgroup/memory.events", EVENTS);
		assertThat(MemoryGroup.at(this.root).oomKills()).hasValue(2);
	}

	@Test
	void whenGroupIsOfVersionOneThenItsKillsAreCounted() throws IOException {
		write("proc/self/cgroup", "5:devices:/\n4:memory:/docker/1\n0::/\n");
		write("sys/fs/cgroup/memory/docker/1/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n");
		assertThat(MemoryGroup.at(this.root).oomKills()).hasValue(4);
	}

	@Test
	void whenNobodyCountsThenThereIsNoCount() throws IOException {
		assertThat(MemoryGroup.at(this.root).oomKills()).isEmpty();
		write("proc/self/cgroup", "4:memory:/old\n0::/\n");
		write("sys/fs/cgroup/memory/old/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n");
		assertThat(MemoryGroup.at(this.root).oomKills()).isEmpty();
	}

	@Test
	void whenTheGroupIsFullThenMemoryIsShort() throws IOException {
		write("proc/self/cgroup", "0::/app\n");
		write("sys/fs/cgroup/app/memory.max", "536870912\n");
		write("sys/fs/cgroup/app/memory.current", "104857600\n");
		assertThat(MemoryGroup.at(this.root).pressure()).isEmpty();
		write("sys/fs/cgroup/app/memory.current", "535822336\n");
		assertThat(MemoryGroup.at(this.root).pressure()).isEqualTo("511 of the 512 MiB of the control group were used");
	}

	@Test
	void whenTheMachineIsFullThenMemoryIsShort() throws IOException {
		write("proc/self/cgroup", "0::/app\n");
		write("sys/fs/cgroup/app/memory.max", "max\n");
		write("sys/fs/cgroup/app/memory.current", "104857600\n");
		write("proc/meminfo", "MemTotal:       1048576 kB\nMemFree:  1 kB\nMemAvailable:     800000 kB\n");
		assertThat(MemoryGroup.at(this.root).pressure()).isEmpty();
		write("proc/meminfo", "MemTotal:       1048576 kB\nMemFree:  1 kB\nMemAvailable:     20480 kB\n");
		assertThat(MemoryGroup.at(this.root).pressure())
			.isEqualTo("20 of 1024 MiB of the machine's memory were available");
	}

	@Test
	void whenThisMachineIsAskedThenItTells() {
		assertThat(MemoryGroup.current().available()).isPresent();
		assertThat(MemoryGroup.current().available().getAsLong()).isPositive();
	}

	@Test
	void whenNothingTellsThenUnknown() {
		assertThat(MemoryGroup.at(this.root.resolve("none")).available()).isEmpty();
	}

	@Test
	void whenNoGroupHasALimitThenWhatTheMachineHas() throws IOException {
		threeGibibytesAreAvailable();
		write("proc/self/cgroup", "0::/a\n");
		write("sys/fs/cgroup/a/memory.max", "max\n");
		write("sys/fs/cgroup/a/memory.current", "1000\n");
		assertFree(3072 * MIB);
	}

	@Test
	void whenGroupsAreNestedThenTheLeastThatOneLeavesAndIdleFilesDoNotCount() throws IOException {
		threeGibibytesAreAvailable();
		write("proc/self/cgroup", "0::/a/b\n");
		group("sys/fs/cgroup/a/b", 2048 * MIB, 100 * MIB, 0);
		group("sys/fs/cgroup/a", 1024 * MIB, 700 * MIB, 200 * MIB);
		assertFree(524 * MIB);
	}

	@Test
	void whenMoreIsUsedThanTheLimitThenNothingIsFree() throws IOException {
		threeGibibytesAreAvailable();
		write("proc/self/cgroup", "0::/a\n");
		group("sys/fs/cgroup/a", 100 * MIB, 110 * MIB, 0);
		assertFree(0);
	}

	@Test
	void whenPathIsTheHostsThenTheTopmostGroupLeavesTheLeast() throws IOException {
		threeGibibytesAreAvailable();
		write("proc/self/cgroup", "0::/system.slice/docker-1234.scope\n");
		group("sys/fs/cgroup", 1024 * MIB, 24 * MIB, 0);
		assertFree(1000 * MIB);
	}

	@Test
	void whenGroupIsOfVersionOneThenItsFilesTellWhatIsLeft() throws IOException {
		threeGibibytesAreAvailable();
		write("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/docker/12:34\n0::/\n");
		String group = "sys/fs/cgroup/memory/docker/12:34/";
		write(group + "memory.limit_in_bytes", 1024 * MIB + "\n");
		write(group + "memory.usage_in_bytes", 1000 * MIB + "\n");
		write(group + "memory.stat", "inactive_file 1\ntotal_inactive_file " + 76 * MIB + "\n");
		assertFree(100 * MIB);
	}

	private void threeGibibytesAreAvailable() throws IOException {
		write("proc/meminfo",
				"MemTotal:        8388608 kB\nMemFree:          102400 kB\nMemAvailable:    3145728 kB\n");
	}

	private void group(String directory, long limit, long used, long idleFiles) throws IOException {
		write(directory + "/memory.max", limit + "\n");
		write(directory + "/memory.current", used + "\n");
		write(directory + "/memory.stat", "anon 5\ninactive_file " + idleFiles + "\nactive_file 7\n");
	}

	private void assertFree(long bytes) {
		assertThat(MemoryGroup.at(this.root).available()).hasValue(bytes);
	}

	private void write(String file, String content) throws IOException {
		Path path = this.root.resolve(file);
		Files.createDirectories(path.getParent());
		Files.writeString(path, content);
	}

}
