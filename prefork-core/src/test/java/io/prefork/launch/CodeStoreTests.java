package io.prefork.launch;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.jar.JarFile;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link CodeStore} and what layouts are made of.
 */
@Timeout(60)
class CodeStoreTests {

	private static final JarExtraction NO_EXTRACTION = new JarExtraction(Path.of("/no/java"), Duration.ZERO);

	@TempDir
	private Path directory;

	private Path jar;

	private CodeStore store;

	private final List<CodeLayout> layouts = new ArrayList<>();

	@BeforeEach
	void open() throws IOException {
		this.jar = this.directory.resolve("srv/app.jar");
		this.store = new CodeStore(Files.createDirectory(this.directory.resolve("store")), NO_EXTRACTION);
	}

	@AfterEach
	void release() throws IOException {
		for (CodeLayout layout : this.layouts) {
			layout.close();
		}
	}

	@Test
	void whenJarIsLaidOutThenItIsAPrivateCopyMadeOnce() throws Exception {
		TestJar.of("one").write(this.jar);
		CodeLayout layout = layOut();
		Path copy = entry(layout);
		assertThat(copy).startsWith(this.store.directory()).hasFileName("app.jar").hasSameBinaryContentAs(this.jar);
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(layout.directory())))
			.isEqualTo("rwx------");
		Object identity = Files.getAttribute(copy, "unix:ino");
		assertThat(Files.getAttribute(entry(layOut()), "unix:ino")).isEqualTo(identity);
		assertThat(stored()).containsExactly(layout.id());
	}

	@Test
	void whenContentIsOtherThenLayoutIsOtherEvenOfTheSameSizeAndTime() throws Exception {
		FileTime time = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
		Files.setLastModifiedTime(TestJar.of("one").write(this.jar), time);
		CodeLayout one = layOut();
		Files.setLastModifiedTime(TestJar.of("two").write(this.jar), time);
		CodeLayout two = layOut();
		assertThat(two.id()).isNotEqualTo(one.id());
		assertThat(content(entry(one))).isEqualTo("one");
		assertThat(content(entry(two))).isEqualTo("two");
	}

	@Test
	void whenLinkLeadsToJarThenWhatItLeadsToIsLaidOut() throws Exception {
		TestJar.of("one").write(this.directory.resolve("releases/1/app-1.jar"));
		Files.createDirectories(this.jar.getParent());
		Files.createSymbolicLink(this.jar, Path.of("../releases/1/app-1.jar"));
		assertThat(entry(layOut())).hasFileName("app-1.jar");
	}

	@Test
	void whenManifestNamesJarsThenTheyAreLaidOutAsTheyLie() throws Exception {
		TestJar.of("app").attribute("Class-Path", "lib/one.jar lib/gone.jar  lib/a%20b.jar").write(this.jar);
		Path one = TestJar.of("one")
			.attribute("Class-Path", "sub/two.jar one.jar")
			.write(this.jar.resolveSibling("lib/one.jar"));
		TestJar.of("a b").write(this.jar.resolveSibling("lib/a b.jar"));
		TestJar.of("two").write(this.jar.resolveSibling("lib/sub/two.jar"));
		TestJar.of("unnamed").write(this.jar.resolveSibling("lib/three.jar"));
		CodeLayout layout = layOut();
		Path lib = entry(layout).resolveSibling("lib");
		assertThat(content(lib.resolve("one.jar"))).isEqualTo("one");
		assertThat(content(lib.resolve("a b.jar"))).isEqualTo("a b");
		assertThat(content(lib.resolve("sub/two.jar"))).isEqualTo("two");
		assertThat(lib.resolve("three.jar")).doesNotExist();
		TestJar.of("other").write(one);
		assertThat(content(entry(layOut()).resolveSibling("lib/one.jar"))).isEqualTo("other");
	}

	@ParameterizedTest
	@ValueSource(strings = { "../outside.jar", "file:/opt/lib.jar", "config/", ".", "http://host/lib.jar", "//host/a",
			"no[uri.jar" })
	void whenManifestNamesMoreThanJarsBesideItThenItIsNotLaidOut(String entry) throws Exception {
		TestJar.of("app").attribute("Class-Path", entry).write(this.jar);
		Files.createDirectory(this.jar.resolveSibling("config"));
		assertThatExceptionOfType(ScatteredApplicationException.class).isThrownBy(this::layOut)
			.withMessage("the Class-Path of app.jar has " + entry);
		assertThat(stored()).isEmpty();
	}

	@Test
	void whenJarIsNotThereThenItIsSaid() {
		assertThatExceptionOfType(BrokenArchiveException.class).isThrownBy(this::layOut)
			.withMessage("there is no " + this.jar);
	}

	@ParameterizedTest
	@ValueSource(strings = { "empty", "garbage", "truncated", "begun" })
	void whenJarIsNotWholeThenItIsRefusedAndNothingIsLeft(String damage) throws Exception {
		TestJar.of("x".repeat(100_000)).entry("noise", noise()).write(this.jar);
		damage(this.jar, damage);
		assertThatExceptionOfType(BrokenArchiveException.class).isThrownBy(this::layOut)
			.withMessageStartingWith(this.jar + " is not a whole jar: ");
		assertThat(stored()).isEmpty();
	}

	@Test
	void whenNamedJarIsNotWholeThenItIsRefused() throws Exception {
		TestJar.of("app").attribute("Class-Path", "one.jar").write(this.jar);
		Path library = TestJar.of("one").write(this.jar.resolveSibling("one.jar"));
		damage(library, "truncated");
		assertThatExceptionOfType(BrokenArchiveException.class).isThrownBy(this::layOut)
			.withMessageStartingWith(library + " is not a whole jar: ");
		assertThat(stored()).isEmpty();
	}

	@Test
	void whenJarIsOverwrittenMeanwhileThenContentsAreNeverMixed() throws Exception {
		TestJar.of("0".repeat(50_000)).write(this.jar);
		AtomicBoolean end = new AtomicBoolean();
		Thread deploys = new Thread(() -> {
			try {
				for (int i = 0; !end.get(); i = (i + 1) % 10) {
					TestJar.of(Integer.toString(i).repeat(50_000)).entry("noise", noise()).overwrite(this.jar);
				}
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		});
		deploys.start();
		try {
			for (int i = 0; i < 50; i++) {
				try {
					String content = content(entry(layOut()));
					assertThat(content).isEqualTo(content.substring(0, 1).repeat(50_000));
				}
				catch (BrokenArchiveException ex) {
					assertThat(ex).hasMessageContaining(this.jar.toString());
				}
			}
		}
		finally {
			end.set(true);
			deploys.join();
		}
		assertThat(stored()).noneMatch((name) -> name.startsWith("."));
		assertThat(content(entry(layOut()))).hasSize(50_000);
	}

	@ParameterizedTest
	@ValueSource(strings = { "changed", "removed", "added", "unlisted" })
	void whenLayoutWasTamperedWithThenItIsLaidOutAgain(String how) throws Exception {
		TestJar.of("one").write(this.jar);
		CodeLayout layout = layOut();
		Path copy = entry(layout);
		switch (how) {
			case "changed" -> Files.write(copy, new byte[(int) Files.size(copy)]);
			case "removed" -> Files.delete(copy);
			case "added" -> Files.createFile(copy.resolveSibling("added.jar"));
			default -> Files.delete(layout.directory().resolve("contents"));
		}
		assertThat(this.store.find(layout.id())).isEmpty();
		CodeLayout again = layOut();
		assertThat(again.id()).isEqualTo(layout.id());
		assertThat(again.isWhole()).isTrue();
		assertThat(entry(again)).isEqualTo(copy).hasSameBinaryContentAs(this.jar);
		this.layouts.remove(layout);
		layout.close();
		this.store.prune(Set.of(again.id()));
		assertThat(stored()).containsExactly(again.id());
	}

	@Test
	void whenManyBuildTheSameAtOnceThenAllGetOne() throws Exception {
		TestJar.of("one").entry("noise", noise()).write(this.jar);
		int many = 6;
		CyclicBarrier barrier = new CyclicBarrier(many);
		ExecutorService executor = Executors.newFixedThreadPool(many);
		try {
			List<Future<CodeLayout>> futures = new ArrayList<>();
			for (int i = 0; i < many; i++) {
				CodeStore own = new CodeStore(this.store.directory(), NO_EXTRACTION);
				futures.add(executor.submit(() -> {
					barrier.await();
					return own.layOut(this.jar);
				}));
			}
			Set<String> ids = new HashSet<>();
			for (Future<CodeLayout> future : futures) {
				this.layouts.add(future.get());
				ids.add(future.get().id());
				assertThat(future.get().isWhole()).isTrue();
			}
			assertThat(ids).hasSize(1);
			assertThat(stored()).containsExactlyElementsOf(ids);
		}
		finally {
			executor.shutdownNow();
		}
	}

	@Test
	void whenPrunedThenWhatIsUsedOrToBeKeptStays() throws Exception {
		List<CodeLayout> made = new ArrayList<>();
		for (String content : List.of("kept", "used", "old")) {
			TestJar.of(content).write(this.jar);
			made.add(this.store.layOut(this.jar));
		}
		this.layouts.add(made.get(1));
		made.get(0).close();
		made.get(2).close();
		Path abandoned = Files.createDirectories(this.store.directory().resolve(".building-1"));
		Files.createFile(abandoned.resolve("lock"));
		Files.setLastModifiedTime(abandoned, FileTime.from(Instant.now().minusSeconds(600)));
		Path young = Files.createDirectories(this.store.directory().resolve(".building-2"));
		Files.createDirectories(this.store.directory().resolve(".removing-1/code"));
		Path foreign = Files.createDirectories(this.store.directory().resolve("foreign"));
		this.store.prune(Set.of(made.get(0).id()));
		assertThat(stored()).containsExactlyInAnyOrder(made.get(0).id(), made.get(1).id(),
				young.getFileName().toString(), foreign.getFileName().toString());
	}

	@Test
	void whenOtherProcessUsesLayoutThenItIsNotPruned() throws Exception {
		TestJar.of("one").write(this.jar);
		try (OtherMaster other = OtherMaster.holding(this.store.directory(), this.jar)) {
			this.store.prune(Set.of());
			assertThat(stored()).hasSize(1);
			other.kill();
			this.store.prune(Set.of());
			assertThat(stored()).isEmpty();
		}
	}

	@Test
	void whenTwoGenerationsShareALayoutThenTheEndOfOneDoesNotRelease() throws Exception {
		TestJar.of("one").write(this.jar);
		CodeLayout first = this.store.layOut(this.jar);
		CodeLayout second = this.store.layOut(this.jar);
		first.close();
		this.store.prune(Set.of());
		OtherMaster.prune(this.store.directory());
		assertThat(stored()).containsExactly(second.id());
		second.close();
		OtherMaster.prune(this.store.directory());
		assertThat(stored()).isEmpty();
	}

	private CodeLayout layOut() throws IOException, ScatteredApplicationException {
		CodeLayout layout = this.store.layOut(this.jar);
		this.layouts.add(layout);
		return layout;
	}

	private List<String> stored() throws IOException {
		try (Stream<Path> list = Files.list(this.store.directory())) {
			return list.map((path) -> path.getFileName().toString()).toList();
		}
	}

	private static Path entry(CodeLayout layout) throws IOException {
		return Path.of(layout.entryPoint().main(Path.of("/")).get(1));
	}

	private static String content(Path jar) throws IOException {
		try (JarFile file = new JarFile(jar.toFile())) {
			return new String(file.getInputStream(file.getEntry("content")).readAllBytes());
		}
	}

	private static void damage(Path jar, String how) throws IOException {
		try (RandomAccessFile file = new RandomAccessFile(jar.toFile(), "rw")) {
			switch (how) {
				case "empty" -> file.setLength(0);
				case "garbage" -> file.write(new byte[(int) file.length()]);
				case "truncated" -> file.setLength(file.length() * 3 / 4);
				default -> {
					file.seek(file.length() / 2);
					file.write(new byte[1000]);
				}
			}
		}
	}

	private static String noise() {
		return new Random(1).ints(20_000, 32, 127)
			.collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
			.toString();
	}

}
