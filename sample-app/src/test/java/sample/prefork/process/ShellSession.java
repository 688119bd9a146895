package sample.prefork.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;

/**
 * A shell that is given one command after the other, as by somebody at a terminal.
 */
final class ShellSession implements AutoCloseable {

	private final Process shell;

	private final Writer input;

	private final Path output;

	private int commands;

	private int read;

	private ShellSession(Process shell, Path output) {
		this.shell = shell;
		this.input = shell.outputWriter(StandardCharsets.UTF_8);
		this.output = output;
	}

	static ShellSession open(Path directory) throws IOException {
		Path output = Files.createTempFile(directory, "shell", ".out");
		return new ShellSession(new ProcessBuilder("/bin/sh").directory(directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start(), output);
	}

	/**
	 * Has a command executed.
	 * @param command what is typed
	 * @param timeout how long it may take
	 * @return what came of it
	 */
	Outcome execute(String command, Duration timeout) throws IOException {
		this.commands++;
		Pattern end = Pattern.compile("\n@@" + this.commands + " (\\d+)\n");
		this.input.write(command + "\nprintf '\\n@@%d %d\\n' " + this.commands + " $?\n");
		this.input.flush();
		Matcher ended = Awaitility.await("the end of " + command)
			.pollInterval(Duration.ofMillis(50))
			.atMost(timeout)
			.until(() -> end.matcher(printed()), Matcher::find);
		Outcome outcome = new Outcome(Integer.parseInt(ended.group(1)),
				printed().substring(this.read, ended.start()).strip());
		this.read = ended.end();
		return outcome;
	}

	private String printed() {
		try {
			return Files.readString(this.output);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.shell.destroy();
		try {
			if (!this.shell.waitFor(PoolProcess.SOON.toSeconds(), TimeUnit.SECONDS)) {
				this.shell.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * What came of a command.
	 *
	 * @param status its exit status
	 * @param output what it printed, without white space around it
	 */
	record Outcome(int status, String output) {
	}

}
