package io.prefork.launch;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * Makes small jars.
 */
final class TestJar {

	private final Manifest manifest = new Manifest();

	private final Map<String, byte[]> entries = new LinkedHashMap<>();

	TestJar() {
		attribute("Manifest-Version", "1.0");
	}

	static TestJar of(String content) {
		return new TestJar().entry("content", content);
	}

	/**
	 * An executable jar whose launcher is {@link org.springframework.boot.loader.launch}.
	 */
	static TestJar executable() throws IOException {
		String launcher = "org/springframework/boot/loader/launch/JarLauncher.class";
		TestJar jar = new TestJar().attribute("Main-Class", "org.springframework.boot.loader.launch.JarLauncher")
			.attribute("Spring-Boot-Classes", "BOOT-INF/classes/")
			.attribute("Spring-Boot-Lib", "BOOT-INF/lib/")
			.entry("BOOT-INF/lib/one.jar", "not looked into")
			.entry("BOOT-INF/lib/spring-boot-jarmode-tools-4.0.7.jar", "");
		jar.entries.put(launcher, Files.readAllBytes(Path.of("target/test-classes", launcher)));
		return jar;
	}

	TestJar attribute(String name, String value) {
		this.manifest.getMainAttributes().put(new Attributes.Name(name), value);
		return this;
	}

	TestJar entry(String name, String content) {
		this.entries.put(name, content.getBytes(StandardCharsets.UTF_8));
		return this;
	}

	TestJar without(String name) {
		this.entries.remove(name);
		return this;
	}

	/**
	 * Writes it beside and renames it, as a deploy should.
	 * @param path where to
	 * @return the path
	 */
	Path write(Path path) throws IOException {
		Files.createDirectories(path.getParent());
		Path written = path.resolveSibling(path.getFileName() + ".new");
		overwrite(written);
		return Files.move(written, path, StandardCopyOption.REPLACE_EXISTING);
	}

	/**
	 * Writes it over what is there, as {@code cp} does.
	 * @param path where to
	 */
	void overwrite(Path path) throws IOException {
		try (OutputStream file = Files.newOutputStream(path);
				JarOutputStream out = new JarOutputStream(file, this.manifest)) {
			for (Map.Entry<String, byte[]> entry : this.entries.entrySet()) {
				JarEntry header = new JarEntry(entry.getKey());
				// The same content is the same jar, whenever it is written
				header.setTimeLocal(LocalDateTime.of(2000, 1, 1, 0, 0));
				out.putNextEntry(header);
				out.write(entry.getValue());
			}
		}
	}

}
