package sample.prefork.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Checks that process tests rely on must be able to fail.
 */
@EnabledOnOs(OS.LINUX)
class ProcTests {

	private static final long SELF = ProcessHandle.current().pid();

	private Process child;

	@AfterEach
	void killChild() {
		if (this.child != null) {
			this.child.destroyForcibly();
		}
	}

	@Test
	void whenChildRunsThenItIsFoundAndAlive() throws Exception {
		start("exec sleep 30");
		assertThat(Proc.children(SELF)).contains(this.child.pid());
		assertThat(Proc.alive(this.child.pid())).isTrue();
		Awaitility.await().until(() -> Proc.withEnvironment("PROC_TESTS=here").contains(this.child.pid()));
		this.child.destroyForcibly();
		assertThat(this.child.waitFor(5, TimeUnit.SECONDS)).isTrue();
		assertThat(Proc.alive(this.child.pid())).isFalse();
		assertThat(Proc.descriptors(this.child.pid())).isEmpty();
	}

	@Test
	void whenChildIsNotReapedThenZombieAndNotAlive() throws IOException {
		start("sleep 0 & exec sleep 30");
		List<Long> zombies = Awaitility.await()
			.atMost(Duration.ofSeconds(5))
			.until(() -> Proc.zombies(this.child.pid()), (found) -> found.size() == 1);
		assertThat(Proc.alive(zombies.get(0))).isFalse();
	}

	@Test
	void whenSocketListensThenItIsFoundByPortAndByDescriptor() throws IOException {
		int port;
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			port = socket.getLocalPort();
			assertThat(Proc.listeners(port)).hasSize(1);
			assertThat(Proc.descriptors(SELF).values()).containsAll(Proc.listeners(port));
		}
		assertThat(Proc.listeners(port)).isEmpty();
	}

	private void start(String script) throws IOException {
		ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", script);
		builder.environment().put("PROC_TESTS", "here");
		this.child = builder.start();
	}

}
