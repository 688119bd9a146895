package io.prefork.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * A small file in which the kernel tells something (proc(5), cgroups(7)), read anew each
 * time. One that cannot be read tells nothing.
 *
 * @param path where it is
 */
record KernelFile(Path path) {

	List<String> lines() {
		try {
			// Names of processes are bytes in no certain encoding
			return Files.readAllLines(this.path, StandardCharsets.ISO_8859_1);
		}
		catch (IOException ex) {
			return List.of();
		}
	}

	/**
	 * The number that the file consists of.
	 * @return the number, not negative; empty if it is none, like {@code max}
	 */
	OptionalLong number() {
		return lines().stream().limit(1).flatMapToLong((line) -> parse(line).stream()).findFirst();
	}

	/**
	 * The number that follows a name at the beginning of a line.
	 * @param name the name, with its colon if it has one
	 */
	OptionalLong number(String name) {
		return lines().stream()
			.map((line) -> line.split("\\s+"))
			.filter((words) -> words.length > 1 && words[0].equals(name))
			.flatMapToLong((words) -> parse(words[1]).stream())
			.findFirst();
	}

	/**
	 * The same for a number of kB, which are KiB to the kernel.
	 * @return bytes
	 */
	OptionalLong bytes(String name) {
		OptionalLong kibibytes = number(name);
		return kibibytes.isPresent() ? OptionalLong.of(kibibytes.getAsLong() * 1024) : kibibytes;
	}

	private static OptionalLong parse(String text) {
		return text.matches("\\d{1,18}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
	}

}
