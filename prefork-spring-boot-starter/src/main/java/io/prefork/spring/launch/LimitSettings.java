package io.prefork.spring.launch;

import java.io.IOException;

import io.prefork.os.ResourceLimits;
import io.prefork.os.ResourceLimits.Limit;
import io.prefork.os.ResourceLimits.Resource;
import io.prefork.spring.InvalidSettingException;
import io.prefork.spring.LimitProperties;

import org.springframework.util.unit.DataSize;

/**
 * Puts {@code prefork.limits} into effect: in the master, whose workers inherit them.
 */
final class LimitSettings {

	private static final String OPEN_FILES = "prefork.limits.open-files";

	private static final String CORE_SIZE = "prefork.limits.core-size";

	/**
	 * A JVM has its class path, its libraries and its selectors open.
	 */
	private static final long FEWEST_FILES = 256;

	/**
	 * As far as the kernel goes for root, unless fs.nr_open is raised.
	 */
	private static final long MOST_FILES = 1 << 20;

	private LimitSettings() {
	}

	static void check(LimitProperties properties) {
		Long files = properties.getOpenFiles();
		if (files != null && (files < FEWEST_FILES || files > MOST_FILES)) {
			throw new InvalidSettingException(OPEN_FILES, files,
					"which is not between " + FEWEST_FILES + " and " + MOST_FILES,
					"Set '" + OPEN_FILES + "' to a number from " + FEWEST_FILES + " to " + MOST_FILES + ".");
		}
		DataSize core = properties.getCoreSize();
		if (core != null && core.isNegative()) {
			throw new InvalidSettingException(CORE_SIZE, core, "which is negative",
					"Set '" + CORE_SIZE + "' to a size such as 2GB, or to 0 for no core dumps.");
		}
	}

	/**
	 * A JVM raises its soft limit on open files to the hard one when it starts
	 * ({@code -XX:+MaxFDLimit}), so the hard one is what counts. Of core dumps the soft
	 * one does; the hard one stays as high as it is.
	 */
	static void apply(LimitProperties properties, ResourceLimits limits) {
		Long files = properties.getOpenFiles();
		if (files != null) {
			set(OPEN_FILES, files, limits, Resource.OPEN_FILES, files, false);
		}
		DataSize core = properties.getCoreSize();
		if (core != null) {
			set(CORE_SIZE, core, limits, Resource.CORE_SIZE, core.toBytes(), true);
		}
	}

	private static void set(String setting, Object value, ResourceLimits limits, Resource resource, long limit,
			boolean keepHard) {
		try {
			Limit before = limits.get(resource);
			if (!limits.trySet(resource, new Limit(limit, keepHard ? Math.max(limit, before.hard()) : limit))) {
				throw new InvalidSettingException(setting, value,
						"which is above the hard limit of " + before.hard() + " that this process was given",
						"Raise the limit where the process is started (LimitNOFILE= or LimitCORE= of systemd,"
								+ " --ulimit of a container, ulimit -H), start it as root, or lower '" + setting
								+ "'.");
			}
		}
		catch (IOException ex) {
			throw new InvalidSettingException(setting, value, "which cannot be set: " + ex.getMessage(),
					"Leave '" + setting + "' out to inherit the limit.");
		}
	}

}
