package io.prefork.spring.launch;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import io.prefork.spring.InvalidSettingException;
import io.prefork.worker.WorkerClass;
import io.prefork.worker.WorkerType;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * What {@code prefork.worker-class} means for an application: one of the types, the name
 * of a {@link WorkerClass}, or that of a bean after an {@code @}. A class is looked for
 * without being loaded, for this may be a master; a bean is looked for by the worker.
 */
final class WorkerClassSetting {

	private static final String NAME = "prefork.worker-class";

	private static final int ASYNC_JAVA = 21;

	private final WebServer server;

	private final Environment environment;

	WorkerClassSetting(WebServer server, Environment environment) {
		this.server = server;
		this.environment = environment;
	}

	/**
	 * The worker class.
	 * @param name as configured, or {@code null}
	 * @return its type
	 * @throws InvalidSettingException if there is no such class for this server
	 */
	WorkerType type(@Nullable String name) {
		if (name == null || name.isBlank()) {
			return (this.server.isThreaded() && virtualThreads() && hasVirtualThreads()) ? WorkerType.ASYNC
					: this.server.defaultType();
		}
		WorkerType type = named(name.strip());
		if (!this.server.types().contains(type)) {
			throw new InvalidSettingException(NAME, name, "which is no worker class for " + this.server,
					"Set '" + NAME + "' to " + names() + ", or leave it out.");
		}
		if (type == WorkerType.ASYNC && !hasVirtualThreads()) {
			throw new InvalidSettingException(NAME, name,
					"which needs virtual threads, but this is Java " + Runtime.version().feature(),
					"Run the application on Java " + ASYNC_JAVA + " or later, or set '" + NAME + "' to 'gthread'.");
		}
		return type;
	}

	private WorkerType named(String name) {
		if (name.startsWith("@") && name.length() > 1) {
			return WorkerType.CUSTOM;
		}
		if (name.contains(".")) {
			ClassLoader loader = ClassUtils.getDefaultClassLoader();
			String file = name.replace('.', '/') + ".class";
			if (loader == null || loader.getResource(file) == null) {
				throw new InvalidSettingException(NAME, name, "which is not on the class path",
						"Set '" + NAME + "' to the full name of a class that implements " + WorkerClass.class.getName()
								+ ", or to " + names() + ".");
			}
			return WorkerType.CUSTOM;
		}
		return Arrays.stream(WorkerType.values())
			.filter((type) -> type != WorkerType.CUSTOM && type.name().equalsIgnoreCase(name))
			.findFirst()
			.orElseThrow(() -> new InvalidSettingException(NAME, name, "which is no worker class",
					"Set '" + NAME + "' to " + names() + "."));
	}

	private boolean virtualThreads() {
		return Binder.get(this.environment).bind("spring.threads.virtual.enabled", Boolean.class).orElse(false);
	}

	private static boolean hasVirtualThreads() {
		return Runtime.version().feature() >= ASYNC_JAVA;
	}

	private String names() {
		return this.server.types()
			.stream()
			.filter((type) -> type != WorkerType.CUSTOM)
			.map((type) -> "'" + type.name().toLowerCase(Locale.ROOT) + "'")
			.collect(Collectors.joining(" or "));
	}

}
