package io.prefork.launch;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds and makes the private directory that code is laid out in. Whoever may write there
 * can have his code run by us, so it must be ours alone; the directory around it need not
 * be.
 */
public final class CacheDirectory {

	private static final FileAttribute<Set<PosixFilePermission>> PRIVATE = PosixFilePermissions
		.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

	private static final String NAME = "prefork";

	private CacheDirectory() {
	}

	/**
	 * The directories in which one can be made if none was chosen, best first:
	 * {@code $CACHE_DIRECTORY} (systemd.exec(5), the first if there are several),
	 * {@code $XDG_CACHE_HOME} or {@code ~/.cache} (XDG Base Directory Specification), the
	 * temporary directory.
	 * @param environment environment variables
	 * @return absolute paths
	 */
	public static List<Path> candidates(Map<String, String> environment) {
		String home = environment.getOrDefault("HOME", System.getProperty("user.home", ""));
		return Stream
			.of(environment.getOrDefault("CACHE_DIRECTORY", "").split(File.pathSeparator)[0],
					environment.getOrDefault("XDG_CACHE_HOME", ""), home.isEmpty() ? "" : home + "/.cache",
					System.getProperty("java.io.tmpdir"))
			.map(Path::of)
			.filter(Path::isAbsolute)
			.distinct()
			.toList();
	}

	/**
	 * Makes the private directory, or finds the one that was made before: {@code prefork}
	 * in a directory that is ours, {@code prefork-<uid>} in one that others may write to.
	 * @param parent where, made if it does not exist
	 * @return a directory that belongs to this user, that no other can write to, and that
	 * this process can
	 * @throws IOException if there is none; the message says why
	 */
	public static Path in(Path parent) throws IOException {
		int user = user();
		Path real = Files.isDirectory(parent) ? parent.toRealPath()
				: Files.createDirectories(parent.toAbsolutePath(), PRIVATE).toRealPath();
		Path directory = real.resolve(isOurs(real, user) ? NAME : NAME + "-" + user);
		try {
			Files.createDirectory(directory, PRIVATE);
		}
		catch (FileAlreadyExistsException ex) {
			if (!isOurs(directory, user)) {
				throw new IOException("it holds " + directory + ", which is not a directory of this user (" + user
						+ ") alone: whoever can write there could have code of his run here", ex);
			}
		}
		Files.delete(Files.createTempFile(directory, ".probe", null));
		return directory;
	}

	private static boolean isOurs(Path directory, int user) throws IOException {
		return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
				&& Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(user)
				&& Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS)
					.stream()
					.noneMatch((permission) -> permission == PosixFilePermission.GROUP_WRITE
							|| permission == PosixFilePermission.OTHERS_WRITE);
	}

	/**
	 * The effective user. It may have no name, and {@code /proc/self} itself belongs to
	 * root if the JVM's executable has capabilities (proc(5)).
	 */
	private static int user() throws IOException {
		return Files.readAllLines(Path.of("/proc/self/status"))
			.stream()
			.filter((line) -> line.startsWith("Uid:"))
			.map((line) -> Integer.parseUnsignedInt(line.split("\\s+")[2]))
			.findFirst()
			.orElseThrow(() -> new IOException("/proc does not tell whose process this is"));
	}

}
