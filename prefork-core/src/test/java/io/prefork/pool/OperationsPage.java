package io.prefork.pool;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code docs/operations.md}, which says what each line of the log means.
 */
final class OperationsPage {

	static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	private static final Pattern CODE = Pattern.compile("`([^`]+)`");

	private static final List<LogLine> LINES = readLines();

	private OperationsPage() {
	}

	static String text() {
		try {
			return Files.readString(ROOT.resolve("docs/operations.md"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static List<LogLine> lines() {
		return LINES;
	}

	/**
	 * What stands first in the rows of a table.
	 * @param heading the head of its first column
	 */
	static List<String> firstColumn(String heading) {
		return text().lines()
			.dropWhile((line) -> !line.startsWith("| " + heading + " |"))
			.skip(2)
			.takeWhile((line) -> line.startsWith("|"))
			.map((row) -> row.split("\\|")[1])
			.flatMap(OperationsPage::code)
			.toList();
	}

	/**
	 * Fails on a report that wants somebody's attention and is not on the page. Called
	 * with all that a pool reports in examples and in simulation.
	 */
	static void assertExplained(List<Action> actions) {
		actions.forEach(OperationsPage::assertExplained);
	}

	static void assertExplained(Action action) {
		if (action instanceof Action.Report report && report.severity() != Action.Severity.INFO) {
			String first = report.line().lines().findFirst().orElse("");
			assertThat(LINES).as("%s in docs/operations.md: %s", report.severity(), first)
				.anyMatch((line) -> line.level().equals(report.severity().name()) && line.says(first));
		}
	}

	private static List<LogLine> readLines() {
		List<LogLine> lines = new ArrayList<>();
		String level = "";
		for (String line : text().lines().toList()) {
			if (line.startsWith("#")) {
				level = line.matches("### (ERROR|WARN|INFO)\\b.*") ? line.split("\\W+")[1] : "";
			}
			else if (!level.isEmpty() && line.startsWith("|")) {
				String inSection = level;
				code(line.split("\\|")[1]).forEach((text) -> lines.add(LogLine.of(inSection, text)));
			}
		}
		return lines;
	}

	private static Stream<String> code(String cell) {
		return CODE.matcher(cell).results().map((MatchResult code) -> code.group(1));
	}

	/**
	 * A line of the log as the page writes it, with dots for what varies.
	 */
	record LogLine(String level, String text, Pattern pattern) {

		static final String ANYTHING = "…";

		static LogLine of(String level, String text) {
			String pattern = Stream.of(text.split(ANYTHING, -1)).map(Pattern::quote).collect(Collectors.joining(".*?"));
			return new LogLine(level, text, Pattern.compile(pattern, Pattern.DOTALL));
		}

		boolean says(String line) {
			return this.pattern.matcher(line).matches();
		}

		/**
		 * Whether the literals of some code make such a line. Who says it is a variable
		 * there.
		 */
		boolean isMadeOf(String literals) {
			return of(this.level, this.text.replaceFirst("^worker " + ANYTHING, "")).pattern().matcher(literals).find();
		}

	}

}
