package io.prefork.spring.launch;

import java.time.Duration;
import java.util.Optional;

import io.prefork.spring.InvalidSettingException;
import io.prefork.spring.PreforkProperties;
import io.prefork.worker.ClientLimits;
import io.prefork.worker.RequestLimits;
import io.prefork.worker.WorkerSettings;
import io.prefork.worker.WorkerType;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.unit.DataSize;

/**
 * The settings under {@code prefork.*}, bound and checked. Everything that can be wrong
 * with them is found here, before anything is opened or started.
 */
final class PoolSettings {

	static final int HIGHEST_MAXIMUM = 512;

	private static final int LARGEST_BACKLOG = 65535;

	/**
	 * Several heartbeats long.
	 */
	private static final Duration SHORTEST_TIMEOUT = Duration.ofSeconds(1);

	/**
	 * Sums and products of longer ones may overflow.
	 */
	private static final Duration LONGEST = Duration.ofDays(365);

	/**
	 * The default of Tomcat and of Jetty, which also applies where Boot ignores a setting
	 * that is not positive.
	 */
	private static final int SERVER_THREADS = 200;

	/**
	 * As in Gunicorn.
	 */
	private static final int CONNECTIONS = 1000;

	/**
	 * As in nginx.
	 */
	private static final int KEEP_ALIVE_REQUESTS = 1000;

	/**
	 * Where Reactor Netty looks for the number of its event loops
	 * (ReactorNetty.IO_WORKER_COUNT); if it is not set, there are as many as processors,
	 * and at least four.
	 */
	static final String EVENT_LOOPS = "reactor.netty.ioWorkerCount";

	private static final int LEAST_EVENT_LOOPS = 4;

	private static final Duration LONGEST_UPGRADE = Duration.ofHours(1);

	private final Environment environment;

	private final WebServer server;

	private final PreforkProperties properties;

	private PoolSettings(Environment environment, WebServer server, PreforkProperties properties) {
		this.environment = environment;
		this.server = server;
		this.properties = properties;
	}

	/**
	 * Binds and checks.
	 * @param environment the environment
	 * @param server the application's web server
	 * @return the settings
	 * @throws InvalidSettingException if one of them cannot be worked with
	 */
	static PoolSettings of(Environment environment, WebServer server) {
		PreforkProperties properties = Binder.get(environment).bindOrCreate("prefork", PreforkProperties.class);
		PoolSettings settings = new PoolSettings(environment, server, properties);
		settings.check();
		return settings;
	}

	PreforkProperties properties() {
		return this.properties;
	}

	private void check() {
		between("prefork.max-workers", this.properties.getMaxWorkers(), 1, HIGHEST_MAXIMUM);
		if (this.properties.getWorkerConnections() != null) {
			between("prefork.worker-connections", this.properties.getWorkerConnections(), 1, Integer.MAX_VALUE);
		}
		between("prefork.backlog", this.properties.getBacklog(), 1, LARGEST_BACKLOG);
		if (this.properties.getThreads() != null) {
			between("prefork.threads", this.properties.getThreads(), 1, Integer.MAX_VALUE);
		}
		between("prefork.overflow-threads", this.properties.getOverflowThreads(), 0, Integer.MAX_VALUE);
		duration("prefork.timeout", this.properties.getTimeout());
		notTooShort("prefork.timeout", this.properties.getTimeout());
		duration("prefork.boot-timeout", this.properties.getBootTimeout());
		notTooShort("prefork.boot-timeout", this.properties.getBootTimeout());
		checkUpgradeTimeout();
		duration("prefork.graceful-timeout", this.properties.getGracefulTimeout());
		duration("prefork.drain-quiet-period", this.properties.getDrainQuietPeriod());
		duration("prefork.keep-alive", this.properties.getKeepAlive());
		duration("prefork.defer-accept", this.properties.getDeferAccept());
		checkClients();
		RolloutSettings.check(this.properties.getRollout());
		LimitSettings.check(this.properties.getLimits());
		staffing().check();
		HookSettings.check(this.properties.getHooks());
		scale().check();
		new RecycleSettings(this.properties).check();
		umask();
		new RequestLimitSettings(this.properties).check(type());
	}

	/**
	 * How many workers there are, and what changes their number.
	 * @return the settings of elasticity
	 */
	ScaleSettings scale() {
		return new ScaleSettings(this.properties);
	}

	/**
	 * How places are kept filled.
	 * @return the settings of spares, boots and respawns
	 */
	StaffingSettings staffing() {
		return new StaffingSettings(this.properties);
	}

