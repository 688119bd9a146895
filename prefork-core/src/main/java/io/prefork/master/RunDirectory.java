package io.prefork.master;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.prefork.control.ControlServer;
import io.prefork.os.Account;
import io.prefork.scoreboard.Scoreboard;
import io.prefork.worker.WorkerSpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The master's private directory: control socket, scoreboard, first output of workers.
 * Mode 0700, named after the process, removed when the master ends. A master that was
 * killed leaves it behind; it holds a lock in it while it lives, so that the next master
 * can tell and sweeps it away.
 * <p>
 * If the workers are another user, the directory stays the master's, and they may enter
 * it (mode 0710, their group) but change nothing in it: who can make files where root
 * writes can have root write anywhere. Theirs, and nobody else's to open, are those files
 * that they need.
 */
public final class RunDirectory implements Closeable {

	private static final Logger logger = LoggerFactory.getLogger(RunDirectory.class);

	private static final String PREFIX = "prefork-";

	private static final String LOCK = "master.lock";

	private static final Set<PosixFilePermission> ENTERED = PosixFilePermissions.fromString("rwx--x---");

	private static final Set<PosixFilePermission> OWNERS = PosixFilePermissions.fromString("rw-------");

	/**
	 * Length that a unix-domain socket's path must not exceed (unix(7), {@code sun_path}
	 * with its final null), less that of the longest file name used here.
	 */
	private static final int LONGEST = 107 - 1 - 12;

	private static final int LOCK_ATTEMPTS = 100;

	private static final Duration LOCK_PAUSE = Duration.ofMillis(10);

	private final Path path;

	private final FileChannel lock;

	private final Optional<Account> workers;

	private RunDirectory(Path path, FileChannel lock, Optional<Account> workers) {
		this.path = path;
		this.lock = lock;
		this.workers = workers;
	}

	/**
	 * Makes the run directory of this process, for workers of the same user, and sweeps
	 * away those of dead masters of that user.
	 * @param parent where to make it
	 * @return the directory
	 * @throws IOException if that is not possible; the message says why
	 */
	public static RunDirectory create(Path parent) throws IOException {
		return create(parent, Optional.empty());
	}

