package io.prefork.launch;

import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/**
 * Has an executable jar of Spring Boot extract itself
 * ({@code -Djarmode=tools … extract}), in a JVM of its own.
 *
 * @param java the {@code java} command
 * @param limit how long it may take
 */
record JarExtraction(Path java, Duration limit) {

	private static final int LONGEST_OUTPUT = 2000;

	/**
	 * Extracts a jar.
	 * @param jar the jar
	 * @param destination a directory that does not exist; then it has a jar of the same
	 * name
	 * @param output a file for what it prints
	 * @throws IOException if it did not work; the message says why
	 */
	void run(Path jar, Path destination, Path output) throws IOException {
		ProcessBuilder builder = new ProcessBuilder(this.java.toString(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
				"-Djarmode=tools", "-jar", jar.toString(), "extract", "--destination", destination.toString())
			.redirectInput(new File("/dev/null"))
			.redirectErrorStream(true)
			.redirectOutput(output.toFile());
		builder.environment().keySet().removeAll(WorkerCommands.NOT_INHERITED);
		int status = await(builder.start());
		if (status != 0) {
			throw new IOException("it ended with status " + status + " and printed: " + tail(output));
		}
		requireComplete(jar, destination);
	}

	private int await(Process process) throws IOException {
		try {
			if (process.waitFor(this.limit.toMillis(), TimeUnit.MILLISECONDS)) {
				return process.exitValue();
			}
			throw new IOException("it took longer than " + this.limit.toMillis() / 1000.0 + " s");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new InterruptedIOException("it was interrupted");
		}
		finally {
			process.destroyForcibly();
		}
	}

	/**
	 * As process 1 the master may have lost the exit status: who reaps orphans can be
	 * faster than the JDK.
	 */
	private static void requireComplete(Path jar, Path destination) throws IOException {
		Path entry = destination.resolve(jar.getFileName());
		ApplicationArchive.of(entry, entry);
		try (JarFile from = new JarFile(jar.toFile(), false); JarFile to = new JarFile(entry.toFile(), false)) {
			String classPath = to.getManifest().getMainAttributes().getValue("Class-Path");
			String libraries = from.getManifest().getMainAttributes().getValue("Spring-Boot-Lib");
			for (String library : (classPath != null) ? List.of(classPath.split(" ")) : List.<String>of()) {
				ZipEntry original = from.getEntry(libraries + library.substring(library.indexOf('/') + 1));
				Path extracted = destination.resolve(library);
				if (original != null
						&& (!Files.isRegularFile(extracted) || Files.size(extracted) != original.getSize())) {
					throw new IOException(library + " is not whole afterwards");
				}
			}
		}
	}

	private static String tail(Path output) throws IOException {
		String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip();
		return text.isEmpty() ? "nothing" : text.substring(Math.max(0, text.length() - LONGEST_OUTPUT));
	}

}
