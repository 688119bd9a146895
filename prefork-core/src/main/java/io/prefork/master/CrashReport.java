package io.prefork.master;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.prefork.pool.Postmortem;

/**
 * The report that HotSpot writes of a fatal error, {@code hs_err_pid<pid>.log}. It is
 * left where it is; what is kept of it says what happened and where. Its other lines, the
 * command line and the environment above all, are nobody's business who may read an
 * obituary.
 */
final class CrashReport {

	/**
	 * What matters stands on the first pages.
	 */
	private static final int READ = 64 * 1024;

	private static final int LONGEST = 3 * 1024;

	private static final int FRAMES = 10;

	/**
	 * A file system may keep coarser times than the clock.
	 */
	private static final Duration TIME_SLACK = Duration.ofSeconds(2);

	private static final Pattern ERROR = Pattern
		.compile("#\\s+(SIG\\w+|Internal Error \\([^)]*\\)|Out of Memory Error \\([^)]*\\)).*");

	private static final Pattern DETAIL = Pattern
		.compile("#\\s+((?:fatal error|guarantee|assert|Error)[:(].*|Native memory allocation .*)");

	private static final Pattern NOISE = Pattern
		.compile("#\\s*|#.*(ore dump|core\\.|ulimit|bug report|https?://|An error report file|suggestion).*");

	private static final Pattern SENDER = Pattern.compile("siginfo: .*SI_USER.*si_pid: (\\d+).*");

	private CrashReport() {
	}

	/**
	 * Looks for the report of a process.
	 * @param pid the process
	 * @param configured {@code -XX:ErrorFile} of its JVM
	 * @param workingDirectory its working directory, where the report is by default
	 * @param spawned when it was started: what is older is another one's
	 * @return what to keep of the report, or empty if there is none
	 */
	static Optional<Postmortem.Crash> find(int pid, Optional<String> configured, Path workingDirectory,
			Instant spawned) {
		String name = "hs_err_pid" + pid + ".log";
		Stream<Path> byDefault = Stream.of(workingDirectory.resolve(name), Path.of("/tmp", name));
		Instant earliest = spawned.minus(TIME_SLACK);
		return Stream.concat(configured.map((file) -> workingDirectory.resolve(expand(file, pid))).stream(), byDefault)
			.filter((file) -> isYoung(file, earliest))
			.findFirst()
			.map((file) -> read(file));
	}

	/**
	 * HotSpot puts the process id for {@code %p}, and a percent sign for two.
	 */
	private static String expand(String file, int pid) {
		return file.replaceAll("(?<!%)((?:%%)*)%p", "$1" + pid).replace("%%", "%");
	}

	private static boolean isYoung(Path file, Instant earliest) {
		try {
			return Files.isRegularFile(file) && !Files.getLastModifiedTime(file).toInstant().isBefore(earliest);
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static Postmortem.Crash read(Path file) {
		try (InputStream in = Files.newInputStream(file)) {
			return of(new String(in.readNBytes(READ), StandardCharsets.UTF_8).lines().toList(), file.toString());
		}
		catch (IOException ex) {
			return new Postmortem.Crash("its report cannot be read: " + ex.getMessage(), false, file.toString(), "");
		}
	}

	static Postmortem.Crash of(List<String> lines, String file) {
		List<String> header = lines.stream().takeWhile((line) -> line.startsWith("#")).toList();
		boolean outOfMemory = header.stream()
			.anyMatch((line) -> line.contains("insufficient memory for the Java Runtime")
					|| line.contains("OutOfMemory encountered"));
		List<String> kept = new ArrayList<>(header.stream().filter((line) -> !NOISE.matcher(line).matches()).toList());
		lines.stream().filter((line) -> line.startsWith("Current thread")).findFirst().ifPresent(kept::add);
		kept.addAll(section(lines, "Native frames:"));
		kept.addAll(section(lines, "Java frames:"));
		lines.stream().filter((line) -> line.startsWith("siginfo:")).findFirst().ifPresent(kept::add);
		String excerpt = String.join("\n", kept);
		return new Postmortem.Crash(problem(header, lines), outOfMemory, file,
				(excerpt.length() > LONGEST) ? excerpt.substring(0, LONGEST) : excerpt);
	}

	private static List<String> section(List<String> lines, String title) {
		return lines.stream()
			.dropWhile((line) -> !line.startsWith(title))
			.takeWhile((line) -> !line.isBlank())
			.limit(1 + FRAMES)
			.toList();
	}

	private static String problem(List<String> header, List<String> lines) {
		String error = first(ERROR, header).orElse("an error without a name");
		String detail = first(DETAIL, header).map((text) -> ": " + text.strip()).orElse("");
		String sender = first(SENDER, lines).map((pid) -> ", sent by process " + pid).orElse("");
		int frame = header.indexOf("# Problematic frame:") + 1;
		String where = (frame > 0 && frame < header.size())
				? " in " + header.get(frame).substring(1).strip().replaceAll("\\s+", " ") : "";
		return error + detail + where + sender;
	}

	private static Optional<String> first(Pattern pattern, List<String> lines) {
		return lines.stream().map(pattern::matcher).filter(Matcher::matches).map((found) -> found.group(1)).findFirst();
	}

}
