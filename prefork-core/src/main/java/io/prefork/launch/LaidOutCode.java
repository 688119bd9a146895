package io.prefork.launch;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Workers run from a private copy of the application, laid out once for each content, so
 * that what happens to the original does not concern them until they are replaced.
 * <p>
 * In use, and so kept, is the code of each generation that may still have workers, of the
 * pool's generation and of the one before.
 */
public final class LaidOutCode implements WorkerCode {

	private static final Logger logger = LoggerFactory.getLogger(LaidOutCode.class);

	private static final Duration EXTRACTION_LIMIT = Duration.ofMinutes(2);

	private final CodeStore store;

	private final CodeRecords records;

	private final Path jar;

	private final Executor cleaner;

	private final NavigableMap<Integer, Placement> generations = new ConcurrentSkipListMap<>();

	/** By id, guarded by this. */
	private final Map<String, CodeLayout> held = new HashMap<>();

	private CodeRecord proven;

	private int provenGeneration;

	LaidOutCode(CodeStore store, Path jar, Executor cleaner) throws IOException {
		this.store = store;
		this.records = new CodeRecords(store.directory());
		this.jar = jar;
		this.cleaner = cleaner;
		this.proven = this.records.read(jar);
		for (String id : this.proven.ids()) {
			store.hold(id).ifPresent((layout) -> this.held.put(id, layout));
		}
	}

	/**
	 * Begins.
	 * @param directory where to lay out, see {@link CacheDirectory}
	 * @param image what the master was started with
	 * @param jar the jar among it
	 * @return code, none of it ready
	 * @throws IOException if the directory cannot be worked with
	 */
	public static LaidOutCode in(Path directory, JvmImage image, EntryPoint.Jar jar) throws IOException {
		CodeStore store = new CodeStore(directory, new JarExtraction(image.executable(), EXTRACTION_LIMIT));
		return new LaidOutCode(store, image.workingDirectory().resolve(jar.path()), (task) -> {
			Thread thread = new Thread(task, "prefork-code");
			thread.setDaemon(true);
			thread.start();
		});
	}

	@Override
	public EntryPoint entryPoint(int generation) {
		Map.Entry<Integer, Placement> placement = this.generations.floorEntry(generation);
		return Objects.requireNonNull(placement, "no code is ready").getValue().entryPoint();
	}

	@Override
	public void prepareCurrent(int generation) throws IOException {
		long begin = System.nanoTime();
		try {
			CodeLayout layout = this.store.layOut(this.jar);
			place(generation, layout);
			logger.info("Generation {} runs from {}, made ready in {} ms{}", generation, layout.directory(),
					Duration.ofNanos(System.nanoTime() - begin).toMillis(),
					layout.note().map((note) -> "; not extracted, which starts slower: " + note).orElse(""));
		}
		catch (ScatteredApplicationException ex) {
			place(generation, null);
			logger.info("Generation {} runs from {}, where no file must be replaced while it runs: {}", generation,
					this.jar, ex.getMessage());
		}
	}

	@Override
	public void preparePrevious(int generation) throws IOException {
		String id = previous().orElseThrow(() -> new IOException("there is no previous code"));
		CodeLayout layout = this.store.find(id)
			.orElseThrow(() -> new IOException("the previous code, " + id + ", is damaged or gone"));
		place(generation, layout);
		logger.info("Generation {} runs the previous code, from {}", generation, layout.directory());
	}

	@Override
	public Optional<String> id(int generation) {
		return Optional.ofNullable(this.generations.floorEntry(generation))
			.flatMap((placement) -> placement.getValue().layout());
	}

	@Override
	public void resume(int generation, Optional<String> id) throws IOException {
		Optional<CodeLayout> layout = id.isPresent() ? this.store.find(id.get()) : Optional.empty();
		if (layout.isPresent()) {
			place(generation, layout.get());
			logger.info("Generation {} goes on from {}", generation, layout.get().directory());
		}
		else {
			id.ifPresent((gone) -> logger.warn(
					"The code of generation {}, {}, is not in {}: new workers of it run what is on disk now",
					generation, gone, this.store.directory()));
			prepareCurrent(generation);
		}
	}

	private synchronized Optional<String> previous() {
		proveFirst();
		return this.proven.previous();
	}

	private synchronized void place(int generation, @Nullable CodeLayout layout) throws IOException {
		proveFirst();
		// What failed before it had proven itself
		this.generations.subMap(this.provenGeneration, false, generation, true).clear();
		if (layout == null) {
			this.generations.put(generation, new Placement(new EntryPoint.Jar(this.jar.toString()), Optional.empty()));
		}
		else {
			this.generations.put(generation, new Placement(layout.entryPoint(), Optional.of(layout.id())));
			CodeLayout same = this.held.put(layout.id(), layout);
			if (same != null) {
				same.close();
			}
		}
		releaseUnused();
	}

	/**
	 * If a second generation is wanted, the first has served.
	 */
	private void proveFirst() {
		if (this.provenGeneration == 0 && !this.generations.isEmpty()) {
			used(this.generations.firstKey());
		}
	}

	@Override
	public synchronized void used(int generation) {
		Map.Entry<Integer, Placement> placement = this.generations.floorEntry(generation);
		if (placement == null || placement.getKey() <= this.provenGeneration) {
			return;
		}
		this.provenGeneration = placement.getKey();
		this.proven = this.proven.followedBy(placement.getValue().layout());
		this.generations.headMap(this.provenGeneration).clear();
		releaseUnused();
		CodeRecord record = this.proven;
		this.cleaner.execute(() -> clean(record));
	}

	private void clean(CodeRecord record) {
		try {
			this.store.prune(this.records.write(this.jar, record));
		}
		catch (IOException ex) {
			logger.warn("{} keeps code that nobody needs, and after a restart there is no previous code: {}",
					this.store.directory(), ex.toString());
		}
	}

	private void releaseUnused() {
		Set<String> used = new HashSet<>(this.proven.ids());
		this.generations.values().forEach((placement) -> placement.layout().ifPresent(used::add));
		this.held.entrySet().removeIf((entry) -> !used.contains(entry.getKey()) && release(entry.getValue()));
	}

	private static boolean release(CodeLayout layout) {
		try {
			layout.close();
		}
		catch (IOException ex) {
			logger.debug("Cannot release {}", layout.directory(), ex);
		}
		return true;
	}

	/**
	 * Where a generation runs.
	 *
	 * @param entryPoint where its workers begin
	 * @param layout the id of its layout, empty if it is where the application is
	 */
	private record Placement(EntryPoint entryPoint, Optional<String> layout) {
	}

}
