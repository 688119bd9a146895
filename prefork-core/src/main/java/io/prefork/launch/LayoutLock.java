package io.prefork.launch;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * The lock that masters share on a layout as long as they use it, and without which
 * nobody deletes it.
 * <p>
 * The kernel's locks belong to a process, and all that it has on a file are gone when it
 * closes any descriptor of that file (fcntl_locking(2)). So a process opens the file of a
 * lock that it holds no second time, but counts who uses it. The file is told by its
 * identity, since the layout around it may be renamed. For any thread.
 */
final class LayoutLock implements Closeable {

	private static final Map<Object, LayoutLock> HELD = new HashMap<>();

	private final Object key;

	private final FileChannel channel;

	private int users;

	private LayoutLock(Object key, FileChannel channel) {
		this.key = key;
		this.channel = channel;
	}

	/**
	 * Takes part in the lock.
	 * @param file the lock's file
	 * @return the lock, to be closed once by each that got it; empty if there is no such
	 * file, or it is about to be deleted
	 * @throws IOException if the file system does not do locks, for example
	 */
	static Optional<LayoutLock> share(Path file) throws IOException {
		synchronized (HELD) {
			Optional<Object> key = key(file);
			LayoutLock lock = key.map(HELD::get).orElse(null);
			if (key.isPresent() && lock == null) {
				lock = open(file, key.get());
			}
			if (lock == null) {
				return Optional.empty();
			}
			lock.users++;
			return Optional.of(lock);
		}
	}

	/**
	 * Between the look at the file and the lock somebody may have renamed it, to delete
	 * it.
	 */
	private static @Nullable LayoutLock open(Path file, Object key) throws IOException {
		FileChannel channel = null;
		try {
			channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
			if (channel.tryLock(0, Long.MAX_VALUE, true) != null && key(file).equals(Optional.of(key))) {
				LayoutLock lock = new LayoutLock(key, channel);
				HELD.put(key, lock);
				channel = null;
				return lock;
			}
			return null;
		}
		catch (NoSuchFileException ex) {
			return null;
		}
		finally {
			if (channel != null) {
				channel.close();
			}
		}
	}

	/**
	 * Does something that nobody must be in the way of.
	 * @param file the lock's file
	 * @param action what to do while nobody has the lock
	 * @return whether it was done
	 * @throws IOException if it failed
	 */
	static boolean whenUnused(Path file, Action action) throws IOException {
		synchronized (HELD) {
			if (key(file).map(HELD::containsKey).orElse(false)) {
				return false;
			}
			try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
					FileLock lock = channel.tryLock()) {
				if (lock == null) {
					return false;
				}
				action.run();
				return true;
			}
			catch (OverlappingFileLockException ex) {
				return false;
			}
		}
	}

	private static Optional<Object> key(Path file) throws IOException {
		try {
			return Optional.of(Objects.requireNonNull(Files.readAttributes(file, BasicFileAttributes.class).fileKey()));
		}
		catch (NoSuchFileException ex) {
			return Optional.empty();
		}
	}

	@Override
	public void close() throws IOException {
		synchronized (HELD) {
			this.users--;
			if (this.users == 0) {
				HELD.remove(this.key);
				this.channel.close();
			}
		}
	}

	/**
	 * What is done under the lock.
	 */
	@FunctionalInterface
	interface Action {

		void run() throws IOException;

	}

}
