package io.prefork.master;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.prefork.os.Account;
import io.prefork.os.OperatingSystem;
import org.junit.jupiter.api.Assumptions;

/**
 * A user other than root, as whom tests that run as root start programs. Others are
 * skipped, and say so.
 */
final class OtherUser {

	private OtherUser() {
	}

	static Account account(String test) {
		boolean root = OperatingSystem.current().accounts().self().isRoot();
		if (!root) {
			System.out.println(test + " is skipped: only root can start a program as another user");
		}
		Assumptions.assumeTrue(root);
		return new Account("stranger", 54321, 54322, List.of(54322, 54323), "/home/stranger");
	}

	/**
	 * Runs a script as that user.
	 * @return what it printed
	 */
	static String shell(Account account, String script) throws IOException {
		return output(start(account, script));
	}

	static String output(Process process) throws IOException {
		return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
	}

	static Process start(Account account, String script) throws IOException {
		WorkerLauncher.Launch launch = new UserSwitch(account).switched(new WorkerLauncher.Launch(
				List.of("/bin/sh", "-c", script), Map.of("HOME", "/root", "PATH", "/usr/bin:/bin")));
		ProcessBuilder builder = new ProcessBuilder(launch.command()).redirectErrorStream(true);
		builder.environment().clear();
		builder.environment().putAll(launch.environment());
		return builder.start();
	}

}
