package io.prefork.spring;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the pool, named after Gunicorn's where Gunicorn has them. What is bound
 * here is checked in {@code PoolSettings}.
 */
@ConfigurationProperties("prefork")
public class PreforkProperties {

	/**
	 * Whether the application runs as a pool of workers.
	 */
	private boolean enabled = true;

	/**
	 * Number of workers, from 1 to 'prefork.max-workers', or 'auto' for a number that
	 * suits the worker class, the processors and the memory. When not set, the
	 * environment variable WEB_CONCURRENCY is used, or else 'auto'.
	 */
	private @Nullable String workers;

	/**
	 * Highest number of workers that may be asked for at run time, from 1 to 512.
	 */
	private int maxWorkers = 64;

	/**
	 * How a worker serves: one of the built-in classes, the full name of a class that
	 * implements WorkerClass, or the name of such a bean after an '@'. When not set,
	 * 'reactive' for a WebFlux application, 'async' for a servlet application with
	 * 'spring.threads.virtual.enabled' on Java 21 or later, or else 'gthread'.
	 */
	private @Nullable String workerClass;

	/**
	 * Requests that a 'gthread' worker, or one of a class of your own, serves at a time,
	 * and event loops of a 'reactive' worker on Reactor Netty. When not set,
	 * 'server.tomcat.threads.max' or 'server.jetty.threads.max' applies; on Reactor
	 * Netty, the number of processors, at least 4.
	 */
	private @Nullable Integer threads;

	/**
	 * Threads of a 'gthread' worker beyond 'prefork.threads', for requests of kept-alive
	 * connections that arrive while all of those are busy. New connections go to another
	 * worker, these cannot.
	 */
	private int overflowThreads = 2;

	/**
	 * Connections that a worker holds at a time, idle ones included; 'async' and
	 * 'reactive' workers take a connection while they have fewer requests. When not set,
	 * 'server.tomcat.max-connections' or 'server.jetty.max-connections' applies if that
	 * is set, or else 1000.
	 */
	private @Nullable Integer workerConnections;

	/**
	 * Requests per connection, the last of which is told that the connection closes, so
	 * that clients spread over the workers again; 0 for any number. When not set,
	 * 'server.tomcat.max-keep-alive-requests' or 'server.netty.max-keep-alive-requests'
	 * applies if that is set, or else 1000. On HTTP/2 it applies only if it is set.
	 */
	private @Nullable Integer keepAliveRequests;

	/**
	 * How long a client may take to send the head of a request, from the beginning of the
	 * connection or from the first byte on a kept-alive one. Zero for no limit.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration requestHeadTimeout = Duration.ofSeconds(30);

	/**
	 * Bytes per second that a client must send of a request's body while the worker waits
	 * for it. Zero for any.
	 */
	private DataSize minRequestRate = DataSize.ofBytes(240);

	/**
	 * Bytes per second that a client must take of an answer while the worker waits to
	 * write it. Zero for any.
	 */
	private DataSize minResponseRate = DataSize.ofBytes(240);

	/**
	 * Time that a worker waits for a client before 'prefork.min-request-rate' and
	 * 'prefork.min-response-rate' are applied to what it has sent or taken.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration slowClientGrace = Duration.ofSeconds(10);

	/**
	 * Requests after which a worker is replaced by a new one; 0 for never.
	 */
	private long maxRequests;

	/**
	 * Upper bound of a random number that is added to 'prefork.max-requests', drawn for
	 * each worker, so that workers are not replaced all at the same time.
	 */
	private long maxRequestsJitter;

	/**
	 * Time of being ready after which a worker is replaced by a new one; zero for never.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration maxAge = Duration.ZERO;

	/**
	 * Upper bound of a random time that is added to 'prefork.max-age', drawn for each
	 * worker. When not set, a tenth of 'prefork.max-age'.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private @Nullable Duration maxAgeJitter;

	/**
	 * Resident memory above which a worker is replaced by a new one; 0 for any.
	 */
	private DataSize maxMemory = DataSize.ofBytes(0);

