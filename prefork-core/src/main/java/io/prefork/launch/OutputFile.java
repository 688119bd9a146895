package io.prefork.launch;

import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file that an option of the JVM has it write. Several JVMs that write one file destroy
 * it, so each worker's gets {@code -worker{slot}} before its extension.
 * <p>
 * {@code %p}, the process id, already tells files of {@code -Xlog} and
 * {@code -XX:ErrorFile} apart. In a flight recording and a heap dump JDK 17 takes it
 * literally.
 */
final class OutputFile {

	private static final Pattern PLAIN = Pattern
		.compile("(?<head>-XX:(ErrorFile|LogFile)=|-Xloggc:)(?<file>.+)(?<tail>)");

	private static final Pattern LOG = Pattern.compile(
			"(?<head>-Xlog:(?!async:)[^:]*:(?:file=)?\"?)(?<file>(?<=\")[^\"]+|(?<!\")[^:\"]+)(?<tail>\"?(?::.*)?)");

	private static final Pattern HEAP_DUMP = Pattern.compile("(?<head>-XX:HeapDumpPath=)(?<file>.+)(?<tail>)");

	private static final Pattern RECORDING = Pattern.compile("(?<head>-XX:StartFlightRecording[:=](?:.*,)?filename=\"?)"
			+ "(?<file>(?<=\")[^\"]+|(?<!\")[^,\"]+)(?<tail>\"?(?:,.*)?)");

	private OutputFile() {
	}

	/**
	 * Rewrites an option so that every worker writes a file of its own.
	 * @param option the option
	 * @param directory tells whether a path is that of a directory, in which the JVM
	 * invents a name of its own
	 * @return the option with {@code {slot}} in it, or empty if it can stay as it is
	 */
	static Optional<String> perWorker(String option, Predicate<String> directory) {
		Predicate<String> processId = (file) -> file.contains("%p");
		Predicate<String> standardStream = (file) -> file.equals("stdout") || file.equals("stderr");
		return rewrite(PLAIN, option, processId).or(() -> rewrite(LOG, option, processId.or(standardStream)))
			.or(() -> rewrite(HEAP_DUMP, option, directory))
			.or(() -> rewrite(RECORDING, option, directory));
	}

	private static Optional<String> rewrite(Pattern pattern, String option, Predicate<String> shareable) {
		Matcher matcher = pattern.matcher(option);
		if (!matcher.matches() || shareable.test(matcher.group("file"))) {
			return Optional.empty();
		}
		return Optional.of(matcher.group("head") + mark(matcher.group("file")) + matcher.group("tail"));
	}

	private static String mark(String file) {
		int name = file.lastIndexOf('/') + 1;
		int dot = file.lastIndexOf('.');
		int end = (dot > name) ? dot : file.length();
		return file.substring(0, end) + "-worker{slot}" + file.substring(end);
	}

}
