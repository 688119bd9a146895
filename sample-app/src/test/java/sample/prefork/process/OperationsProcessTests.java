package sample.prefork.process;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The commands of {@code docs/operations.md}, from the first to the last, which stops the
 * pool: each ends well and prints what the page shows, where dots stand for anything.
 */
class OperationsProcessTests extends ProcessTestSupport {

	private static final Path JAR = Path.of(System.getProperty("prefork.test.jar"));

	private static final Path CURL = Path.of("/usr/bin/curl");

	private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");

	private static final Pattern INLINE = Pattern.compile("`((?:curl|kill) [^`]*)`");

	private static final String PROMPT = "$ ";

	@Test
	void whenCommandsOfThePageAreTypedThenTheyDoWhatItSays() throws IOException {
		if (!Files.isExecutable(CURL)) {
			System.out.println("The commands of docs/operations.md are not run: there is no " + CURL);
		}
		Assumptions.assumeTrue(Files.isExecutable(CURL));
		List<Step> steps = steps();
		assertThat(steps).hasSizeGreaterThan(15);
		Path jar = Files.copy(JAR, this.directory.resolve("shop.jar"));
		addFile(Files.copy(JAR, this.directory.resolve("shop.jar.new")), "META-INF/next");
		Path pidfile = this.directory.resolve("shop.pid");
		PoolProcess pool = launcher().chaos()
			.managementPort()
			.jar(jar)
			.arguments("--prefork.workers=1", "--prefork.pidfile=" + pidfile)
			.start();
		pool.expectProblems(LogLines.RELOAD_FAILED);
		pool.awaitSettled(1);
		String actuator = "127.0.0.1:" + pool.managementPort() + "/actuator/";
		Map<String, String> variables = new TreeMap<>(
				Map.of("POOL", actuator + "prefork", "HEALTH", actuator + "health", "PIDFILE", pidfile.toString(),
						"JAR", jar.toString(), "LOG", pool.log().path().toString()));
		try (ShellSession shell = ShellSession.open(this.directory)) {
			for (Step step : steps) {
				String command = step.with(variables);
				ShellSession.Outcome outcome = shell.execute(command, PoolProcess.BOOT);
				assertThat(outcome.status()).as("exit status of %s, which printed %s", command, outcome.output())
					.isZero();
				assertThat(outcome.output()).as("output of %s", command).matches(step.expected());
			}
		}
		assertThat(variables).as("variables that the page does not set").isEmpty();
		assertThat(pool.awaitExit(PoolProcess.SOON)).isZero();
	}

	@Test
	void whenCommandStandsInTheTextThenItIsOneOfThoseThatAreRun() throws IOException {
		List<String> commands = steps().stream().map(Step::command).toList();
		assertThat(INLINE.matcher(page()).results().map((MatchResult inline) -> inline.group(1)))
			.allSatisfy((inline) -> assertThat(commands).anyMatch((command) -> command.contains(inline)));
	}

	/**
	 * The same application, and yet other content.
	 */
	private static void addFile(Path jar, String name) throws IOException {
		try (FileSystem archive = FileSystems.newFileSystem(URI.create("jar:" + jar.toUri()), Map.of())) {
			Files.writeString(archive.getPath(name), name);
		}
	}

	private static List<Step> steps() throws IOException {
		List<Step> steps = new ArrayList<>();
		Matcher block = BLOCK.matcher(page());
		while (block.find()) {
			assertThat(block.group(1)).as("language of %s", block.group()).isEqualTo("console");
			List<String> expected = new ArrayList<>();
			String command = "";
			for (String line : block.group(2).lines().toList()) {
				if (line.startsWith(PROMPT)) {
					add(steps, command, expected);
					command = line.substring(PROMPT.length());
					expected.clear();
				}
				else {
					expected.add(line);
				}
			}
			add(steps, command, expected);
		}
		return steps;
	}

	private static void add(List<Step> steps, String command, List<String> expected) {
		if (!command.isEmpty()) {
			steps.add(new Step(command, String.join("\n", expected)));
		}
	}

	private static String page() throws IOException {
		Path directory = Path.of("").toAbsolutePath();
		while (!Files.exists(directory.resolve("docs/operations.md"))) {
			directory = directory.getParent();
		}
		return Files.readString(directory.resolve("docs/operations.md"));
	}

	/**
	 * A command of the page.
	 *
	 * @param command the command
	 * @param output what is printed below it, empty if that is anything
	 */
	private record Step(String command, String output) {

		/**
		 * The command, or what a variable is set to here.
		 */
		String with(Map<String, String> variables) {
			String name = this.command.replaceFirst("(?s)=.*", "");
			return variables.containsKey(name) ? name + "='" + variables.remove(name) + "'" : this.command;
		}

		Pattern expected() {
			String regex = this.output.isEmpty() ? ".*"
					: Stream.of(this.output.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
			return Pattern.compile(regex, Pattern.DOTALL);
		}

	}

}
