package sample.prefork.process;

import java.util.List;
import java.util.regex.Pattern;

import sample.prefork.SampleApplication;
import sample.reactive.ReactiveApplication;

/**
 * The web servers, each with an application that has the same paths.
 */
enum Server {

	TOMCAT("Tomcat", "sync", "gthread", "async", "custom"), JETTY("Jetty", "sync", "gthread", "async", "custom"),
	REACTOR_NETTY("Netty", "reactive"), REACTIVE_TOMCAT("Tomcat", "reactive"), REACTIVE_JETTY("Jetty", "reactive");

	private final Pattern started;

	private final List<String> workerClasses;

	Server(String name, String... workerClasses) {
		this.started = Pattern.compile(name + " started on port");
		this.workerClasses = List.of(workerClasses);
	}

	/**
	 * The worker classes that are tested on it: all that make a difference.
	 * @return names as the endpoint shows them
	 */
	List<String> workerClasses() {
		return this.workerClasses;
	}

	/**
	 * The line that it prints when it has started.
	 * @return what is to be found in the line
	 */
	Pattern started() {
		return this.started;
	}

	PoolLauncher launch(PoolLauncher launcher) {
		return switch (this) {
			case TOMCAT -> launcher;
			case JETTY -> launcher.main(SampleApplication.class.getName(), TestClassPath.JETTY);
			case REACTOR_NETTY -> launcher.main(ReactiveApplication.class.getName(), TestClassPath.REACTOR_NETTY);
			case REACTIVE_TOMCAT -> launcher.main(ReactiveApplication.class.getName(), TestClassPath.REACTIVE_TOMCAT);
			case REACTIVE_JETTY -> launcher.main(ReactiveApplication.class.getName(), TestClassPath.REACTIVE_JETTY);
		};
	}

}