	/**
	 * In how many samples in a row, one every five seconds, 'prefork.max-memory' must be
	 * exceeded.
	 */
	private int maxMemorySamples = 3;

	/**
	 * Percentage of the old generation of a worker's heap above which the worker is
	 * replaced by a new one, if collections leave so much in use three times in a row and
	 * for a minute; 0 for any.
	 */
	private int maxHeapAfterGc;

	/**
	 * How often a worker looks for threads that wait for each other. What is found in two
	 * looks in a row has the worker replaced by a new one. Zero for never.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration deadlockInterval = Duration.ofSeconds(10);

	/**
	 * Silence of a worker's heartbeat after which it is killed and replaced; for 'sync'
	 * also the default of 'prefork.request-timeout'. Zero for never.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration timeout = Duration.ofSeconds(30);

	/**
	 * Time after which a request is given up: its client is answered 503, or broken off
	 * if it has part of an answer. Zero for never. When not set, 'prefork.timeout' for
	 * 'sync' and zero for the others.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private @Nullable Duration requestTimeout;

	/**
	 * Share of a worker's request slots, above 0 and at most 1, held by requests past
	 * their timeout that do not end, from which on the worker is replaced.
	 */
	private double requestTimeoutShare = 0.5;

	/**
	 * Time after which a request is logged with the stack of its thread, once. Zero for
	 * never.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration requestSoftTimeout = Duration.ZERO;

	/**
	 * Whether the thread of a request that is past 'prefork.request-soft-timeout' is
	 * interrupted.
	 */
	private boolean requestInterrupt;

	/**
	 * Time after which a request is logged as slow, with the stack of its thread. Zero
	 * for never.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration slowRequestThreshold = Duration.ZERO;

	/**
	 * Time that a worker is given to become ready. Zero for no limit.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration bootTimeout = Duration.ofSeconds(120);

	/**
	 * How long the trial run before an upgrade of the master in place may take, and how
	 * long workers wait for the upgraded master before they leave.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration upgradeTimeout = Duration.ofSeconds(60);

	/**
	 * Time that a worker which is to leave is given to answer the requests it holds.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration gracefulTimeout = Duration.ofSeconds(30);

	/**
	 * How long an idle kept-alive connection is kept; zero for closing after each answer.
	 * When not set, the server's own setting applies; on Reactor Netty, which has none by
	 * default, 60 seconds.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private @Nullable Duration keepAlive;

	/**
	 * How long an idle kept-alive connection of a worker that is leaving must stay silent
	 * before it is closed.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration drainQuietPeriod = Duration.ofSeconds(3);

	/**
	 * How many workers may be starting at the same time. When not set, half the number of
	 * processors, at least 1.
	 */
	private @Nullable Integer bootConcurrency;

	/**
	 * How many workers may be starting at the same time while half of those that there
	 * should be take connections. When not set, half of 'prefork.boot-concurrency', at
	 * least 1.
	 */
	private @Nullable Integer bootConcurrencyServing;

	/**
	 * How many workers there are beyond those that serve, started and warm, each to take
	 * the place of one that is lost or to be replaced, at once.
	 */
	private int spareWorkers;

	/**
	 * Length of the queue of connections that wait to be accepted. The kernel caps it at
	 * net.core.somaxconn.
	 */
	private int backlog = 2048;

	/**
	 * Addresses to listen on: HOST:PORT, :PORT, [IPV6]:PORT, unix:PATH or fd://N; tcp://,
	 * http:// or https:// may stand before a host. When not set, the sockets handed over
	 * by systemd (LISTEN_FDS), or else 'server.address' and 'server.port'.
	 */
	private List<String> bind = new ArrayList<>();

