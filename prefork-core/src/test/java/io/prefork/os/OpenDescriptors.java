package io.prefork.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;

/**
 * What a process has open, as {@code /proc/PID/fd} shows it.
 */
final class OpenDescriptors {

	private OpenDescriptors() {
	}

	static Map<Integer, String> here() {
		return of((int) ProcessHandle.current().pid());
	}

	static Map<Integer, String> of(int pid) {
		Map<Integer, String> open = new TreeMap<>();
		try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc", "" + pid, "fd"))) {
			for (Path entry : entries) {
				try {
					open.put(Integer.valueOf(entry.getFileName().toString()), Files.readSymbolicLink(entry).toString());
				}
				catch (NoSuchFileException ex) {
					// Closed since, as the stream's own is.
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		open.values().removeIf((target) -> target.equals("/proc/" + pid + "/fd"));
		return open;
	}

	/**
	 * The descriptor in this process of a file that is open.
	 */
	static int of(Path file) {
		return here().entrySet()
			.stream()
			.filter((entry) -> entry.getValue().equals(file.toAbsolutePath().toString()))
			.map(Map.Entry::getKey)
			.findFirst()
			.orElseThrow(() -> new NoSuchElementException(file + " is not open"));
	}

	/**
	 * The sockets and pipes, which are what could leak (jars come and go with class
	 * loading).
	 */
	static Map<Integer, String> socketsAndPipes() {
		Map<Integer, String> open = here();
		open.values().removeIf((target) -> !target.matches("(socket|pipe):.*"));
		return open;
	}

}
