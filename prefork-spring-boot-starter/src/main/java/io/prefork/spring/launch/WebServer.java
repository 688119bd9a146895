package io.prefork.spring.launch;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
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
 * worker classes that it can host, the default first. Where the class path has several,
 * Boot takes the first of them in the order of the constants: it sorts its
 * auto-configurations by their names.
 */
enum WebServer {

	JETTY("a servlet application on Jetty", "server.jetty", WebApplicationType.SERVLET,
			List.of(Names.JETTY, "org.springframework.boot.jetty.servlet.JettyServletWebServerFactory"),
			WorkerType.GTHREAD, WorkerType.SYNC, WorkerType.ASYNC, WorkerType.CUSTOM),

	TOMCAT("a servlet application on Tomcat", "server.tomcat", WebApplicationType.SERVLET,
			List.of(Names.TOMCAT, "org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory"),
			WorkerType.GTHREAD, WorkerType.SYNC, WorkerType.ASYNC, WorkerType.CUSTOM),

	REACTIVE_JETTY("a reactive application on Jetty", "server.jetty", WebApplicationType.REACTIVE,
			List.of(Names.JETTY, "org.springframework.boot.jetty.reactive.JettyReactiveWebServerFactory"),
			WorkerType.REACTIVE, WorkerType.SYNC, WorkerType.GTHREAD, WorkerType.ASYNC, WorkerType.CUSTOM),

	REACTOR_NETTY("a reactive application on Reactor Netty", "server.netty", WebApplicationType.REACTIVE,
			List.of("reactor.netty.http.server.HttpServer",
					"org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory"),
			WorkerType.REACTIVE),

	REACTIVE_TOMCAT("a reactive application on Tomcat", "server.tomcat", WebApplicationType.REACTIVE,
			List.of(Names.TOMCAT, "org.springframework.boot.tomcat.reactive.TomcatReactiveWebServerFactory"),
			WorkerType.REACTIVE, WorkerType.SYNC, WorkerType.GTHREAD, WorkerType.ASYNC, WorkerType.CUSTOM);

	private final String description;

	private final String settings;

	private final WebApplicationType webType;

	private final List<String> classes;

	private final WorkerType defaultType;

	private final Set<WorkerType> types;

	WebServer(String description, String settings, WebApplicationType webType, List<String> classes,
			WorkerType defaultType, WorkerType... others) {
		this.description = description;
		this.settings = settings;
		this.webType = webType;
		this.classes = classes;
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
		WebApplicationType webType = webType(application, environment);
		ClassLoader loader = application.getClassLoader();
		return Arrays.stream(values())
			.filter((server) -> server.webType == webType)
			.filter((server) -> server.classes.stream().allMatch((name) -> ClassUtils.isPresent(name, loader)))
			.findFirst();
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

	/**
	 * Where Boot has the server's own settings.
	 * @return the beginning of their names, without a dot at the end
	 */
	String settings() {
		return this.settings;
	}

	/**
	 * One of the server's own settings, as far as it is a positive number: Boot ignores
	 * others.
	 * @param environment the environment
	 * @param name its name, after that of the server
	 * @return its value, or empty if it is not set
	 */
	Optional<Integer> setting(Environment environment, String name) {
		return Binder.get(environment)
			.bind(this.settings + "." + name, Integer.class)
			.map((value) -> (value > 0) ? Optional.of(value) : Optional.<Integer>empty())
			.orElse(Optional.empty());
	}

	/**
	 * Whether threads that serve one request each can be told to be virtual ones.
	 */
	boolean isThreaded() {
		return this.defaultType == WorkerType.GTHREAD;
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

	private static final class Names {

		private static final String JETTY = "org.eclipse.jetty.server.Server";

		private static final String TOMCAT = "org.apache.catalina.startup.Tomcat";

	}

}