	/**
	 * Makes the run directory of this process, and sweeps away those of dead masters of
	 * the same user.
	 * @param parent where to make it
	 * @param workers whom the workers run as, if it is not the master's own user
	 * @return the directory
	 * @throws IOException if that is not possible; the message says why
	 */
	public static RunDirectory create(Path parent, Optional<Account> workers) throws IOException {
		if (!Files.isDirectory(parent)) {
			throw new IOException("there is no directory " + parent);
		}
		Optional<Path> barrier = workers.flatMap((account) -> account.barrier(parent));
		if (barrier.isPresent()) {
			throw new IOException(
					"the workers' user " + workers.get() + " may not enter the directory " + barrier.get());
		}
		Path making = Files.createTempDirectory(parent, ".making-" + PREFIX,
				PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
		try {
			sweep(parent, Files.getOwner(making));
			return lockAndMove(making, free(parent.toAbsolutePath().normalize()), workers);
		}
		catch (IOException ex) {
			delete(making);
			throw ex;
		}
	}

	/**
	 * Goes on with the run directory that this process had before it became what it is.
	 * @param path the directory
	 * @param workers whom the workers run as, if it is not the master's own user
	 * @return the directory
	 * @throws IOException if it is not there any more
	 */
	public static RunDirectory resume(Path path, Optional<Account> workers) throws IOException {
		FileChannel lock = FileChannel.open(path.resolve(LOCK), StandardOpenOption.WRITE);
		for (int i = 0; lock.tryLock() == null; i++) {
			// Another master that starts may be trying whether it is abandoned.
			if (i == LOCK_ATTEMPTS) {
				lock.close();
				throw new IOException(path + " is locked by another process");
			}
			LockSupport.parkNanos(LOCK_PAUSE.toNanos());
		}
		ControlServer.remove(path);
		return new RunDirectory(path, lock, workers);
	}

	/**
	 * Whether workers have been let into a directory as this account. Those that live
	 * could not enter it as another one.
	 * @param path the directory of a master that runs
	 * @param workers whom workers are to run as, if it is not the master's own user
	 * @param own the master's own user
	 * @return whether they have
	 * @throws IOException if it cannot be looked at
	 */
	public static boolean admits(Path path, Optional<Account> workers, Account own) throws IOException {
		Object uid = Files.getAttribute(path.resolve(Scoreboard.FILE), "unix:uid");
		Object gid = Files.getAttribute(path, "unix:gid");
		return uid.equals(workers.orElse(own).uid())
				&& workers.map((account) -> gid.equals(account.gid())).orElse(true);
	}

	private static RunDirectory lockAndMove(Path making, Path path, Optional<Account> workers) throws IOException {
		FileChannel lock = FileChannel.open(making.resolve(LOCK),
				Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
				PosixFilePermissions.asFileAttribute(OWNERS));
		try {
			if (lock.tryLock() == null) {
				throw new IOException("a new file is locked already; does the file system support locks?");
			}
			Files.move(making, path, StandardCopyOption.ATOMIC_MOVE);
			return new RunDirectory(path, lock, workers);
		}
		catch (IOException ex) {
			lock.close();
			throw ex;
		}
	}

	/**
	 * In containers that share the parent directory masters have the same process id, as
	 * a rule.
	 */
	private static Path free(Path parent) throws IOException {
		String name = PREFIX + ProcessHandle.current().pid();
		Path path = parent.resolve(name);
		for (int i = 2; Files.exists(path, LinkOption.NOFOLLOW_LINKS); i++) {
			path = parent.resolve(name + "-" + i);
		}
		if (path.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST) {
			throw new IOException("the path " + path + " is longer than the " + LONGEST
					+ " bytes that leave room for a unix-domain socket");
		}
		return path;
	}

	private static void sweep(Path parent, UserPrincipal user) throws IOException {
		try (DirectoryStream<Path> candidates = Files.newDirectoryStream(parent, PREFIX + "*")) {
			for (Path candidate : candidates) {
				if (isAbandoned(candidate, user)) {
					logger.info("Removing {}, left behind by a master that was killed", candidate);
					deleteIfPossible(candidate);
				}
			}
		}
	}

	/**
	 * Another master that starts may be sweeping at the same time.
	 */
	private static void deleteIfPossible(Path directory) {
		try {
			delete(directory);
		}
		catch (IOException ex) {
			logger.debug("Cannot remove {}", directory, ex);
		}
	}

	private static boolean isAbandoned(Path directory, UserPrincipal user) {
		Path lockFile = directory.resolve(LOCK);
		try {
			boolean ours = Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
					&& Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).equals(user);
			if (!ours || !Files.isRegularFile(lockFile, LinkOption.NOFOLLOW_LINKS) || isHandedOver(directory)) {
				return false;
			}
			try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
					FileLock held = channel.tryLock()) {
				return held != null;
			}
		}
		catch (IOException | OverlappingFileLockException ex) {
			return false;
		}
	}

	/**
	 * The lock of a process does not outlive its program on every kernel (before 5.11, if
	 * it had threads). The time of its record says until when it may be between two.
	 */
	private static boolean isHandedOver(Path directory) throws IOException {
		Path file = directory.resolve(WorkerSpec.HANDOVER);
		return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
				&& Files.getLastModifiedTime(file).toInstant().isAfter(Instant.now());
	}

	/**
	 * Name of the user that workers run as.
	 */
	String user() {
		return this.workers.map(Account::name).orElseGet(() -> System.getProperty("user.name"));
	}

	/**
	 * Where it is.
	 * @return an absolute path
	 */
	public Path path() {
		return this.path;
	}

	/**
	 * Lets workers in, once everything is there that they need.
	 * @param files names of files that they read and write
	 */
	void admitWorkers(String... files) throws IOException {
		if (this.workers.isPresent()) {
			for (String file : files) {
				give(this.path.resolve(file), this.workers.get());
			}
			Files.setAttribute(this.path, "unix:gid", this.workers.get().gid());
			Files.setPosixFilePermissions(this.path, ENTERED);
		}
	}

	/**
	 * Makes the files of one worker its own, before it is started.
	 */
	void admit(WorkerSpec worker) throws IOException {
		if (this.workers.isPresent()) {
			for (Path file : List.of(worker.firstOutput(), worker.lastOutput())) {
				Files.createFile(file);
				give(file, this.workers.get());
			}
			if (Files.exists(worker.argumentFile())) {
				give(worker.argumentFile(), this.workers.get());
			}
		}
	}

	private static void give(Path file, Account account) throws IOException {
		Files.setPosixFilePermissions(file, OWNERS);
		Files.setAttribute(file, "unix:uid", account.uid(), LinkOption.NOFOLLOW_LINKS);
	}

	/**
	 * Removes it.
	 */
	@Override
	public void close() throws IOException {
		try {
			delete(this.path);
		}
		finally {
			this.lock.close();
		}
	}

	private static void delete(Path directory) throws IOException {
		List<Path> contents;
		try (Stream<Path> walk = Files.walk(directory)) {
			contents = walk.sorted(Comparator.reverseOrder()).toList();
		}
		catch (UncheckedIOException ex) {
			throw ex.getCause();
		}
		for (Path file : contents) {
			Files.deleteIfExists(file);
		}
	}

}
