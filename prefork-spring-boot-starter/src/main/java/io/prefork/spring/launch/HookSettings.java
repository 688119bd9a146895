package io.prefork.spring.launch;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

import io.prefork.launch.WorkerCommands;
import io.prefork.master.Hook;
import io.prefork.master.HookScripts;
import io.prefork.spring.HookProperties;
import io.prefork.spring.InvalidSettingException;
import org.jspecify.annotations.Nullable;

import org.springframework.util.StringUtils;

/**
 * What {@code prefork.hooks} says.
 */
final class HookSettings {

	private static final String PREFIX = "prefork.hooks.";

	private static final Duration SHORTEST = Duration.ofMillis(100);

	private static final Duration LONGEST = Duration.ofMinutes(10);

	private HookSettings() {
	}

	static void check(HookProperties properties) {
		Duration timeout = properties.getTimeout();
		if (timeout.compareTo(SHORTEST) < 0 || timeout.compareTo(LONGEST) > 0) {
			throw new InvalidSettingException(PREFIX + "timeout", timeout, "which is not between 100ms and 10m",
					"Set 'prefork.hooks.timeout' to a duration from 100ms to 10m, such as 5s.");
		}
	}

	/**
	 * What is run at which hook. The files are looked at, which only the master has to be
	 * able to execute.
	 */
	static HookScripts scripts(HookProperties properties, Map<String, String> environment) {
		Map<Hook.Name, Path> executables = new EnumMap<>(Hook.Name.class);
		for (Hook.Name name : Hook.Name.values()) {
			String configured = configured(properties, name);
			if (StringUtils.hasText(configured)) {
				executables.put(name, executable(setting(name), configured));
			}
		}
		return new HookScripts(executables, properties.getTimeout(), WorkerCommands.inherited(environment));
	}

	/**
	 * A start that the hook refuses.
	 */
	static InvalidSettingException refused(HookScripts scripts, String refusal) {
		return new InvalidSettingException(setting(Hook.Name.ON_STARTING),
				scripts.executables().get(Hook.Name.ON_STARTING), "which has refused the start: it " + refusal,
				"Correct what it complains of, have it end with status 0, or raise 'prefork.hooks.timeout' if it "
						+ "needs more time.");
	}

	private static String setting(Hook.Name name) {
		return PREFIX + name.label();
	}

	private static @Nullable String configured(HookProperties properties, Hook.Name name) {
		return switch (name) {
			case ON_STARTING -> properties.getOnStarting();
			case NWORKERS_CHANGED -> properties.getNworkersChanged();
			case WHEN_READY -> properties.getWhenReady();
			case PRE_FORK -> properties.getPreFork();
			case POST_FORK -> properties.getPostFork();
			case WORKER_ABORT -> properties.getWorkerAbort();
			case CHILD_EXIT -> properties.getChildExit();
			case ON_RELOAD -> properties.getOnReload();
			case PRE_EXEC -> properties.getPreExec();
			case ON_EXIT -> properties.getOnExit();
		};
	}

	private static Path executable(String setting, String configured) {
		try {
			Path path = Path.of(configured.strip()).toAbsolutePath().normalize();
			if (!Files.isRegularFile(path)) {
				throw invalid(setting, configured,
						Files.exists(path) ? "which is no file" : "and there is no file " + path);
			}
			if (!Files.isExecutable(path)) {
				throw invalid(setting, configured,
						"which the user " + System.getProperty("user.name") + " may not execute");
			}
			return path;
		}
		catch (InvalidPathException ex) {
			throw invalid(setting, configured, "which is no path: " + ex.getMessage());
		}
	}

	private static InvalidSettingException invalid(String setting, String value, String reason) {
		return new InvalidSettingException(setting, value, reason,
				"Set '" + setting + "' to the path of an executable file (chmod +x), without arguments; a script "
						+ "begins with a line such as #!/bin/sh.");
	}

}
