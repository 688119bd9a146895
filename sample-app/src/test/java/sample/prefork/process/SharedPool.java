package sample.prefork.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.util.FileSystemUtils;

/**
 * The pool that tests of one class share, started when the first of them wants it. After
 * a test that failed the next one gets another.
 */
final class SharedPool {

	private static final Map<Class<?>, SharedPool> OF_CLASSES = new ConcurrentHashMap<>();

	private final Path directory;

	private @Nullable PoolProcess pool;

	private SharedPool(Path directory) {
		this.directory = directory;
	}

	static SharedPool of(Class<?> testClass) {
		return OF_CLASSES.computeIfAbsent(testClass, (key) -> {
			try {
				return new SharedPool(Files.createTempDirectory("prefork-shared"));
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		});
	}

	/**
	 * A directory that is there for as long as the pool.
	 * @return the directory
	 */
	Path directory() {
		return this.directory;
	}

	PoolProcess pool(BiFunction<Path, Consumer<PoolProcess>, PoolLauncher> launcher) {
		return (this.pool != null) ? this.pool
				: launcher.apply(this.directory, (started) -> this.pool = started).start();
	}

	@Nullable PoolProcess started() {
		return this.pool;
	}

	void discard() {
		if (this.pool != null) {
			this.pool.destroy();
			this.pool = null;
		}
	}

	/**
	 * Ends the pool of a class, and checks that nothing is left of it.
	 * @param testClass the class
	 */
	static void finish(Class<?> testClass) {
		SharedPool shared = OF_CLASSES.remove(testClass);
		if (shared == null) {
			return;
		}
		try {
			if (shared.pool != null) {
				shared.pool.finish();
			}
		}
		finally {
			shared.discard();
			FileSystemUtils.deleteRecursively(shared.directory.toFile());
		}
	}

}
