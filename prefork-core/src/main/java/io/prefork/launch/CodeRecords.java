package io.prefork.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Remembers for each application, by the path of its jar, which code it has and had, also
 * while it does not run: so that a restart does not lose the previous code, and one
 * application does not delete another's.
 */
final class CodeRecords {

	private static final String SUFFIX = ".application";

	private final Path directory;

	/**
	 * Opens them.
	 * @param directory the store's directory
	 */
	CodeRecords(Path directory) {
		this.directory = directory;
	}

	/**
	 * Reads one.
	 * @param jar the jar that is started
	 * @return the record; of nothing if there is none
	 */
	CodeRecord read(Path jar) {
		return entry(file(jar)).map(Entry::record).orElse(CodeRecord.NONE);
	}

	/**
	 * Writes one, and drops those of applications that are gone.
	 * @param jar the jar that is started
	 * @param record its record
	 * @return the ids in all of them
	 * @throws IOException if it cannot be written, or not all can be read
	 */
	Set<String> write(Path jar, CodeRecord record) throws IOException {
		Path written = Files.createTempFile(this.directory, ".record", null);
		try {
			Files.write(written, List.of(jar.toString(), record.current().orElse(""), record.previous().orElse("")));
			Files.move(written, file(jar), StandardCopyOption.ATOMIC_MOVE);
		}
		finally {
			Files.deleteIfExists(written);
		}
		Set<String> ids = new HashSet<>(record.ids());
		try (DirectoryStream<Path> all = Files.newDirectoryStream(this.directory, "*" + SUFFIX)) {
			for (Path file : all) {
				ids.addAll(idsOf(file));
			}
		}
		return ids;
	}

	private static Set<String> idsOf(Path file) throws IOException {
		Optional<Entry> entry = entry(file);
		if (entry.isPresent() && !Files.exists(Path.of(entry.get().jar()))) {
			Files.deleteIfExists(file);
			return Set.of();
		}
		return entry.map((found) -> found.record().ids()).orElse(Set.of());
	}

	private static Optional<Entry> entry(Path file) {
		try {
			List<String> lines = Files.readAllLines(file);
			if (lines.size() != 3) {
				return Optional.empty();
			}
			return Optional.of(new Entry(lines.get(0), new CodeRecord(id(lines.get(1)), id(lines.get(2)))));
		}
		catch (IOException ex) {
			return Optional.empty();
		}
	}

	private static Optional<String> id(String line) {
		return Optional.of(line).filter((id) -> id.matches("[\\w.-]+"));
	}

	private Path file(Path jar) {
		return this.directory.resolve(jar.getFileName() + "-"
				+ UUID.nameUUIDFromBytes(jar.toString().getBytes(StandardCharsets.UTF_8)) + SUFFIX);
	}

	private record Entry(String jar, CodeRecord record) {
	}

}
