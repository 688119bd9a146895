package io.prefork.master;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The file that tells the master's process id. Written in one step, removed when the
 * master ends unless somebody else has overwritten it.
 */
public final class PidFile implements Closeable {

	private final Path path;

	private final String pid = Long.toString(ProcessHandle.current().pid());

	private PidFile(Path path) {
		this.path = path;
	}

	/**
	 * Writes the file.
	 * @param path where
	 * @return the file
	 * @throws IOException if it cannot be written, or names another process that lives
	 */
	public static PidFile create(Path path) throws IOException {
		PidFile file = new PidFile(path.toAbsolutePath());
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