	/**
	 * How long the kernel holds a new connection back until its first byte arrives, so
	 * that a silent client does not occupy a worker. Zero for not at all. When not set,
	 * one second for 'sync' and zero for the others.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private @Nullable Duration deferAccept;

	/**
	 * Whether every worker listens with a socket of its own (SO_REUSEPORT) instead of
	 * sharing the master's. The kernel then spreads connections blindly, and drops those
	 * that wait in the queue of a worker that leaves, unless net.ipv4.tcp_migrate_req is
	 * set.
	 */
	private boolean reusePort;

	/**
	 * User that the workers run as, by name or id, if the master is root. When not set,
	 * that of the master.
	 */
	private @Nullable String user;

	/**
	 * Group that the workers run as, by name or id. When not set, the primary group of
	 * 'prefork.user'.
	 */
	private @Nullable String group;

	/**
	 * Limits on the resources of the master and its workers.
	 */
	@NestedConfigurationProperty
	private final LimitProperties limits = new LimitProperties();

	/**
	 * File that tells the process id of the master.
	 */
	private @Nullable String pidfile;

	/**
	 * File mode creation mask of the master and its workers, octal, such as 0027. When
	 * not set, it is inherited.
	 */
	private @Nullable String umask;

	/**
	 * Directory in which the master makes its private directory. When not set, the first
	 * that can be written to of $RUNTIME_DIRECTORY, $XDG_RUNTIME_DIR, /dev/shm and the
	 * temporary directory.
	 */
	private @Nullable String runDirectory;

	/**
	 * Directory in which the master lays out, in a private directory, the code that
	 * workers run, or 'none' to run them from the application's jar itself. When not set,
	 * the first that can be written to of $CACHE_DIRECTORY, $XDG_CACHE_HOME or ~/.cache,
	 * and the temporary directory.
	 */
	private @Nullable String cacheDir;

	/**
	 * Settings of what follows when workers end unexpectedly.
	 */
	@NestedConfigurationProperty
	private final RespawnProperties respawn = new RespawnProperties();

	/**
	 * Settings of rollouts.
	 */
	@NestedConfigurationProperty
	private final RolloutProperties rollout = new RolloutProperties();

	/**
	 * Settings of elasticity.
	 */
	@NestedConfigurationProperty
	private final ScaleProperties scale = new ScaleProperties();

	/**
	 * Executables that the master runs at hooks.
	 */
	@NestedConfigurationProperty
	private final HookProperties hooks = new HookProperties();

	/**
	 * Settings of the worker processes.
	 */
	private final Worker worker = new Worker();

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public @Nullable String getWorkers() {
		return this.workers;
	}

	public void setWorkers(@Nullable String workers) {
		this.workers = workers;
	}

	public int getMaxWorkers() {
		return this.maxWorkers;
	}

	public void setMaxWorkers(int maxWorkers) {
		this.maxWorkers = maxWorkers;
	}

	public @Nullable String getWorkerClass() {
		return this.workerClass;
	}

	public void setWorkerClass(@Nullable String workerClass) {
		this.workerClass = workerClass;
	}

	public @Nullable Integer getThreads() {
		return this.threads;
	}

	public void setThreads(@Nullable Integer threads) {
		this.threads = threads;
	}

	public int getOverflowThreads() {
		return this.overflowThreads;
	}

	public void setOverflowThreads(int overflowThreads) {
		this.overflowThreads = overflowThreads;
	}

	public @Nullable Integer getWorkerConnections() {
		return this.workerConnections;
	}

	public void setWorkerConnections(@Nullable Integer workerConnections) {
		this.workerConnections = workerConnections;
	}

	public @Nullable Integer getKeepAliveRequests() {
		return this.keepAliveRequests;
	}

	public void setKeepAliveRequests(@Nullable Integer keepAliveRequests) {
		this.keepAliveRequests = keepAliveRequests;
	}

	public Duration getRequestHeadTimeout() {
		return this.requestHeadTimeout;
	}

