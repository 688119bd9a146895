package io.prefork.spring.launch;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

import io.prefork.worker.WorkerSpec;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.NativeDetector;
import org.springframework.core.SpringProperties;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Decides the role of a process from how it was started. A master is only what was
 * started from a {@code main} method as a web application on Linux; whatever else there
 * is stays an ordinary application, as devtools does it.
 */
class RoleDetector {

	/**
	 * Frames that betray a test or a build step.
	 */
	private static final List<String> FOREIGN_FRAMES = List.of("org.junit.", "org.testng.",
			"org.springframework.boot.test.", "cucumber.", "io.cucumber.", "org.apache.maven.surefire.",
			"org.springframework.boot.SpringApplicationAotProcessor");

	private final SpringApplication application;

	private final ConfigurableEnvironment environment;

	private final StackTraceElement[] stack;

	RoleDetector(SpringApplication application, ConfigurableEnvironment environment) {
		this(application, environment, Thread.currentThread().getStackTrace());
	}

	RoleDetector(SpringApplication application, ConfigurableEnvironment environment, StackTraceElement[] stack) {
		this.application = application;
		this.environment = environment;
		this.stack = stack.clone();
	}

	Role detect() {
		if (this.environment.getPropertySources().contains(MasterContext.PROPERTY_SOURCE)
				|| this.environment.getPropertySources().contains("bootstrap")) {
			return Role.NESTED;
		}
		if (WorkerSpec.fromSystemProperties().isPresent()) {
			// What ran in the master before it became one: a parent context, for
			// instance.
			return byWebType().isPresent() ? Role.NESTED : Role.WORKER;
		}
		return reasonToStayOut().map(Role::ordinary).orElse(Role.MASTER);
	}

	private Optional<String> reasonToStayOut() {
		return bySetting().or(this::byWebType).or(this::byPlatform).or(this::byCaller);
	}

	private Optional<String> bySetting() {
		if (!setting("prefork.enabled", Boolean.class).orElse(true)) {
			return Optional.of("'prefork.enabled' is false");
		}
		if ("onRefresh".equalsIgnoreCase(SpringProperties.getProperty("spring.context.exit"))) {
			return Optional.of("'spring.context.exit' asks for a training run");
		}
		if (Boolean.getBoolean("spring.aot.processing")) {
			return Optional.of("this is ahead-of-time processing");
		}
		return Optional.empty();
	}

	/**
	 * Bound rather than converted, so that a value of the wrong type ends in Boot's own
	 * failure analysis.
	 */
	private <T> BindResult<T> setting(String name, Class<T> type) {
		return Binder.get(this.environment).bind(name, type);
	}

	private Optional<String> byWebType() {
		if (WebServer.webType(this.application, this.environment) == WebApplicationType.NONE) {
			return Optional.of("it is no web application");
		}
		if (setting("server.port", Integer.class).orElse(0) < 0) {
			return Optional.of("'server.port' is negative, so there is nothing to listen on");
		}
		boolean deployed = this.application.getInitializers()
			.stream()
			.anyMatch((initializer) -> initializer.getClass()
				.getName()
				.endsWith("ServletContextApplicationContextInitializer"));
		if (deployed) {
			return Optional.of("it is deployed to a servlet container");
		}
		if (WebServer.of(this.application, this.environment).isEmpty()) {
			return Optional.of("its web server is none of Tomcat, Jetty and Reactor Netty");
		}
		return Optional.empty();
	}

	private Optional<String> byPlatform() {
		if (NativeDetector.inNativeImage()) {
			return Optional.of("it is a native image");
		}
		String os = System.getProperty("os.name", "unknown");
		return os.toLowerCase(Locale.ROOT).startsWith("linux") ? Optional.empty()
				: Optional.of("it runs on " + os + "; pools need Linux");
	}

	private Optional<String> byCaller() {
		for (StackTraceElement frame : this.stack) {
			for (String foreign : FOREIGN_FRAMES) {
				if (frame.getClassName().startsWith(foreign)) {
					return Optional.of("it was started by a test or a build (" + foreign + "*)");
				}
			}
		}
		ClassLoader loader = this.application.getClassLoader();
		if (loader.getClass().getName().endsWith("RestartClassLoader")
				|| "restartedMain".equals(Thread.currentThread().getName())) {
			return Optional.of("devtools restarts it within one process");
		}
		if (!"main".equals(this.stack[this.stack.length - 1].getMethodName())) {
			return Optional.of("it was not started from a main method");
		}
		return Optional.empty();
	}

}
