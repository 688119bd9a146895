package io.prefork.spring.launch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.prefork.master.Handover;
import io.prefork.master.ListenerSet;
import io.prefork.master.PidFile;
import io.prefork.master.RunDirectory;
import io.prefork.master.UserSwitch;
import io.prefork.os.BindAddress;
import io.prefork.os.OperatingSystem;
import io.prefork.pool.PoolPolicy;
import io.prefork.scoreboard.Scoreboard;
import io.prefork.spring.InvalidSettingException;
import io.prefork.spring.PreforkProperties;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Finds out, in a process beside the running master, whether that could become this
 * program: everything that a master checks before it opens anything, and what cannot
 * change while workers live. Settings that parse have been checked already.
 */
final class UpgradeTrialRun {

	private static final Log logger = LogFactory.getLog(UpgradeTrialRun.class);

	private static final String REMEDY = "Set it back, or restart the server instead.";

	private static final String LISTEN_PID = "LISTEN_PID";

	private final PreforkProperties properties;

	private final Environment environment;

	private final ApplicationLauncher launcher;

	UpgradeTrialRun(PreforkProperties properties, Environment environment, ApplicationLauncher launcher) {
		this.properties = properties;
		this.environment = environment;
		this.launcher = launcher;
	}

	/**
	 * Runs it.
	 * @param trial what would be left to this program
	 * @param policy rules of the pool
	 * @return the exit status
	 */
	int run(Handover.Trial trial, PoolPolicy policy) {
		try {
			check(trial.handover(), policy);
			trial.accept();
			return 0;
		}
		catch (IOException ex) {
			logger.error("The master cannot become this: " + ex);
			return 1;
		}
	}

	private void check(Handover handover, PoolPolicy policy) throws IOException {
		checkUnchangeable(handover, policy);
		HookSettings.scripts(this.properties.getHooks(), System.getenv());
		LimitSettings.apply(this.properties.getLimits(), OperatingSystem.current().limits());
		String pidFile = this.properties.getPidfile();
		if (StringUtils.hasText(pidFile)) {
			PidFile.tryOut(Path.of(pidFile), handover.pid());
		}
		this.launcher.resume(handover.pool().rollouts().generation(), handover.code());
	}

	private void checkUnchangeable(Handover handover, PoolPolicy policy) throws IOException {
		OperatingSystem os = OperatingSystem.current();
		Optional<UserSwitch> user = new WorkerUser(os.accounts()).of(this.properties);
		if (!RunDirectory.admits(handover.runDirectory(), user.map(UserSwitch::account), os.accounts().self())) {
			throw unchangeable("prefork.user", user.map(UserSwitch::account).orElse(null),
					"but workers that live run as another user or group");
		}
		int slots = Scoreboard.open(handover.runDirectory().resolve(Scoreboard.FILE)).slots();
		if (policy.slots() > slots) {
			throw unchangeable("prefork.max-workers", this.properties.getMaxWorkers(),
					"but with 'prefork.spare-workers' the shared memory of the workers that live has room for "
							+ (slots - 2) / 2);
		}
		List<BindAddress> addresses = BindAddresses.of(this.properties.getBind(),
				asMaster(System.getenv(), handover.pid()), this.environment);
		Optional<String> moved = ListenerSet.obstacle(addresses, this.properties.isReusePort(), handover.listeners());
		if (moved.isPresent()) {
			throw unchangeable("prefork.bind", addresses, "but " + moved.get());
		}
	}

	/**
	 * What systemd has passed to the master.
	 */
	private static Map<String, String> asMaster(Map<String, String> environment, long master) {
		Map<String, String> changed = new HashMap<>(environment);
		changed.replace(LISTEN_PID, Long.toString(master), Long.toString(ProcessHandle.current().pid()));
		return changed;
	}

	private static InvalidSettingException unchangeable(String setting, @Nullable Object value, String reason) {
		return new InvalidSettingException(setting, value, reason + ", which an upgrade in place cannot change",
				REMEDY);
	}

}
