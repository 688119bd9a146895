package io.prefork.master;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import io.prefork.os.Account;
import io.prefork.worker.WorkerSpec;

/**
 * Has workers run as another user than the master, which is root: {@code setpriv} of
 * util-linux sets user and groups, real, effective and saved, and becomes the worker.
 * {@code posix_spawn} has no attribute for it, and a JVM that changed its user itself
 * would need native code in each worker, and be root until then.
 */
public final class UserSwitch {

	private static final String PROGRAM = "setpriv";

	private final Account account;

	/**
	 * Makes a switch.
	 * @param account whom workers run as
	 */
	public UserSwitch(Account account) {
		this.account = account;
	}

	/**
	 * Whom workers run as.
	 * @return the account
	 */
	public Account account() {
		return this.account;
	}

	/**
	 * Tries it out.
	 * @param executable what a worker is started by
	 * @throws IOException if it does not work, with the reason: a clause
	 */
	public void tryOut(Path executable) throws IOException {
		try {
			Process process = new ProcessBuilder(command(List.of("test", "-x", executable.toString())))
				.redirectErrorStream(true)
				.start();
			process.getOutputStream().close();
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
			if (process.waitFor() != 0) {
				throw new IOException(output.isEmpty() ? this.account + " may not execute " + executable
						: output.lines().findFirst().orElseThrow());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException("it was interrupted", ex);
		}
	}

	/**
	 * Makes the file of a unix-domain socket the workers', so that its mode can be meant
	 * for their group.
	 * @param socket the file
	 * @throws IOException if that is not possible
	 */
	public void give(Path socket) throws IOException {
		Files.setAttribute(socket, "unix:uid", this.account.uid(), LinkOption.NOFOLLOW_LINKS);
		Files.setAttribute(socket, "unix:gid", this.account.gid(), LinkOption.NOFOLLOW_LINKS);
	}

	/**
	 * Has workers started as the other user.
	 * @param launcher says how they are started
	 * @return says how they are started as that user
	 */
	public WorkerLauncher launcher(WorkerLauncher launcher) {
		return new Switching(launcher);
	}

	WorkerLauncher.Launch switched(WorkerLauncher.Launch launch) {
		return new WorkerLauncher.Launch(command(launch.command()), environment(launch.environment()), launch.faults());
	}

	private List<String> command(List<String> command) {
		String groups = this.account.groups().stream().map(Integer::toUnsignedString).collect(Collectors.joining(","));
		List<String> all = new ArrayList<>(List.of(PROGRAM, "--reuid", Integer.toUnsignedString(this.account.uid()),
				"--regid", Integer.toUnsignedString(this.account.gid()), "--groups", groups, "--"));
		all.addAll(command);
		return all;
	}

	/**
	 * What programs that the application starts look at, as systemd sets it.
	 */
	private Map<String, String> environment(Map<String, String> environment) {
		Map<String, String> changed = new HashMap<>(environment);
		changed.put("USER", this.account.name());
		changed.put("LOGNAME", this.account.name());
		changed.put("HOME", this.account.home());
		return changed;
	}

	/**
	 * A launcher whose workers are the other user.
	 */
	private final class Switching implements WorkerLauncher {

		private final WorkerLauncher launcher;

		Switching(WorkerLauncher launcher) {
			this.launcher = launcher;
		}

		@Override
		public Launch launch(WorkerSpec spec) {
			return switched(this.launcher.launch(spec));
		}

		@Override
		public void prepare(int generation, Code code) throws IOException {
			this.launcher.prepare(generation, code);
		}

		@Override
		public void used(int generation) {
			this.launcher.used(generation);
		}

		@Override
		public Optional<String> code(int generation) {
			return this.launcher.code(generation);
		}

		@Override
		public void resume(int generation, Optional<String> code) throws IOException {
			this.launcher.resume(generation, code);
		}

	}

}