	public void setRequestHeadTimeout(Duration requestHeadTimeout) {
		this.requestHeadTimeout = requestHeadTimeout;
	}

	public DataSize getMinRequestRate() {
		return this.minRequestRate;
	}

	public void setMinRequestRate(DataSize minRequestRate) {
		this.minRequestRate = minRequestRate;
	}

	public DataSize getMinResponseRate() {
		return this.minResponseRate;
	}

	public void setMinResponseRate(DataSize minResponseRate) {
		this.minResponseRate = minResponseRate;
	}

	public Duration getSlowClientGrace() {
		return this.slowClientGrace;
	}

	public void setSlowClientGrace(Duration slowClientGrace) {
		this.slowClientGrace = slowClientGrace;
	}

	public long getMaxRequests() {
		return this.maxRequests;
	}

	public void setMaxRequests(long maxRequests) {
		this.maxRequests = maxRequests;
	}

	public long getMaxRequestsJitter() {
		return this.maxRequestsJitter;
	}

	public void setMaxRequestsJitter(long maxRequestsJitter) {
		this.maxRequestsJitter = maxRequestsJitter;
	}

	public Duration getMaxAge() {
		return this.maxAge;
	}

	public void setMaxAge(Duration maxAge) {
		this.maxAge = maxAge;
	}

	public @Nullable Duration getMaxAgeJitter() {
		return this.maxAgeJitter;
	}

	public void setMaxAgeJitter(@Nullable Duration maxAgeJitter) {
		this.maxAgeJitter = maxAgeJitter;
	}

	public DataSize getMaxMemory() {
		return this.maxMemory;
	}

	public void setMaxMemory(DataSize maxMemory) {
		this.maxMemory = maxMemory;
	}

	public int getMaxMemorySamples() {
		return this.maxMemorySamples;
	}

	public void setMaxMemorySamples(int maxMemorySamples) {
		this.maxMemorySamples = maxMemorySamples;
	}

	public int getMaxHeapAfterGc() {
		return this.maxHeapAfterGc;
	}

	public void setMaxHeapAfterGc(int maxHeapAfterGc) {
		this.maxHeapAfterGc = maxHeapAfterGc;
	}

	public Duration getDeadlockInterval() {
		return this.deadlockInterval;
	}

	public void setDeadlockInterval(Duration deadlockInterval) {
		this.deadlockInterval = deadlockInterval;
	}

	public Duration getTimeout() {
		return this.timeout;
	}

	public void setTimeout(Duration timeout) {
		this.timeout = timeout;
	}

	public @Nullable Duration getRequestTimeout() {
		return this.requestTimeout;
	}

	public void setRequestTimeout(@Nullable Duration requestTimeout) {
		this.requestTimeout = requestTimeout;
	}

	public double getRequestTimeoutShare() {
		return this.requestTimeoutShare;
	}

	public void setRequestTimeoutShare(double requestTimeoutShare) {
		this.requestTimeoutShare = requestTimeoutShare;
	}

	public Duration getRequestSoftTimeout() {
		return this.requestSoftTimeout;
	}

	public void setRequestSoftTimeout(Duration requestSoftTimeout) {
		this.requestSoftTimeout = requestSoftTimeout;
	}

	public boolean isRequestInterrupt() {
		return this.requestInterrupt;
	}

	public void setRequestInterrupt(boolean requestInterrupt) {
		this.requestInterrupt = requestInterrupt;
	}

	public Duration getSlowRequestThreshold() {
		return this.slowRequestThreshold;
	}

	public void setSlowRequestThreshold(Duration slowRequestThreshold) {
		this.slowRequestThreshold = slowRequestThreshold;
	}

	public Duration getBootTimeout() {
		return this.bootTimeout;
	}

	public void setBootTimeout(Duration bootTimeout) {
		this.bootTimeout = bootTimeout;
	}

	public Duration getUpgradeTimeout() {
		return this.upgradeTimeout;
	}

