package io.prefork.master;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * What is run at which hook.
 *
 * @param executables absolute paths of executable files
 * @param timeout how long each may take, above zero
 * @param environment what they inherit
 */
public record HookScripts(Map<Hook.Name, Path> executables, Duration timeout, Map<String, String> environment) {

	/**
	 * Nothing at all.
	 */
	static final HookScripts NONE = new HookScripts(Map.of(), Duration.ofSeconds(1), Map.of());

	public HookScripts {
		executables = Map.copyOf(executables);
		environment = Map.copyOf(environment);
	}

}
