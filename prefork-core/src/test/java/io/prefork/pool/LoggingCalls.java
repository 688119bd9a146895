package io.prefork.pool;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.prefork.pool.OperationsPage.LogLine;

/**
 * The product's source code, as far as it writes to the log.
 */
final class LoggingCalls {

	private static final Pattern CALL = Pattern.compile("(?:logger|orders|\\))\\s*\\.(info|warn|error)\\(");

	private static final Pattern LITERAL = Pattern.compile("\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"");

	private static final Pattern WORD = Pattern.compile("\\p{L}{3}");

	private static final Pattern VARIABLE = Pattern.compile("\\b(?:line|reason)\\b");

	private final List<Call> calls = new ArrayList<>();

	private final List<String> literals = new ArrayList<>();

	private LoggingCalls() {
	}

	static LoggingCalls ofTheProduct() {
		LoggingCalls found = new LoggingCalls();
		for (String module : List.of("prefork-core", "prefork-spring-boot-starter")) {
			try (Stream<Path> files = Files.walk(OperationsPage.ROOT.resolve(module).resolve("src/main/java"))) {
				files.filter((file) -> file.toString().endsWith(".java")).forEach(found::read);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
		return found;
	}

	List<Call> calls() {
		return this.calls;
	}

	/**
	 * The literals of each file, with dots for what stands between them.
	 */
	List<String> literals() {
		return this.literals;
	}

	private void read(Path file) {
		String source;
		try {
			source = Files.readString(file).replaceAll("(?m)^\\s*(/?\\*|//).*$", "");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.literals.add(literals(source));
		Matcher call = CALL.matcher(source);
		while (call.find()) {
			String arguments = source.substring(call.end(), end(source, call.end()));
			String said = literals(arguments);
			if (!hasWords(said)) {
				said = variables(arguments, source.substring(0, call.start()));
			}
			if (hasWords(said)) {
				this.calls.add(new Call(file.getFileName().toString(), call.group(1).toUpperCase(Locale.ROOT), said));
			}
		}
	}

	private static boolean hasWords(String literals) {
		return WORD.matcher(literals).find();
	}

	/**
	 * What was assigned last, before the call, to the variables that it is called with.
	 * Of parameters nothing is found: what they hold, the core's tests see.
	 */
	private static String variables(String arguments, String before) {
		return VARIABLE.matcher(arguments)
			.results()
			.map((MatchResult name) -> before.lastIndexOf("String " + name.group() + " ="))
			.filter((at) -> at >= 0)
			.map((at) -> literals(before.substring(at, end(before, at))))
			.collect(Collectors.joining(LogLine.ANYTHING));
	}

	/**
	 * The end of an expression: the parenthesis that closes it, or its semicolon.
	 */
	private static int end(String source, int begin) {
		int depth = 0;
		Matcher token = Pattern.compile(LITERAL + "|'(?:[^'\\\\]|\\\\.)'|[();]").matcher(source);
		token.region(begin, source.length());
		while (token.find()) {
			switch (token.group()) {
				case "(" -> depth++;
				case ")" -> depth--;
				default -> {
				}
			}
			if (depth < 0 || (depth == 0 && token.group().equals(";"))) {
				return token.start();
			}
		}
		return source.length();
	}

	private static String literals(String code) {
		StringBuilder said = new StringBuilder();
		Matcher literal = LITERAL.matcher(code);
		int last = 0;
		while (literal.find()) {
			boolean joined = last > 0 && code.substring(last, literal.start()).matches("[\\s+()]*");
			said.append(joined ? "" : LogLine.ANYTHING).append(literal.group(1));
			last = literal.end();
		}
		return said.append(LogLine.ANYTHING).toString().replace("{}", LogLine.ANYTHING).replace("\\n", "\n");
	}

	/**
	 * A call that writes to the log.
	 *
	 * @param file where it is
	 * @param level with which level
	 * @param said its literals, with dots for what stands between them
	 */
	record Call(String file, String level, String said) {
	}

}
