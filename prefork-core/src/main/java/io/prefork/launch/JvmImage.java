package io.prefork.launch;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a JVM was started with, as far as another one can be started the same way.
 *
 * @param executable the {@code java} command
 * @param workingDirectory the directory it was started in, absolute
 * @param jvmArguments options of the JVM from everywhere: {@code JAVA_TOOL_OPTIONS},
 * {@code JDK_JAVA_OPTIONS}, command line, argument files, {@code _JAVA_OPTIONS}, in the
 * order in which they apply. Flags from an {@code -XX:Flags} file come first and without
 * their {@code -XX:}
 * @param entryPoint jar, class or module that was named
 * @param arguments the application's arguments
 * @param environment environment variables
 */
public record JvmImage(Path executable, Path workingDirectory, List<String> jvmArguments, EntryPoint entryPoint,
		List<String> arguments, Map<String, String> environment) {

	public JvmImage {
		jvmArguments = List.copyOf(jvmArguments);
		arguments = List.copyOf(arguments);
		environment = Map.copyOf(environment);
	}

	/**
	 * The image of the running JVM.
	 * @param arguments what {@code main} was given; the JVM itself keeps them unquoted
	 * only, so that an argument with a blank cannot be told from two
	 * @return the image
	 * @throws IllegalStateException if no second JVM can be started like this one; the
	 * message says why
	 */
	public static JvmImage current(String[] arguments) {
		EntryPoint entryPoint = EntryPoint.of(System.getProperty("java.class.path", ""),
				Optional.ofNullable(System.getProperty("jdk.module.main")), System.getProperty("sun.java.command", ""));
		return new JvmImage(currentExecutable(), Path.of(System.getProperty("user.dir")).toAbsolutePath(),
				ManagementFactory.getRuntimeMXBean().getInputArguments(), entryPoint, List.of(arguments),
				System.getenv());
	}

	/**
	 * What starts a JVM like the running one. The process's own executable may be a
	 * launcher of another name (jpackage); the one of {@code java.home} then starts the
	 * same JVM.
	 * @return the {@code java} command
	 */
	public static Path currentExecutable() {
		Optional<Path> own = ProcessHandle.current().info().command().map(Path::of);
		Path fromHome = Path.of(System.getProperty("java.home"), "bin", "java");
		return own.filter((path) -> path.endsWith("java") || !Files.isExecutable(fromHome)).orElse(fromHome);
	}

}
