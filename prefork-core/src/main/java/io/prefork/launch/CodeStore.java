package io.prefork.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of laid-out code, one layout a content, shared by all masters of a user.
 * <p>
 * There is no lock on the whole. A layout is built beside its place and renamed into it;
 * of two that build the same, one is first and the other takes that. It is locked by
 * whoever uses it, also while it is built, and what is to be deleted is renamed first, so
 * that nobody finds it any more.
 */
final class CodeStore {

	private static final Logger logger = LoggerFactory.getLogger(CodeStore.class);

	private static final String BUILDING = ".building-";

	private static final String REMOVING = ".removing-";

	/**
	 * In which a builder gets its lock.
	 */
	private static final Duration YOUNG = Duration.ofMinutes(1);

	private final Path directory;

	private final JarExtraction extraction;

	/**
	 * Opens a store.
	 * @param directory its directory, see {@link CacheDirectory}
	 * @param extraction how executable jars are extracted
	 */
	CodeStore(Path directory, JarExtraction extraction) {
		this.directory = directory;
		this.extraction = extraction;
	}

	Path directory() {
		return this.directory;
	}

	/**
	 * Lays out what an application is now, or finds the layout that was made before.
	 * @param jar the jar that is started
	 * @return its layout, whole and in use
	 * @throws BrokenArchiveException if a jar is not whole
	 * @throws ScatteredApplicationException if it is more than jars in one directory
	 * @throws IOException if the directory cannot be worked with; the message says why
	 */
	CodeLayout layOut(Path jar) throws IOException, ScatteredApplicationException {
		Optional<CodeLayout> found = find(ApplicationFiles.at(jar).id());
		return found.isPresent() ? found.get() : build(jar);
	}

	/**
	 * Finds a layout.
	 * @param id its id
	 * @return the layout, whole and in use, or empty
	 * @throws IOException if it cannot be locked
	 */
	Optional<CodeLayout> find(String id) throws IOException {
		Optional<CodeLayout> layout = hold(id);
		if (layout.isPresent() && !layout.get().isWhole()) {
			layout.get().close();
			return Optional.empty();
		}
		return layout;
	}

	/**
	 * Keeps a layout from being deleted.
	 * @param id its id
	 * @return the layout, in use and perhaps damaged, or empty
	 * @throws IOException if it cannot be locked
	 */
	Optional<CodeLayout> hold(String id) throws IOException {
		return CodeLayout.hold(this.directory.resolve(id));
	}

	private CodeLayout build(Path jar) throws IOException, ScatteredApplicationException {
		Path building = Files.createTempDirectory(this.directory, BUILDING,
				PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
		try (CodeLayout layout = CodeLayout.begin(building)) {
			ApplicationFiles files = new LayoutBuild(layout, this.extraction).run(jar);
			return place(building, files.id());
		}
		finally {
			delete(building);
		}
	}

	/**
	 * While it is renamed the builder has it in use, and whoever gets it afterwards.
	 */
	private CodeLayout place(Path building, String id) throws IOException {
		Path place = this.directory.resolve(id);
		while (true) {
			boolean moved = isMoved(building, place);
			Optional<CodeLayout> layout = moved ? hold(id) : find(id);
			if (layout.isPresent()) {
				return layout.get();
			}
			if (moved) {
				throw new IOException("somebody has deleted " + place);
			}
			logger.warn("{} was damaged, and is laid out again", place);
			remove(place);
		}
	}

	private static boolean isMoved(Path building, Path place) throws IOException {
		try {
			Files.move(building, place, StandardCopyOption.ATOMIC_MOVE);
			return true;
		}
		catch (AtomicMoveNotSupportedException | NoSuchFileException ex) {
			throw ex;
		}
		catch (FileSystemException ex) {
			if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
				return false;
			}
			throw ex;
		}
	}

	/**
	 * Deletes what nobody uses.
	 * @param keep ids of layouts to be kept
	 */
	void prune(Set<String> keep) {
		try (DirectoryStream<Path> candidates = Files.newDirectoryStream(this.directory)) {
			for (Path candidate : candidates) {
				if (isLayout(candidate) && !keep.contains(candidate.getFileName().toString())) {
					prune(candidate);
				}
			}
		}
		catch (IOException ex) {
			logger.debug("Cannot look for old code in {}", this.directory, ex);
		}
	}

	private boolean isLayout(Path path) throws IOException {
		String name = path.getFileName().toString();
		if (name.startsWith(BUILDING)) {
			return Files.getLastModifiedTime(path).toInstant().isBefore(Instant.now().minus(YOUNG));
		}
		return name.startsWith(REMOVING) || Files.exists(CodeLayout.lockFile(path), LinkOption.NOFOLLOW_LINKS);
	}

	private void prune(Path layout) {
		Path lock = CodeLayout.lockFile(layout);
		try {
			Path removing = renamed();
			if (!Files.exists(lock)) {
				delete(layout);
			}
			else if (LayoutLock.whenUnused(lock, () -> Files.move(layout, removing, StandardCopyOption.ATOMIC_MOVE))) {
				delete(removing);
				logger.debug("Deleted {}, which nobody uses", layout);
			}
		}
		catch (IOException ex) {
			logger.debug("Cannot delete {}", layout, ex);
		}
	}

	/**
	 * Makes room where a damaged layout is. Who uses it finds the new one there.
	 */
	private void remove(Path layout) throws IOException {
		Path removing = renamed();
		try {
			Files.move(layout, removing, StandardCopyOption.ATOMIC_MOVE);
			prune(removing);
		}
		catch (NoSuchFileException ex) {
			// Somebody else was faster
		}
	}

	private Path renamed() {
		return this.directory
			.resolve(REMOVING + Long.toHexString(System.nanoTime()) + "-" + ProcessHandle.current().pid());
	}

	/**
	 * Deletes a directory, if it exists. Others may be doing so, too.
	 */
	static void delete(Path directory) throws IOException {
		List<Path> contents;
		try (Stream<Path> walk = Files.walk(directory)) {
			contents = walk.sorted(Comparator.reverseOrder()).toList();
		}
		catch (NoSuchFileException ex) {
			return;
		}
		catch (UncheckedIOException ex) {
			throw ex.getCause();
		}
		for (Path file : contents) {
			Files.deleteIfExists(file);
		}
	}

}
