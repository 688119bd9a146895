package io.prefork.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills one layout. It works on a private copy of the application, whose contents are
 * hashed as they are copied: a deploy that overwrites the original meanwhile cannot mix
 * two contents.
 *
 * @param layout the layout, empty
 * @param extraction how executable jars are extracted
 */
record LayoutBuild(CodeLayout layout, JarExtraction extraction) {

	private static final Logger logger = LoggerFactory.getLogger(LayoutBuild.class);

	/**
	 * Fills it.
	 * @param jar the jar that is started
	 * @return what has been laid out
	 */
	ApplicationFiles run(Path jar) throws IOException, ScatteredApplicationException {
		Path copies = this.layout.directory().resolve("copy");
		ApplicationFiles files = ApplicationFiles.copy(jar, Files.createDirectory(copies));
		ApplicationArchive archive = ApplicationArchive.of(copies.resolve(files.entry()), jar);
		Optional<String> obstacle = archive.extractable() ? extract(copies.resolve(files.entry())) : archive.obstacle();
		if (archive.extractable() && obstacle.isEmpty()) {
			CodeStore.delete(copies);
		}
		else {
			Files.move(copies, this.layout.code(), StandardCopyOption.ATOMIC_MOVE);
		}
		this.layout.seal(files.entry(), obstacle);
		return files;
	}

	/**
	 * Extracts the copy.
	 * @return why it was not possible, or empty
	 */
	private Optional<String> extract(Path copy) throws IOException {
		Path output = this.layout.directory().resolve("output");
		try {
			this.extraction.run(copy, this.layout.code(), output);
			return Optional.empty();
		}
		catch (IOException ex) {
			logger.debug("Cannot extract {}", copy, ex);
			CodeStore.delete(this.layout.code());
			return Optional
				.of("extracting it failed: " + String.valueOf(ex.getMessage()).replaceAll("\\s*\\R\\s*", " | "));
		}
		finally {
			Files.deleteIfExists(output);
		}
	}

}
