package io.prefork.spring.launch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.prefork.os.Listener;
import io.prefork.worker.HealthCheck;
import io.prefork.worker.RequestListener;
import io.prefork.worker.Worker;
import io.prefork.worker.WorkerAgent;
import io.prefork.worker.WorkerSpec;
import io.prefork.worker.WorkerType;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.StringUtils;

/**
 * Makes an ordinary run of the application a worker: the agent is connected as soon as
 * Boot gives a chance, the environment is adapted to one of several processes, and the
 * master is told how it went.
 */
final class WorkerBootstrap {

	static final String PROPERTY_SOURCE = "preforkWorker";

	private static final AtomicReference<@Nullable WorkerBootstrap> CURRENT = new AtomicReference<>();

	private final WorkerAgent agent;

	private final AtomicBoolean taken = new AtomicBoolean();

	private volatile @Nullable WorkerEvents events;

	private WorkerBootstrap(WorkerAgent agent) {
		this.agent = agent;
	}

	/**
	 * The bootstrap of this process; the agent is connected the first time.
	 * @param spec what the master told
	 * @return the bootstrap
	 */
	static synchronized WorkerBootstrap of(WorkerSpec spec) {
		WorkerBootstrap current = CURRENT.get();
		if (current == null) {
			current = new WorkerBootstrap(WorkerAgent.connect(spec));
			CURRENT.set(current);
		}
		return current;
	}

	/**
	 * Takes the worker for a run of an application. A process is one worker: a second web
	 * application in it is none of the pool's.
	 * @return {@code true} the first time
	 */
	boolean take() {
		return this.taken.compareAndSet(false, true);
	}

	void environmentPrepared(SpringApplication application, ConfigurableEnvironment environment) {
		WebServer server = WebServer.of(application, environment).orElse(WebServer.TOMCAT);
		PoolSettings settings = PoolSettings.of(environment, server);
		if (server == WebServer.REACTOR_NETTY) {
			configureReactorNetty(settings);
		}
		environment.getPropertySources()
			.addFirst(
					new MapPropertySource(PROPERTY_SOURCE, overrides(environment, this.agent.spec(), settings.type())));
		environment.getPropertySources()
			.addLast(new MapPropertySource(PROPERTY_SOURCE + "Defaults", defaults(this.agent.spec())));
		this.agent.configure(settings.workerSettings(Runtime.getRuntime().availableProcessors()),
				settings.requestLimits(), settings.properties().getDeadlockInterval());
		this.agent.onReopenLogs(LogFiles::reopen);
		Worker.become(this.agent);
	}

	/**
	 * Reactor Netty reads this once, when its classes are loaded.
	 */
	private static void configureReactorNetty(PoolSettings settings) {
		Integer threads = settings.properties().getThreads();
		if (threads != null) {
			System.setProperty(PoolSettings.EVENT_LOOPS, threads.toString());
		}
	}

	private static Map<String, Object> overrides(ConfigurableEnvironment environment, WorkerSpec spec,
			WorkerType type) {
		Map<String, Object> overrides = new LinkedHashMap<>();
		overrides.put("spring.main.banner-mode", "off");
		overrides.put("spring.application.admin.enabled", false);
		overrides.put("server.port", port(spec));
		if (MasterContext.hasOwnManagementPort(environment)) {
			overrides.put("management.server.port", -1);
		}
		if (type == WorkerType.ASYNC) {
			overrides.put("spring.threads.virtual.enabled", true);
		}
		String accessLog = environment.getProperty("server.tomcat.accesslog.prefix", "access_log");
		overrides.put("server.tomcat.accesslog.prefix", accessLog + ".w" + spec.slot());
		String jettyAccessLog = environment.getProperty("server.jetty.accesslog.filename");
		if (StringUtils.hasText(jettyAccessLog)) {
			overrides.put("server.jetty.accesslog.filename",
					ApplicationLauncher.withSlot(jettyAccessLog, Integer.toString(spec.slot())));
		}
		return overrides;
	}

	/**
	 * What the application may set otherwise: push registries would overwrite each
	 * other's series without a tag.
	 */
	private static Map<String, Object> defaults(WorkerSpec spec) {
		Map<String, Object> defaults = new LinkedHashMap<>();
		defaults.put("management.metrics.tags.worker", Integer.toString(spec.slot()));
		defaults.put("server.tomcat.accesslog.check-exists", true);
		defaults.put("server.jetty.accesslog.append", true);
		return defaults;
	}

	private static int port(WorkerSpec spec) {
		return spec.listeners()
			.stream()
			.filter((listener) -> listener.family() != Listener.Family.UNIX)
			.map((listener) -> listener.address().substring(listener.address().lastIndexOf(':') + 1))
			.map(Integer::parseInt)
			.findFirst()
			.orElse(0);
	}

	void contextPrepared(ConfigurableApplicationContext context) {
		context.getBeanFactory().registerSingleton(MasterContext.CONTROL_BEAN, this.agent.pool());
		context.addApplicationListener((event) -> {
			if (event instanceof AvailabilityChangeEvent<?> change
					&& change.getState() instanceof ReadinessState state) {
				this.agent.refuseTraffic(state == ReadinessState.REFUSING_TRAFFIC);
			}
			else if (event instanceof ContextClosedEvent closed && closed.getApplicationContext() == context) {
				closed();
			}
		});
	}

	void ready(ConfigurableApplicationContext context) {
		WorkerEvents events = new WorkerEvents(context, this.agent.spec());
		try {
			context.getBeanProvider(HealthCheck.class).ifAvailable(this.agent::onCheckHealth);
			this.agent.requests().tell(context.getBeanProvider(RequestListener.class).orderedStream().toList());
			events.ready();
		}
		catch (RuntimeException | Error ex) {
			// Boot tells nobody of what fails as late as here.
			failed(ex, context);
			throw ex;
		}
		this.events = events;
		this.agent.observe(events);
		this.agent.ready(context::close);
	}

	private void closed() {
		this.agent.closing();
		WorkerEvents current = this.events;
		if (current != null) {
			current.exiting();
		}
	}

	void failed(Throwable exception, @Nullable ConfigurableApplicationContext context) {
		this.agent.bootFailed(FailureDescription.of(exception, context));
	}

}
