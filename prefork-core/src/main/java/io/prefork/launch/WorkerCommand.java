package io.prefork.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How one worker is started.
 *
 * @param executable the {@code java} command
 * @param options options of the JVM
 * @param main what follows the options: jar, class or module, then the application's
 * arguments
 * @param environment the worker's whole environment
 */
public record WorkerCommand(String executable, List<String> options, List<String> main,
		Map<String, String> environment) {

	/**
	 * Longest command, in bytes, that is passed on as it is. Linux takes no single
	 * argument over 128 KiB (execve(2), {@code MAX_ARG_STRLEN}), and a class path is a
	 * single one.
	 */
	static final int LONGEST = 100 * 1024;

	public WorkerCommand {
		options = List.copyOf(options);
		main = List.copyOf(main);
		environment = Map.copyOf(environment);
	}

	/**
	 * The command line.
	 * @return executable and arguments
	 */
	public List<String> command() {
		List<String> command = new ArrayList<>();
		command.add(this.executable);
		command.addAll(this.options);
		command.addAll(this.main);
		return List.copyOf(command);
	}

	/**
	 * Where the JVM reports a fatal error.
	 * @return {@code -XX:ErrorFile}, or empty if it is not set; unknown of a command that
	 * was {@linkplain #shortened shortened}
	 */
	public Optional<String> errorFile() {
		return FaultOptions.errorFile(this.options);
	}

	/**
	 * Whether the JVM ends with status 3 when it is out of memory.
	 * @return whether {@code -XX:+ExitOnOutOfMemoryError} is set; unknown of a command
	 * that was {@linkplain #shortened shortened}
	 */
	public boolean exitsOnOutOfMemory() {
		return FaultOptions.exitsOnOutOfMemory(this.options);
	}

	/**
	 * Moves the options of a long command into an argument file of the {@code java}
	 * command.
	 * @param file the file, written only if needed, replaced if it exists; must stay as
	 * long as the worker has not started
	 * @return this command if it is short enough, else one that names the file
	 * @throws UncheckedIOException if the file cannot be written
	 */
	public WorkerCommand shortened(Path file) {
		Charset charset = Charset.forName(System.getProperty("sun.jnu.encoding", Charset.defaultCharset().name()));
		if (command().stream().mapToInt((word) -> word.getBytes(charset).length + 1).sum() <= LONGEST) {
			return this;
		}
		Stream<String> lines = this.options.stream().map(WorkerCommand::quote);
		try {
			// The file is read as bytes, as the command line would be
			Files.write(file, (Iterable<String>) lines::iterator, charset);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot write the workers' argument file " + file, ex);
		}
		return new WorkerCommand(this.executable, List.of("@" + file.toAbsolutePath()), this.main, this.environment);
	}

	/**
	 * Inside quotes the {@code java} command takes everything literally but the backslash
	 * and the quote itself.
	 */
	private static String quote(String word) {
		return '"' + word.replace("\\", "\\\\")
			.replace("\"", "\\\"")
			.replace("\n", "\\n")
			.replace("\r", "\\r")
			.replace("\t", "\\t")
			.replace("\f", "\\f") + '"';
	}

}