	private void checkUpgradeTimeout() {
		Duration timeout = this.properties.getUpgradeTimeout();
		if (timeout.compareTo(SHORTEST_TIMEOUT) < 0 || timeout.compareTo(LONGEST_UPGRADE) > 0) {
			throw new InvalidSettingException("prefork.upgrade-timeout", timeout, "which is not from 1s to 1h",
					"Set 'prefork.upgrade-timeout' to a duration such as 60s, in which the application's JVM starts.");
		}
	}

	private void checkClients() {
		if (this.properties.getKeepAliveRequests() != null) {
			between("prefork.keep-alive-requests", this.properties.getKeepAliveRequests(), 0, Integer.MAX_VALUE);
		}
		duration("prefork.request-head-timeout", this.properties.getRequestHeadTimeout());
		notTooShort("prefork.request-head-timeout", this.properties.getRequestHeadTimeout());
		duration("prefork.slow-client-grace", this.properties.getSlowClientGrace());
		rate("prefork.min-request-rate", this.properties.getMinRequestRate());
		rate("prefork.min-response-rate", this.properties.getMinResponseRate());
	}

	private static void rate(String setting, DataSize rate) {
		if (rate.isNegative()) {
			throw new InvalidSettingException(setting, rate, "which is negative",
					"Set '" + setting + "' to the bytes per second, such as 240B, or to 0 for any.");
		}
	}

	static void between(String setting, long value, long lowest, long highest) {
		if (value < lowest || value > highest) {
			throw new InvalidSettingException(setting, value, "which is not between " + lowest + " and " + highest,
					"Set '" + setting + "' to a number from " + lowest + " to " + highest + ".");
		}
	}

	static void duration(String setting, @Nullable Duration value) {
		if (value != null && (value.isNegative() || value.compareTo(LONGEST) > 0)) {
			throw new InvalidSettingException(setting, value,
					value.isNegative() ? "which is negative" : "which is longer than a year",
					"Set '" + setting + "' to a duration such as 30s, at most 365d.");
		}
	}

	static void notTooShort(String setting, Duration value) {
		if (!value.isZero() && value.compareTo(SHORTEST_TIMEOUT) < 0) {
			throw new InvalidSettingException(setting, value, "which is shorter than a second",
					"Set '" + setting + "' to a duration of 1s or more, such as 30s, or to 0 to switch it off.");
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
		return new WorkerClassSetting(this.server, this.environment).type(this.properties.getWorkerClass());
	}

	/**
	 * How a worker serves.
	 * @param processors the processors that a worker sees
	 * @return the worker's settings
	 */
	WorkerSettings workerSettings(int processors) {
		WorkerType type = type();
		return new WorkerSettings(type, (type == WorkerType.SYNC) ? 1 : threads(processors),
				(type == WorkerType.GTHREAD) ? this.properties.getOverflowThreads() : 0, connections(),
				Optional.ofNullable(this.properties.getKeepAlive()), this.properties.getDrainQuietPeriod(),
				this.properties.getGracefulTimeout(), clientLimits());
	}

	/**
	 * How long requests may take.
	 * @return the limits
	 */
	RequestLimits requestLimits() {
		return new RequestLimitSettings(this.properties).limits(type());
	}

	private ClientLimits clientLimits() {
		return new ClientLimits(this.properties.getRequestHeadTimeout(), this.properties.getMinRequestRate().toBytes(),
				this.properties.getMinResponseRate().toBytes(), this.properties.getSlowClientGrace(),
				keepAliveRequests(), Optional.ofNullable(this.properties.getKeepAliveRequests()).orElse(0));
	}

	private int keepAliveRequests() {
		Integer requests = this.properties.getKeepAliveRequests();
		if (requests != null) {
			return requests;
		}
		// The servers' own settings say -1, and Tomcat's also 0, for any number
		return Binder.get(this.environment)
			.bind(this.server.settings() + ".max-keep-alive-requests", Integer.class)
			.map((ofServer) -> Math.max(0, ofServer))
			.orElse(KEEP_ALIVE_REQUESTS);
	}

	private int connections() {
		Integer connections = this.properties.getWorkerConnections();
		if (connections != null) {
			return connections;
		}
		return this.server.setting(this.environment, "max-connections").orElse(CONNECTIONS);
	}

	private int threads(int processors) {
		Integer threads = this.properties.getThreads();
		if (threads != null) {
			return threads;
		}
		if (this.server == WebServer.REACTOR_NETTY) {
			return Integer.getInteger(EVENT_LOOPS, Math.max(LEAST_EVENT_LOOPS, processors));
		}
		return this.server.setting(this.environment, "threads.max").orElse(SERVER_THREADS);
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

}
