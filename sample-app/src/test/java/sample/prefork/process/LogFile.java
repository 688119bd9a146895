package sample.prefork.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;

/**
 * What a process and its children have printed.
 *
 * @param path the file that it is written to
 * @param skipped how many lines at its beginning are not looked at
 */
record LogFile(Path path, int skipped) {

	private static final Pattern PROBLEM = Pattern.compile("^\\S+ +(WARN|ERROR|FATAL) .*");

	private static final int TAIL = 80;

	LogFile(Path path) {
		this(path, 0);
	}

	/**
	 * The same file without what is in it now.
	 * @return what will be printed from now on
	 */
	LogFile rest() {
		return new LogFile(this.path, this.skipped + lines().size());
	}

	List<String> lines() {
		try {
			return new String(Files.readAllBytes(this.path), StandardCharsets.UTF_8).lines()
				.skip(this.skipped)
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	List<String> lines(Pattern pattern) {
		return lines().stream().filter((line) -> pattern.matcher(line).find()).toList();
	}

	/**
	 * Waits for a line.
	 * @param pattern what is to be found in it
	 * @param timeout how long to wait
	 * @return the first such line
	 */
	String awaitLine(Pattern pattern, Duration timeout) {
		return Awaitility.await("a line with " + pattern + " in " + this.path)
			.atMost(timeout)
			.until(() -> lines(pattern).stream().findFirst(), Optional::isPresent)
			.orElseThrow();
	}

	/**
	 * Lines of level WARN or above that nobody expected.
	 * @param expected what may be found in an expected one
	 * @return the others
	 */
	List<String> unexpectedProblems(Collection<Pattern> expected) {
		return lines(PROBLEM).stream()
			.filter((line) -> expected.stream().noneMatch((pattern) -> pattern.matcher(line).find()))
			.toList();
	}

	String tail() {
		List<String> lines = lines();
		return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL), lines.size()));
	}

}
