package io.prefork.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class MemoryGroupTests {

	private static final String EVENTS = "low 0\nhigh 3\nmax 12\noom 2\noom_kill 2\noom_group_kill 0\n";

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

	private void write(String file, String content) throws IOException {
		Path path = this.root.resolve(file);
		Files.createDirectories(path.getParent());
		Files.writeString(path, content);
	}

}
