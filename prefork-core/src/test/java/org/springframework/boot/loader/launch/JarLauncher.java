package org.springframework.boot.loader.launch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * Stands in for Spring Boot's launcher and tools in jars that tests make. An entry
 * {@code fail}, {@code hang} or {@code forget} in the jar makes it do so.
 */
public final class JarLauncher {

	private JarLauncher() {
	}

	public static void main(String[] arguments) throws Exception {
		Path jar = Path.of(System.getProperty("java.class.path"));
		if (!"tools".equals(System.getProperty("jarmode")) || !arguments[0].equals("extract")
				|| !arguments[1].equals("--destination")) {
			throw new IllegalArgumentException(String.join(" ", arguments));
		}
		Path destination = Path.of(arguments[2]);
		Files.createDirectories(destination.resolve("lib"));
		try (JarFile from = new JarFile(jar.toFile())) {
			if (from.getEntry("hang") != null) {
				Thread.sleep(600_000);
			}
			extract(from, destination, jar.getFileName());
			if (from.getEntry("fail") != null) {
				System.out.println("No space left\non device");
				System.exit(3);
			}
		}
	}

	private static void extract(JarFile from, Path destination, Path name) throws IOException {
		Manifest manifest = new Manifest();
		manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
		manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, "lib/one.jar");
		if (from.getEntry("forget") == null) {
			try (InputStream in = from.getInputStream(from.getEntry("BOOT-INF/lib/one.jar"))) {
				Files.copy(in, destination.resolve("lib/one.jar"));
			}
		}
		try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(destination.resolve(name)), manifest)) {
			out.putNextEntry(new JarEntry("extracted"));
		}
	}

}
