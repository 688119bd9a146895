package io.prefork.launch;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * Code that was laid out, in use until it is closed: a directory with the files below
 * {@code code}, a list of them with sizes and checksums, and the lock that keeps others
 * from deleting it.
 */
final class CodeLayout implements Closeable {

	static final String CODE = "code";

	private static final String LOCK = "lock";

	private static final String CONTENTS = "contents";

	private static final String HEAD = "prefork code layout";

	private static final int BUFFER = 64 * 1024;

	private final Path directory;

	private final LayoutLock lock;

	private CodeLayout(Path directory, LayoutLock lock) {
		this.directory = directory;
		this.lock = lock;
	}

	/**
	 * Begins a new one.
	 * @param directory an empty directory
	 * @return the layout, without code
	 * @throws IOException if it cannot be locked
	 */
	static CodeLayout begin(Path directory) throws IOException {
		Files.createFile(directory.resolve(LOCK));
		return hold(directory)
			.orElseThrow(() -> new IOException("a new file is locked already; does the file system support locks?"));
	}

	/**
	 * Takes one into use, whatever is in it.
	 * @param directory its directory
	 * @return the layout, or empty if it is not there, or about to be deleted
	 * @throws IOException if it cannot be locked
	 */
	static Optional<CodeLayout> hold(Path directory) throws IOException {
		return LayoutLock.share(directory.resolve(LOCK)).map((lock) -> new CodeLayout(directory, lock));
	}

	static Path lockFile(Path directory) {
		return directory.resolve(LOCK);
	}

	String id() {
		return this.directory.getFileName().toString();
	}

	Path directory() {
		return this.directory;
	}

	Path code() {
		return this.directory.resolve(CODE);
	}

	/**
	 * Writes down what is in it, and has the disk keep it: the previous code cannot be
	 * laid out again.
	 * @param entry the jar to start
	 * @param note why it is not laid out better, or empty
	 * @throws IOException if that fails
	 */
	void seal(String entry, Optional<String> note) throws IOException {
		List<String> lines = new ArrayList<>(List.of(HEAD, entry, note.orElse("")));
		for (Path file : files()) {
			lines.add(describe(file));
			sync(file);
		}
		Path contents = this.directory.resolve(CONTENTS);
		Files.write(contents, lines);
		sync(contents);
		try (Stream<Path> walk = Files.walk(this.directory)) {
			for (Path each : walk.filter(Files::isDirectory).toList()) {
				sync(each);
			}
		}
	}

	/**
	 * Whether every file is as it was when it was sealed.
	 * @return {@code false} if anything is missing, changed, or too much
	 */
	boolean isWhole() {
		try {
			List<String> lines = contents();
			List<String> found = new ArrayList<>();
			for (Path file : files()) {
				found.add(describe(file));
			}
			return found.equals(lines.subList(3, lines.size()));
		}
		catch (IOException ex) {
			return false;
		}
	}

	EntryPoint entryPoint() throws IOException {
		return new EntryPoint.Jar(code().resolve(contents().get(1)).toString());
	}

	/**
	 * Why it is not laid out better.
	 * @return a clause, or empty
	 */
	Optional<String> note() throws IOException {
		return Optional.of(contents().get(2)).filter((note) -> !note.isEmpty());
	}

	private List<String> contents() throws IOException {
		List<String> lines = Files.readAllLines(this.directory.resolve(CONTENTS));
		if (lines.size() < 4 || !lines.get(0).equals(HEAD)) {
			throw new IOException(this.directory + " has no list of its contents");
		}
		return lines;
	}

	private List<Path> files() throws IOException {
		try (Stream<Path> walk = Files.walk(code())) {
			return walk.filter((path) -> !Files.isDirectory(path)).sorted().toList();
		}
		catch (UncheckedIOException ex) {
			throw ex.getCause();
		}
	}

	private String describe(Path file) throws IOException {
		try (InputStream in = Files.newInputStream(file);
				CheckedInputStream checked = new CheckedInputStream(in, new CRC32())) {
			byte[] buffer = new byte[BUFFER];
			long size = 0;
			for (int count = 0; count >= 0; count = checked.read(buffer)) {
				size += count;
			}
			return Long.toHexString(checked.getChecksum().getValue()) + " " + size + " "
					+ code().relativize(file).toString().replace("\n", "\\n");
		}
	}

	private static void sync(Path file) throws IOException {
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
			channel.force(true);
		}
	}

	@Override
	public void close() throws IOException {
		this.lock.close();
	}

}
