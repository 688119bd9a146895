package io.prefork.os;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.prefork.os.ResourceLimits.Limit;
import io.prefork.os.ResourceLimits.Resource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

class ResourceLimitsTests {

	private final OperatingSystem os = OperatingSystem.current();

	@TempDir
	private Path directory;

	@Test
	void whenReadThenTheyAreThoseThatTheKernelShows() throws Exception {
		assertThat(shown("Max open files")).isEqualTo(this.os.limits().get(Resource.OPEN_FILES));
		assertThat(shown("Max core file size")).isEqualTo(this.os.limits().get(Resource.CORE_SIZE));
	}

	@Test
	void whenSetThenChildrenHaveThem() throws Exception {
		Limit before = this.os.limits().get(Resource.OPEN_FILES);
		try {
			this.os.limits().trySet(Resource.OPEN_FILES, new Limit(before.soft() - 1, before.hard()));
			int pid = this.os.spawn(new SpawnRequest(List.of("/bin/sh", "-c", "ulimit -Sn"), Map.of(),
					this.directory.resolve("output"), List.of()));
			this.os.await(pid);
			assertThat(this.directory.resolve("output")).hasContent(Long.toString(before.soft() - 1));
		}
		finally {
			this.os.limits().trySet(Resource.OPEN_FILES, before);
		}
	}

	@Test
	void whenSoftIsAboveHardThenItIsRefused() {
		assertThatIOException().isThrownBy(() -> this.os.limits().trySet(Resource.OPEN_FILES, new Limit(101, 100)))
			.withMessage("setrlimit: Invalid argument");
	}

	private static Limit shown(String name) throws Exception {
		String[] columns = Files.readAllLines(Path.of("/proc/self/limits"))
			.stream()
			.filter((line) -> line.startsWith(name))
			.findFirst()
			.orElseThrow()
			.substring(name.length())
			.strip()
			.split(" +");
		return new Limit(number(columns[0]), number(columns[1]));
	}

	private static long number(String text) {
		return text.equals("unlimited") ? Limit.UNLIMITED : Long.parseLong(text);
	}

}
