package sample.prefork.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * Starts the sample, or another application, as a process of its own.
 */
final class PoolLauncher {

	/** Entry by which everything that descends from a launched process is found. */
	static final String MARK = "PREFORK_TEST_RUN";

	/** Where the sample is laid out, once for all tests that have it laid out. */
	static final Path CACHE = Path.of("target", "code-cache").toAbsolutePath();

	private static final List<String> FAST = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m",
			"-XX:-CreateCoredumpOnCrash");

	private static final int LOWEST_PORT = 16384;

	private static final int HIGHEST_PORT = 32768;

	private final JavaHome java;

	private final Path directory;

	private final Path log;

	private final Consumer<PoolProcess> started;

	private final List<String> jvmArguments = new ArrayList<>(FAST);

	private List<String> program = List.of();

	private List<String> wrapper = List.of();

	private final List<String> arguments = new ArrayList<>();

	private final Map<String, String> environment = new HashMap<>();

	/**
	 * Below it masters make their run directories; it is never gone, and empty at the
	 * end.
	 */
	private String run = "run";

	private int port = freePort();

	private int managementPort;

	PoolLauncher(JavaHome java, Path directory, Path log, Consumer<PoolProcess> started) {
		this.java = java;
		this.directory = directory;
		this.log = log;
		this.started = started;
	}

	PoolLauncher arguments(String... arguments) {
		this.arguments.addAll(List.of(arguments));
		return this;
	}

	PoolLauncher jvmArguments(String... arguments) {
		this.jvmArguments.addAll(List.of(arguments));
		return this;
	}

	PoolLauncher environment(String name, String value) {
		this.environment.put(name, value);
		return this;
	}

	PoolLauncher chaos() {
		return arguments("--spring.profiles.active=chaos");
	}

	/**
	 * Lets it share no run directory with others of the same test.
	 * @return this
	 */
	PoolLauncher apart() {
		this.run = "run-apart";
		return this;
	}

	PoolLauncher port(int port) {
		this.port = port;
		return this;
	}

	/**
	 * Lets the master serve the actuator, on a port of its own.
	 * @return this
	 */
	PoolLauncher managementPort() {
		this.managementPort = freePort();
		return arguments("--management.server.port=" + this.managementPort);
	}

	/**
	 * Starts the executable jar as it was built, or as it was extracted to elsewhere.
	 * @param jar the jar
	 * @return this
	 */
	PoolLauncher jar(Path jar) {
		this.program = List.of("-jar", jar.toString());
		return this;
	}

	PoolLauncher main(String mainClass, TestClassPath classPath) {
		this.program = List.of("-cp", classPath.toString(), mainClass);
		return this;
	}

	/**
	 * Has the process started by another program, which gets the command appended.
	 * @param command the program and its arguments
	 * @return this
	 */
	PoolLauncher under(String... command) {
		this.wrapper = List.of(command);
		return this;
	}

	PoolProcess start() {
		Path runDirectory = this.directory.resolve(this.run);
		List<String> command = new ArrayList<>(this.wrapper);
		command.add(this.java.tool("java").toString());
		command.addAll(this.jvmArguments);
		command.addAll(this.program.isEmpty() ? FastSample.program(this.java) : this.program);
		command.addAll(List.of("--server.port=" + this.port, "--prefork.run-directory=" + runDirectory));
		command.addAll(this.arguments);
		String mark = UUID.randomUUID().toString();
		this.environment.put(MARK, mark);
		// A test may set them otherwise, as arguments.
		this.environment.putIfAbsent("PREFORK_GRACEFULTIMEOUT", "10s");
		// Longer than a machine that is busy keeps a client from its next request
		this.environment.putIfAbsent("PREFORK_DRAINQUIETPERIOD", "5s");
		this.environment.putIfAbsent("PREFORK_CACHEDIR", CACHE.toString());
		this.environment.putIfAbsent("PREFORK_ROLLOUT_CANARYWINDOW", "1s");
		PoolProcess process = new PoolProcess(execute(command), mark, this.port,
				(this.managementPort != 0) ? this.managementPort : this.port, runDirectory, new LogFile(this.log));
		this.started.accept(process);
		return process;
	}

	private Process execute(List<String> command) {
		try {
			Files.createDirectories(this.log.getParent());
			Files.createDirectories(this.directory.resolve(this.run));
			ProcessBuilder builder = new ProcessBuilder(command).directory(this.directory.toFile())
				.redirectInput(new File("/dev/null"))
				.redirectErrorStream(true)
				.redirectOutput(Redirect.to(this.log.toFile()));
			builder.environment().putAll(this.environment);
			return builder.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * A port that nobody listens on. It is below those that the kernel gives to clients
	 * (ip_local_port_range, from 32768), so that none of thousands of them gets it before
	 * a JVM has started and listens.
	 * @return the port
	 */
	static int freePort() {
		while (true) {
			int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
			try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
				return socket.getLocalPort();
			}
			catch (BindException ex) {
				// Somebody has it
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

}