	public void setUpgradeTimeout(Duration upgradeTimeout) {
		this.upgradeTimeout = upgradeTimeout;
	}

	public Duration getGracefulTimeout() {
		return this.gracefulTimeout;
	}

	public void setGracefulTimeout(Duration gracefulTimeout) {
		this.gracefulTimeout = gracefulTimeout;
	}

	public @Nullable Duration getKeepAlive() {
		return this.keepAlive;
	}

	public void setKeepAlive(@Nullable Duration keepAlive) {
		this.keepAlive = keepAlive;
	}

	public Duration getDrainQuietPeriod() {
		return this.drainQuietPeriod;
	}

	public void setDrainQuietPeriod(Duration drainQuietPeriod) {
		this.drainQuietPeriod = drainQuietPeriod;
	}

	public @Nullable Integer getBootConcurrency() {
		return this.bootConcurrency;
	}

	public void setBootConcurrency(@Nullable Integer bootConcurrency) {
		this.bootConcurrency = bootConcurrency;
	}

	public int getBacklog() {
		return this.backlog;
	}

	public void setBacklog(int backlog) {
		this.backlog = backlog;
	}

	public List<String> getBind() {
		return this.bind;
	}

	public void setBind(List<String> bind) {
		this.bind = bind;
	}

	public @Nullable Duration getDeferAccept() {
		return this.deferAccept;
	}

	public void setDeferAccept(@Nullable Duration deferAccept) {
		this.deferAccept = deferAccept;
	}

	public boolean isReusePort() {
		return this.reusePort;
	}

	public void setReusePort(boolean reusePort) {
		this.reusePort = reusePort;
	}

	public @Nullable String getUser() {
		return this.user;
	}

	public void setUser(@Nullable String user) {
		this.user = user;
	}

	public @Nullable String getGroup() {
		return this.group;
	}

	public void setGroup(@Nullable String group) {
		this.group = group;
	}

	public LimitProperties getLimits() {
		return this.limits;
	}

	public @Nullable String getPidfile() {
		return this.pidfile;
	}

	public void setPidfile(@Nullable String pidfile) {
		this.pidfile = pidfile;
	}

	public @Nullable String getUmask() {
		return this.umask;
	}

	public void setUmask(@Nullable String umask) {
		this.umask = umask;
	}

	public @Nullable String getRunDirectory() {
		return this.runDirectory;
	}

	public void setRunDirectory(@Nullable String runDirectory) {
		this.runDirectory = runDirectory;
	}

	public @Nullable String getCacheDir() {
		return this.cacheDir;
	}

	public void setCacheDir(@Nullable String cacheDir) {
		this.cacheDir = cacheDir;
	}

	public @Nullable Integer getBootConcurrencyServing() {
		return this.bootConcurrencyServing;
	}

	public void setBootConcurrencyServing(@Nullable Integer bootConcurrencyServing) {
		this.bootConcurrencyServing = bootConcurrencyServing;
	}

	public int getSpareWorkers() {
		return this.spareWorkers;
	}

	public void setSpareWorkers(int spareWorkers) {
		this.spareWorkers = spareWorkers;
	}

	public RespawnProperties getRespawn() {
		return this.respawn;
	}

	public RolloutProperties getRollout() {
		return this.rollout;
	}

	public ScaleProperties getScale() {
		return this.scale;
	}

	public HookProperties getHooks() {
		return this.hooks;
	}

	public Worker getWorker() {
		return this.worker;
	}

	/**
	 * Settings of the worker processes.
	 */
	public static class Worker {

		/**
		 * JVM options of the workers, in addition to those of the master, which they
		 * share. '{slot}' stands for the worker's slot, from 0.
		 */
		private List<String> jvmArgs = new ArrayList<>();

		public List<String> getJvmArgs() {
			return this.jvmArgs;
		}

		public void setJvmArgs(List<String> jvmArgs) {
			this.jvmArgs = jvmArgs;
		}

	}

}
