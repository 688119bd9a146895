package sample.prefork.process;

import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The class path of the tests, to start an application from classes and not from a jar.
 * Optional parts of it are left out unless they are asked for.
 */
enum TestClassPath {

	/** The sample as a build tool would run it. */
	PLAIN(Part.SECURITY, Part.DEVTOOLS, Part.JETTY, Part.WEBFLUX, Part.NETTY),
	/** With Spring Security. */
	SECURED(Part.DEVTOOLS, Part.JETTY, Part.WEBFLUX, Part.NETTY),
	/** With the developer tools. */
	DEVTOOLS(Part.SECURITY, Part.JETTY, Part.WEBFLUX, Part.NETTY),
	/** With Jetty instead of Tomcat. */
	JETTY(Part.SECURITY, Part.DEVTOOLS, Part.TOMCAT, Part.WEBFLUX, Part.NETTY),
	/** For a reactive application on Reactor Netty. */
	REACTOR_NETTY(Part.SECURITY, Part.DEVTOOLS, Part.SERVLET, Part.DATABASE, Part.TOMCAT, Part.JETTY),
	/** For a reactive application on Tomcat. */
	REACTIVE_TOMCAT(Part.SECURITY, Part.DEVTOOLS, Part.SERVLET, Part.DATABASE, Part.JETTY, Part.NETTY),
	/** For a reactive application on Jetty. */
	REACTIVE_JETTY(Part.SECURITY, Part.DEVTOOLS, Part.SERVLET, Part.DATABASE, Part.TOMCAT, Part.NETTY);

	private final List<Part> without;

	TestClassPath(Part... without) {
		this.without = List.of(without);
	}

	@Override
	public String toString() {
		String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		return Arrays.stream(all.split(File.pathSeparator))
			.filter((entry) -> this.without.stream().noneMatch((part) -> part.has(new File(entry).getName())))
			.collect(Collectors.joining(File.pathSeparator));
	}

	/**
	 * What may be left out, by pieces of the names of files.
	 */
	private enum Part {

		SECURITY("spring-security", "boot-security", "starter-security"), DEVTOOLS("devtools"), JETTY("jetty"),
		/** But for its expression language, which Jetty uses. */
		TOMCAT("spring-boot-tomcat", "tomcat-embed-core", "tomcat-embed-websocket"), SERVLET("webmvc"),
		DATABASE("jdbc", "h2-", "HikariCP"), WEBFLUX("webflux", "spring-boot-reactor", "reactor-core"), NETTY("netty");

		private final List<String> pieces;

		Part(String... pieces) {
			this.pieces = List.of(pieces);
		}

		boolean has(String file) {
			return this.pieces.stream().anyMatch(file::contains);
		}

	}

}
