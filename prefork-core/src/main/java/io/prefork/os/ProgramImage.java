package io.prefork.os;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What this process was started with, to the byte: names of files and arguments need not
 * be text in the locale's character set.
 *
 * @param executable the program
 * @param arguments its arguments, the name by which it was called first
 * @param environment its environment, {@code NAME=value} each
 */
public record ProgramImage(Path executable, List<byte[]> arguments, List<byte[]> environment) {

	private static final String DELETED = " (deleted)";

	public ProgramImage {
		arguments = List.copyOf(arguments);
		environment = List.copyOf(environment);
	}

	/**
	 * The image of this process, as the kernel keeps it (proc(5)).
	 * @return the image; the executable is the path at which it was, whatever is there
	 * now
	 * @throws IOException if {@code /proc} cannot be read
	 */
	public static ProgramImage current() throws IOException {
		String executable = Files.readSymbolicLink(Path.of("/proc/self/exe")).toString();
		return new ProgramImage(
				Path.of(executable.endsWith(DELETED) ? executable.substring(0, executable.length() - DELETED.length())
						: executable),
				words(Files.readAllBytes(Path.of("/proc/self/cmdline"))),
				words(Files.readAllBytes(Path.of("/proc/self/environ"))));
	}

	/**
	 * The arguments as the JDK reads them.
	 * @return its arguments, the name by which it was called first
	 */
	public List<String> words() {
		return this.arguments.stream().map(CStrings::text).toList();
	}

	static List<byte[]> words(byte[] terminated) {
		List<byte[]> words = new ArrayList<>();
		ByteArrayOutputStream word = new ByteArrayOutputStream();
		for (byte next : terminated) {
			if (next == 0) {
				words.add(word.toByteArray());
				word.reset();
			}
			else {
				word.write(next);
			}
		}
		return words;
	}

	/**
	 * The same, with another value of one environment variable.
	 * @param name the variable
	 * @param value its value
	 * @return the image
	 */
	public ProgramImage with(String name, String value) {
		byte[] prefix = (name + "=").getBytes(StandardCharsets.UTF_8);
		List<byte[]> changed = new ArrayList<>();
		for (byte[] entry : this.environment) {
			if (!startsWith(entry, prefix)) {
				changed.add(entry);
			}
		}
		changed.add((name + "=" + value).getBytes(StandardCharsets.UTF_8));
		return new ProgramImage(this.executable, this.arguments, changed);
	}

	private static boolean startsWith(byte[] entry, byte[] prefix) {
		return entry.length >= prefix.length && Arrays.equals(entry, 0, prefix.length, prefix, 0, prefix.length);
	}

}
