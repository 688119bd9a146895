package io.prefork.master;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The end of what a process has printed to a file.
 */
final class FileTail {

	/**
	 * How much is kept, in bytes.
	 */
	private static final int LIMIT = 8 * 1024;

	private FileTail() {
	}

	/**
	 * Reads it.
	 * @return without white space around it; empty if there is no such file
	 */
	static String read(Path path) {
		try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
			file.seek(Math.max(0, file.length() - LIMIT));
			byte[] bytes = new byte[(int) Math.min(LIMIT, file.length())];
			file.readFully(bytes);
			return new String(bytes, StandardCharsets.UTF_8).strip();
		}
		catch (IOException ex) {
			return "";
		}
	}

}
