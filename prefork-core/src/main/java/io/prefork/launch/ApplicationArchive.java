package io.prefork.launch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipException;

/**
 * What kind of jar an application is.
 *
 * @param extractable whether it is an executable jar of Spring Boot that can extract
 * itself
 * @param obstacle why one of Spring Boot's cannot, a clause
 */
record ApplicationArchive(boolean extractable, Optional<String> obstacle) {

	private static final String LAUNCHER = "org.springframework.boot.loader.launch.JarLauncher";

	private static final Attributes.Name CLASSES = new Attributes.Name("Spring-Boot-Classes");

	private static final Pattern TOOLS = Pattern.compile(".*/spring-boot-jarmode-tools(-[^/]*)?\\.jar");

	private static final int BUFFER = 64 * 1024;

	/**
	 * Reads a jar to its end, and tells its kind.
	 * @param jar the jar
	 * @param name what to call it
	 * @return its kind
	 * @throws BrokenArchiveException if it is not whole
	 */
	static ApplicationArchive of(Path jar, Path name) throws BrokenArchiveException {
		try (JarFile file = new JarFile(jar.toFile(), false)) {
			requireWhole(file);
			return of(file);
		}
		catch (IOException | SecurityException | IllegalArgumentException ex) {
			throw new BrokenArchiveException(name + " is not a whole jar: " + ex.getMessage(), ex);
		}
	}

	private static ApplicationArchive of(JarFile jar) throws IOException {
		Manifest manifest = jar.getManifest();
		Attributes attributes = (manifest != null) ? manifest.getMainAttributes() : new Attributes();
		if (!attributes.containsKey(CLASSES)) {
			return new ApplicationArchive(false, Optional.empty());
		}
		String main = attributes.getValue(Attributes.Name.MAIN_CLASS);
		if (!LAUNCHER.equals(main)) {
			return notExtractable("its Main-Class is " + main);
		}
		if (attributes.containsKey(Attributes.Name.CLASS_PATH)) {
			return notExtractable("its manifest has a Class-Path");
		}
		if (jar.stream().map(JarEntry::getName).noneMatch(TOOLS.asMatchPredicate())) {
			return notExtractable("spring-boot-jarmode-tools is not in it");
		}
		return new ApplicationArchive(true, Optional.empty());
	}

	private static ApplicationArchive notExtractable(String obstacle) {
		return new ApplicationArchive(false, Optional.of(obstacle));
	}

	/**
	 * The directory of a jar is at its end. So a file that lacks its end does not open;
	 * one that was overwritten from its beginning does, but its entries do not fit.
	 */
	private static void requireWhole(JarFile jar) throws IOException {
		byte[] buffer = new byte[BUFFER];
		for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
			try (InputStream in = jar.getInputStream(entry);
					CheckedInputStream checked = new CheckedInputStream(in, new CRC32())) {
				while (checked.read(buffer) >= 0) {
					continue;
				}
				if (!entry.isDirectory() && checked.getChecksum().getValue() != entry.getCrc()) {
					throw new ZipException("the checksum of " + entry.getName() + " is wrong");
				}
			}
		}
	}

}
