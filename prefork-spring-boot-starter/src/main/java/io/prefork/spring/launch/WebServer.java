package io.prefork.spring.launch;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

import io.prefork.worker.WorkerType;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * The web server that Boot is going to start, as far as the class path tells, and the
 * worker classes that it can host, the default first.
 */
enum WebServer {

	TOMCAT("a servlet application on Tomcat", WorkerType.GTHREAD, WorkerType.SYNC, WorkerType.ASYNC),

	REACTIVE_TOMCAT("a reactive application on Tomcat", WorkerType.REACTIVE, WorkerType.SYNC, WorkerType.GTHREAD,
			WorkerType.ASYNC),

	REACTOR_NETTY("a reactive application on Reactor Netty", WorkerType.REACTIVE);

	private static final String TOMCAT_CLASS = "org.apache.catalina.startup.Tomcat";

	private static final String NETTY_CLASS = "org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory";

	private final String description;

	private final WorkerType defaultType;

	private final Set<WorkerType> types;

	WebServer(String description, WorkerType defaultType, WorkerType... others) {
		this.description = description;
		this.defaultType = defaultType;
		this.types = EnumSet.of(defaultType, others);
	}

	/**
	 * The web server of an application.
	 * @param application the application
	 * @param environment its environment
	 * @return the server, or empty if there is none that can be in a pool
	 */
	static Optional<WebServer> of(SpringApplication application, Environment environment) {
		ClassLoader loader = application.getClassLoader();
		boolean tomcat = ClassUtils.isPresent(TOMCAT_CLASS, loader);
		return switch (webType(application, environment)) {
			case NONE -> Optional.empty();
			case SERVLET -> tomcat ? Optional.of(TOMCAT) : Optional.empty();
			// Where there are both, Boot takes Netty: it sorts by the names of packages
			case REACTIVE -> ClassUtils.isPresent(NETTY_CLASS, loader) ? Optional.of(REACTOR_NETTY)
					: tomcat ? Optional.of(REACTIVE_TOMCAT) : Optional.empty();
		};
	}

	/**
	 * The type of an application, as its settings will have it in the end.
	 */
	static WebApplicationType webType(SpringApplication application, Environment environment) {
		WebApplicationType type = application.getWebApplicationType();
		return Binder.get(environment)
			.bind("spring.main.web-application-type", WebApplicationType.class)
			.orElse((type != null) ? type : WebApplicationType.NONE);
	}

	WorkerType defaultType() {
		return this.defaultType;
	}

	Set<WorkerType> types() {
		return this.types;
	}

	@Override
	public String toString() {
		return this.description;
	}

}
