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
	PLAIN("security", "devtools", "jetty"),
	/** With Spring Security. */
	SECURED("devtools", "jetty"),
	/** With the developer tools. */
	DEVTOOLS("security", "jetty"),
	/** With Jetty instead of Tomcat, whose expression language it uses. */
	JETTY("spring-security", "boot-security", "starter-security", "devtools", "spring-boot-tomcat", "tomcat-embed-core",
			"tomcat-embed-websocket");

	private final List<String> without;

	TestClassPath(String... without) {
		this.without = List.of(without);
	}

	@Override
	public String toString() {
		String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		return Arrays.stream(all.split(File.pathSeparator))
			.filter((entry) -> this.without.stream().noneMatch(new File(entry).getName()::contains))
			.collect(Collectors.joining(File.pathSeparator));
	}

}
