package io.prefork.launch;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

import org.jspecify.annotations.Nullable;

/**
 * The jars of an application that is started by {@code java -jar}: the one that is named,
 * and those that its manifest names, and theirs (JAR File Specification, "Class Path").
 * <p>
 * Its id tells contents apart, by SHA-256. Sizes and times are not trusted: a deploy may
 * keep both.
 *
 * @param names the files, relative to the directory of the first
 * @param id the first's name and the hash of all names and contents
 */
record ApplicationFiles(List<String> names, String id) {

	/**
	 * Changes with the way in which code is laid out, so that what another version of
	 * ours has laid out is not taken for our own.
	 */
	private static final String FORMAT = "1";

	private static final int ID_BYTES = 16;

	private static final int BUFFER = 256 * 1024;

	ApplicationFiles {
		names = List.copyOf(names);
	}

	String entry() {
		return this.names.get(0);
	}

	/**
	 * Looks at the files where they are.
	 * @param jar the jar that is started
	 * @return what is there; if files are written meanwhile, of no content that ever was
	 * @throws BrokenArchiveException if a file is not there or not a jar
	 * @throws ScatteredApplicationException if there is more than these jars
	 */
	static ApplicationFiles at(Path jar) throws IOException, ScatteredApplicationException {
		Path real = real(jar);
		return walk(real, (name, digest) -> {
			Path file = real.resolveSibling(name);
			transfer(file, null, digest);
			return file;
		});
	}

	/**
	 * Copies the files, and looks at the copies.
	 * @param jar the jar that is started
	 * @param target where to, an empty directory
	 * @return what was copied
	 * @throws BrokenArchiveException if a file is not there, not a jar, or was written
	 * meanwhile
	 * @throws ScatteredApplicationException if there is more than these jars
	 */
	static ApplicationFiles copy(Path jar, Path target) throws IOException, ScatteredApplicationException {
		Path real = real(jar);
		return walk(real, (name, digest) -> {
			Path file = real.resolveSibling(name);
			Path copy = target.resolve(name);
			Files.createDirectories(directory(copy));
			BasicFileAttributes before = Files.readAttributes(file, BasicFileAttributes.class);
			transfer(file, copy, digest);
			if (!isSame(before, Files.readAttributes(file, BasicFileAttributes.class))) {
				throw new BrokenArchiveException(file + " is being written to");
			}
			return copy;
		});
	}

	/**
	 * The JVM, too, takes a Class-Path relative to where a link leads.
	 */
	private static Path real(Path jar) throws IOException {
		try {
			return jar.toRealPath();
		}
		catch (NoSuchFileException ex) {
			throw new BrokenArchiveException("there is no " + jar, ex);
		}
	}

	private static ApplicationFiles walk(Path jar, Step step) throws IOException, ScatteredApplicationException {
		Path root = directory(jar);
		MessageDigest all = sha256();
		all.update(FORMAT.getBytes(StandardCharsets.UTF_8));
		Set<String> names = new LinkedHashSet<>(List.of(root.relativize(jar).toString()));
		Deque<String> open = new ArrayDeque<>(names);
		while (!open.isEmpty()) {
			String name = open.remove();
			MessageDigest digest = sha256();
			try {
				for (String library : libraries(root, name, step.read(name, digest))) {
					if (names.add(library)) {
						open.add(library);
					}
				}
			}
			catch (NoSuchFileException ex) {
				throw new BrokenArchiveException("there is no " + root.resolve(name), ex);
			}
			all.update((name + "\0").getBytes(StandardCharsets.UTF_8));
			all.update(digest.digest());
		}
		String stem = names.iterator().next().replaceFirst("(?i)\\.jar$", "").replaceAll("[^\\w.-]", "_");
		String hash = HexFormat.of().formatHex(all.digest(), 0, ID_BYTES);
		return new ApplicationFiles(List.copyOf(names), stem.substring(0, Math.min(stem.length(), 100)) + "-" + hash);
	}

	/**
	 * Jars that do not exist are passed over, as the JVM does.
	 */
	private static Set<String> libraries(Path root, String name, Path file)
			throws IOException, ScatteredApplicationException {
		Set<String> libraries = new LinkedHashSet<>();
		for (String entry : classPath(root.resolve(name), file)) {
			Path library = resolve(root.resolve(name), entry);
			if (!library.startsWith(root) || Files.isDirectory(library)) {
				throw new ScatteredApplicationException("the Class-Path of " + name + " has " + entry);
			}
			if (Files.exists(library)) {
				libraries.add(root.relativize(library).toString());
			}
		}
		return libraries;
	}

	private static List<String> classPath(Path original, Path file) throws IOException {
		try (JarFile jar = new JarFile(file.toFile(), false)) {
			Manifest manifest = jar.getManifest();
			String classPath = (manifest != null) ? manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH)
					: null;
			return (classPath != null)
					? Arrays.stream(classPath.strip().split(" +")).filter((e) -> !e.isEmpty()).toList() : List.of();
		}
		catch (NoSuchFileException ex) {
			throw ex;
		}
		catch (IOException | SecurityException ex) {
			throw new BrokenArchiveException(original + " is not a whole jar: " + ex.getMessage(), ex);
		}
	}

	private static Path resolve(Path jar, String entry) throws ScatteredApplicationException {
		try {
			URI uri = new URI(entry);
			String path = uri.getPath();
			if (uri.getScheme() == null && uri.getAuthority() == null && path != null) {
				return jar.resolveSibling(path).normalize();
			}
		}
		catch (URISyntaxException ex) {
			// As little as one that is elsewhere
		}
		throw new ScatteredApplicationException("the Class-Path of " + jar.getFileName() + " has " + entry);
	}

	private static void transfer(Path from, @Nullable Path to, MessageDigest digest) throws IOException {
		ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
		try (FileChannel in = FileChannel.open(from);
				FileChannel out = (to != null)
						? FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE) : null) {
			while (in.read(buffer) >= 0) {
				digest.update(buffer.flip().duplicate());
				while (out != null && buffer.hasRemaining()) {
					out.write(buffer);
				}
				buffer.clear();
			}
		}
	}

	private static boolean isSame(BasicFileAttributes one, BasicFileAttributes other) {
		return one.size() == other.size() && one.lastModifiedTime().equals(other.lastModifiedTime())
				&& Objects.equals(one.fileKey(), other.fileKey());
	}

	private static Path directory(Path file) {
		return Objects.requireNonNull(file.getParent());
	}

	private static MessageDigest sha256() {
		try {
			return MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Reads one file.
	 */
	@FunctionalInterface
	private interface Step {

		/**
		 * Reads it into a digest.
		 * @param name its name
		 * @param digest takes its contents
		 * @return where to read its manifest
		 */
		Path read(String name, MessageDigest digest) throws IOException;

	}

}
