package io.prefork.launch;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import io.prefork.worker.WorkerSpec;

/**
 * An application that starts itself again as a worker, which prints what it was started
 * with. Its own input argument {@code -Dpadding=N} asks for an option of N characters.
 */
final class EchoApplication {

	private EchoApplication() {
	}

	public static void main(String[] arguments) throws IOException, InterruptedException {
		if (WorkerSpec.fromSystemProperties().isPresent()) {
			echo(arguments);
			return;
		}
		Path directory = Path.of(System.getProperty("run-directory"));
		WorkerSpec spec = new WorkerSpec(3, 1, 1, directory, List.of());
		List<String> extra = List.of("-Dpad={slot}" + "x".repeat(Integer.getInteger("padding", 0)));
		JvmImage image = JvmImage.current(arguments);
		WorkerCommands commands = new WorkerCommands(image, extra);
		List<String> shares = new WorkerSizing(Machine.current(), commands.chosenOptions()).options(2, 0);
		WorkerCommand command = commands.forWorker(spec, shares, image.entryPoint())
			.shortened(directory.resolve("worker-3.args"));
		ProcessBuilder builder = new ProcessBuilder(command.command()).inheritIO();
		builder.environment().clear();
		builder.environment().putAll(command.environment());
		System.exit(builder.start().waitFor());
	}

	private static void echo(String[] arguments) {
		print("home", System.getProperty("java.home"));
		print("command", System.getProperty("sun.java.command"));
		print("class-path", System.getProperty("java.class.path"));
		ManagementFactory.getRuntimeMXBean().getInputArguments().forEach((option) -> print("option", option));
		for (String argument : arguments) {
			print("argument", argument);
		}
		System.getenv().keySet().forEach((name) -> print("variable", name));
	}

	private static void print(String key, String value) {
		PrintStream out = System.out;
		out.println(key + " " + URLEncoder.encode(value, StandardCharsets.UTF_8));
	}

}
