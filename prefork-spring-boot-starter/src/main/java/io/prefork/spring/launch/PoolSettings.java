package io.prefork.spring.launch;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.prefork.spring.InvalidSettingException;
import io.prefork.spring.PreforkProperties;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * The settings under {@code prefork.*}, bound and checked. Everything that can be wrong
 * with them is found here, before anything is opened or started.
 */
final class PoolSettings {

	static final int HIGHEST_MAXIMUM = 512;

	private static final int LARGEST_BACKLOG = 65535;

	private static final long MOST_REQUESTS = 1_000_000_000_000L;

	private static final int ASYNC_JAVA = 21;

	/**
	 * The default of Tomcat and of Jetty, which also applies where Boot ignores a setting
	 * that is not positive.
	 */
	private static final int SERVER_THREADS = 200;

	private final Environment environment;

	private final PreforkProperties properties;

	private PoolSettings(Environment environment, PreforkProperties properties) {
		this.environment = environment;
		this.properties = properties;
	}

	/**
	 * Binds and checks.
	 * @param environment the environment
	 * @return the settings
	 * @throws InvalidSettingException if one of them cannot be worked with
	 */
	static PoolSettings of(Environment environment) {
		PreforkProperties properties = Binder.get(environment).bindOrCreate("prefork", PreforkProperties.class);
		PoolSettings settings = new PoolSettings(environment, properties);
		settings.check();
		return settings;
	}

	PreforkProperties properties() {
		return this.properties;
	}

	private void check() {
		between("prefork.max-workers", this.properties.getMaxWorkers(), 1, HIGHEST_MAXIMUM);
		between("prefork.worker-connections", this.properties.getWorkerConnections(), 1, Integer.MAX_VALUE);
		between("prefork.max-requests", this.properties.getMaxRequests(), 0, MOST_REQUESTS);
		between("prefork.max-requests-jitter", this.properties.getMaxRequestsJitter(), 0, Integer.MAX_VALUE);
		between("prefork.backlog", this.properties.getBacklog(), 1, LARGEST_BACKLOG);
		if (this.properties.getThreads() != null) {
			between("prefork.threads", this.properties.getThreads(), 1, Integer.MAX_VALUE);
		}
		if (this.properties.getBootConcurrency() != null) {
			between("prefork.boot-concurrency", this.properties.getBootConcurrency(), 1, HIGHEST_MAXIMUM);
		}
		notNegative("prefork.timeout", this.properties.getTimeout());
		notNegative("prefork.boot-timeout", this.properties.getBootTimeout());
		notNegative("prefork.graceful-timeout", this.properties.getGracefulTimeout());
		notNegative("prefork.drain-quiet-period", this.properties.getDrainQuietPeriod());
		notNegative("prefork.keep-alive", this.properties.getKeepAlive());
		notNegative("prefork.defer-accept", this.properties.getDeferAccept());
		umask();
		type();
	}

	private static void between(String setting, long value, long lowest, long highest) {
		if (value < lowest || value > highest) {
			throw new InvalidSettingException(setting, value, "which is not between " + lowest + " and " + highest,
					"Set '" + setting + "' to a number from " + lowest + " to " + highest + ".");
		}
	}

	private static void notNegative(String setting, @Nullable Duration value) {
		if (value != null && value.isNegative()) {
			throw new InvalidSettingException(setting, value, "which is negative",
					"Set '" + setting + "' to a duration such as 30s; zero switches it off.");
		}
	}

	/**
	 * The file mode creation mask.
	 * @return 0 to 0777, or empty if it is inherited
	 */
	Optional<Integer> umask() {
		String umask = this.properties.getUmask();
		if (umask == null || umask.isBlank()) {
			return Optional.empty();
		}
		if (!umask.strip().matches("[0-7]{1,4}") || Integer.parseInt(umask.strip(), 8) > 0777) {
			throw new InvalidSettingException("prefork.umask", umask, "which is no file mode creation mask",
					"Set 'prefork.umask' to an octal number up to 0777, in quotes, such as \"0027\".");
		}
		return Optional.of(Integer.parseInt(umask.strip(), 8));
	}

	/**
	 * The worker class.
	 * @return its type
	 */
	WorkerType type() {
		String name = this.properties.getWorkerClass();
		if (name == null || name.isBlank()) {
			return (virtualThreads() && Runtime.version().feature() >= ASYNC_JAVA) ? WorkerType.ASYNC
					: WorkerType.GTHREAD;
		}
		WorkerType type = Arrays.stream(WorkerType.values())
			.filter((candidate) -> candidate.name().equalsIgnoreCase(name.strip()))
			.findFirst()
			.orElseThrow(() -> unknownType(name));
		if (type == WorkerType.ASYNC && Runtime.version().feature() < ASYNC_JAVA) {
			throw new InvalidSettingException("prefork.worker-class", name,
					"which needs virtual threads, but this is Java " + Runtime.version().feature(),
					"Run the application on Java " + ASYNC_JAVA + " or later, or set 'prefork.worker-class' to "
							+ "'gthread'.");
		}
		if (type == WorkerType.REACTIVE) {
			throw new InvalidSettingException("prefork.worker-class", name, "which is not supported yet",
					"Set 'prefork.worker-class' to one of " + names() + ".");
		}
		return type;
	}

	private boolean virtualThreads() {
		return Binder.get(this.environment).bind("spring.threads.virtual.enabled", Boolean.class).orElse(false);
	}

	private static InvalidSettingException unknownType(String name) {
		return new InvalidSettingException("prefork.worker-class", name, "which is no worker class",
				"Set 'prefork.worker-class' to one of " + names() + ".");
	}

	private static String names() {
		return List.of(WorkerType.SYNC, WorkerType.GTHREAD, WorkerType.ASYNC)
			.stream()
			.map((type) -> "'" + type.name().toLowerCase(Locale.ROOT) + "'")
			.collect(Collectors.joining(", "));
	}

	/**
	 * How a worker serves.
	 * @return the worker's settings
	 */
	WorkerSettings workerSettings() {
		WorkerType type = type();
		return new WorkerSettings(type, (type == WorkerType.SYNC) ? 1 : threads(),
				this.properties.getWorkerConnections(), Optional.ofNullable(this.properties.getKeepAlive()),
				this.properties.getDrainQuietPeriod(), this.properties.getGracefulTimeout());
	}

	private int threads() {
		Integer threads = this.properties.getThreads();
		if (threads != null) {
			return threads;
		}
		return Stream.of("server.tomcat.threads.max", "server.jetty.threads.max")
			.map((name) -> Binder.get(this.environment).bind(name, Integer.class).orElse(0))
			.filter((server) -> server > 0)
			.findFirst()
			.orElse(SERVER_THREADS);
	}

	/**
	 * How long the kernel holds back a connection that is silent.
	 * @return the duration, zero for not at all
	 */
	Duration deferAccept() {
		Duration configured = this.properties.getDeferAccept();
		if (configured != null) {
			return configured;
		}
		return (type() == WorkerType.SYNC) ? Duration.ofSeconds(1) : Duration.ZERO;
	}

	/**
	 * How many workers may start at the same time.
	 * @return at least 1
	 */
	int bootConcurrency() {
		Integer configured = this.properties.getBootConcurrency();
		return (configured != null) ? configured : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
	}

}
