package io.prefork.master;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The file that tells the master's process id. Written in one step, removed when the
 * master ends unless somebody else has overwritten it.
 */
public final class PidFile implements Closeable {

	private final Path path;

	private final String pid;

	private PidFile(Path path, long pid) {
		this.path = path;
		this.pid = Long.toString(pid);
	}

	/**
	 * Writes the file.
	 * @param path where
	 * @return the file
	 * @throws IOException if it cannot be written, or names another process that lives
	 */
	public static PidFile create(Path path) throws IOException {
		PidFile file = new PidFile(path.toAbsolutePath(), ProcessHandle.current().pid());
		file.refuseIfRunning();
		Path making = Files.createTempFile(file.path.getParent(), ".pid", null);
		try {
			Files.writeString(making, file.pid + "\n");
			Files.setPosixFilePermissions(making, PosixFilePermissions.fromString("rw-r--r--"));
			Files.move(making, file.path, StandardCopyOption.ATOMIC_MOVE);
		}
		catch (IOException ex) {
			Files.deleteIfExists(making);
			throw ex;
		}
		return file;
	}

	/**
	 * Whether a master could write the file.
	 * @param path where
	 * @param pid the master's process id
	 * @throws IOException if it could not, or the file names another process that lives
	 */
	public static void tryOut(Path path, long pid) throws IOException {
		PidFile file = new PidFile(path.toAbsolutePath(), pid);
		file.refuseIfRunning();
		Files.delete(Files.createTempFile(file.path.getParent(), ".pid", null));
	}

	/**
	 * Removes the file that this process had before it became what it is, unless it has
	 * the same one now.
	 * @param before where that was
	 * @param now the file that it has now
	 * @throws IOException if it cannot be removed
	 */
	public static void dropOther(Optional<Path> before, Optional<PidFile> now) throws IOException {
		if (before.isPresent() && !before.equals(now.map(PidFile::path))) {
			new PidFile(before.get(), ProcessHandle.current().pid()).close();
		}
	}

	/**
	 * Where it is.
	 * @return an absolute path
	 */
	public Path path() {
		return this.path;
	}

	private void refuseIfRunning() throws IOException {
		if (!Files.exists(this.path)) {
			return;
		}
		String text = read();
		if (text.matches("\\d{1,18}") && !text.equals(this.pid)
				&& ProcessHandle.of(Long.parseLong(text)).filter(ProcessHandle::isAlive).isPresent()) {
			throw new IOException("it names process " + text + ", which is running");
		}
	}

	@Override
	public void close() throws IOException {
		if (Files.exists(this.path) && read().equals(this.pid)) {
			Files.delete(this.path);
		}
	}

	private String read() throws IOException {
		return new String(Files.readAllBytes(this.path), StandardCharsets.ISO_8859_1).strip();
	}

}
