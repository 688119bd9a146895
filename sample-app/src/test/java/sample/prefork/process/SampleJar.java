package sample.prefork.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The sample's executable jar at a place of its own, where other ones follow it.
 *
 * @param path where it is
 */
record SampleJar(Path path) {

	private static final Path BUILT = Path.of(System.getProperty("prefork.test.jar"));

	/**
	 * Deploys the jar as it was built, by a rename.
	 */
	void deploy() {
		deploy("");
	}

	/**
	 * Deploys a jar that differs in its settings, by a rename.
	 * @param yaml what is added to its {@code application.yml}, as a document that comes
	 * after those that are there
	 */
	void deploy(String yaml) {
		try {
			Path next = Files.copy(BUILT, this.path.resolveSibling("next.jar"), StandardCopyOption.REPLACE_EXISTING);
			if (!yaml.isEmpty()) {
				try (FileSystem jar = FileSystems.newFileSystem(next)) {
					Files.writeString(jar.getPath("BOOT-INF/classes/application.yml"), "\n---\n" + yaml,
							StandardOpenOption.APPEND);
				}
			}
			Files.move(next, this.path, StandardCopyOption.ATOMIC_MOVE);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
