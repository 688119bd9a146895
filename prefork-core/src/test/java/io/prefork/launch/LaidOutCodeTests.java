package io.prefork.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * Tests for {@link LaidOutCode} and what it remembers.
 */
@Timeout(60)
class LaidOutCodeTests {

	@TempDir
	private Path directory;

	private Path jar;

	private Path cache;

	private LaidOutCode code;

	@BeforeEach
	void start() throws IOException {
		this.jar = this.directory.resolve("srv/app.jar");
		this.cache = Files.createDirectory(this.directory.resolve("cache"));
		this.code = code(this.jar);
	}

	@Test
	void whenJarIsReplacedThenGenerationsKeepTheirCode() throws IOException {
		assertThatNullPointerException().isThrownBy(() -> this.code.entryPoint(1));
		deploy("one", 1);
		deploy("two", 3);
		assertThat(content(1)).isEqualTo("one");
		assertThat(content(2)).isEqualTo("one");
		assertThat(content(3)).isEqualTo("two");
		assertThat(content(4)).isEqualTo("two");
	}

	@Test
	void whenJarIsBrokenThenGenerationIsRefusedAndTheOthersGoOn() throws IOException {
		deploy("one", 1);
		this.code.used(1);
		Files.writeString(this.jar, "garbage");
		assertThatExceptionOfType(BrokenArchiveException.class).isThrownBy(() -> this.code.prepareCurrent(2));
		assertThat(content(1)).isEqualTo("one");
		assertThat(content(2)).isEqualTo("one");
		assertThat(layouts()).hasSize(1);
	}

	@Test
	void whenThereIsNoPreviousCodeThenThatIsSaid() throws IOException {
		deploy("one", 1);
		this.code.used(1);
		assertThatIOException().isThrownBy(() -> this.code.preparePrevious(2)).withMessage("there is no previous code");
		deploy("one", 2);
		this.code.used(2);
		assertThatIOException().isThrownBy(() -> this.code.preparePrevious(3));
	}

	@Test
	void whenRolledBackThenPreviousCodeRunsAndTheOtherBecomesThePrevious() throws IOException {
		deploy("one", 1);
		this.code.used(1);
		deploy("two", 2);
		this.code.used(2);
		this.code.preparePrevious(3);
		assertThat(content(2)).isEqualTo("two");
		assertThat(content(3)).isEqualTo("one");
		this.code.used(3);
		this.code.preparePrevious(4);
		assertThat(content(4)).isEqualTo("two");
	}

	@Test
	void whenReloadedWithoutNewCodeThenPreviousCodeIsNotForgotten() throws IOException {
		deploy("one", 1);
		deploy("two", 2);
		this.code.used(2);
		deploy("two", 3);
		this.code.used(3);
		this.code.preparePrevious(4);
		assertThat(content(4)).isEqualTo("one");
	}

	@Test
	void whenPreviousCodeIsDamagedThenRollbackIsRefused() throws IOException {
		deploy("one", 1);
		Path one = entry(1);
		deploy("two", 2);
		this.code.used(2);
		Files.writeString(one, "damaged");
		assertThatIOException().isThrownBy(() -> this.code.preparePrevious(3))
			.withMessageEndingWith("is damaged or gone");
		assertThat(content(3)).isEqualTo("two");
	}

	@Test
	void whenGenerationHasProvenItselfThenCurrentAndPreviousCodeAreKept() throws IOException {
		for (int generation = 1; generation <= 4; generation++) {
			deploy("code " + generation, generation);
			this.code.used(generation);
		}
		assertThat(layouts()).hasSize(2);
		assertThat(content(4)).isEqualTo("code 4");
		this.code.preparePrevious(5);
		assertThat(content(5)).isEqualTo("code 3");
	}

	@Test
	void whenGenerationsFailThenTheirCodeIsNotKept() throws IOException {
		deploy("good", 1);
		this.code.used(1);
		deploy("bad", 2);
		deploy("worse", 3);
		assertThat(content(1)).isEqualTo("good");
		assertThat(content(3)).isEqualTo("worse");
		deploy("mended", 4);
		this.code.used(4);
		assertThat(layouts()).hasSize(2);
		this.code.preparePrevious(5);
		assertThat(content(5)).isEqualTo("good");
	}

	@Test
	void whenStartedAgainThenPreviousCodeIsStillThere() throws IOException {
		deploy("one", 1);
		this.code.used(1);
		this.code = code(this.jar);
		deploy("two", 1);
		this.code.used(1);
		this.code.preparePrevious(2);
		assertThat(content(2)).isEqualTo("one");
		this.code = code(this.jar);
		deploy("two", 1);
		this.code.used(1);
		this.code.preparePrevious(2);
		assertThat(content(2)).isEqualTo("one");
	}

	@Test
	void whenApplicationsShareADirectoryThenEachKeepsItsOwnCodeUntilItIsGone() throws IOException {
		Path otherJar = TestJar.of("other").write(this.directory.resolve("other/app.jar"));
		LaidOutCode other = code(otherJar);
		other.prepareCurrent(1);
		other.used(1);
		deploy("one", 1);
		this.code.used(1);
		assertThat(layouts()).hasSize(2);
		this.code = code(this.jar);
		Files.delete(otherJar);
		deploy("two", 1);
		this.code.used(1);
		assertThat(Files.list(this.cache).filter((file) -> file.toString().endsWith(".application"))).hasSize(1);
	}

	@Test
	void whenApplicationIsScatteredThenItsGenerationRunsInPlace() throws IOException {
		deploy("one", 1);
		this.code.used(1);
		TestJar.of("two").attribute("Class-Path", "../lib.jar").write(this.jar);
		this.code.prepareCurrent(2);
		assertThat(entry(2)).isEqualTo(this.jar);
		this.code.used(2);
		this.code.preparePrevious(3);
		assertThat(content(3)).isEqualTo("one");
	}

	@Test
	void whenAnotherProcessGoesOnThenGenerationKeepsItsCode() throws IOException {
		deploy("one", 1);
		this.code.used(1);
		deploy("two", 2);
		this.code.used(2);
		String id = this.code.id(2).orElseThrow();
		TestJar.of("three").write(this.jar);
		this.code = code(this.jar);
		this.code.resume(2, Optional.of(id));
		assertThat(content(2)).isEqualTo("two");
		assertThat(this.code.id(2)).hasValue(id);
		this.code.preparePrevious(3);
		assertThat(content(3)).isEqualTo("one");
		this.code.prepareCurrent(4);
		assertThat(content(4)).isEqualTo("three");
	}

	@Test
	void whenTheCodeOfBeforeIsGoneThenWhatIsOnDiskTakesItsPlace() throws IOException {
		TestJar.of("three").write(this.jar);
		this.code.resume(2, Optional.of("gone"));
		assertThat(content(2)).isEqualTo("three");
	}

	private LaidOutCode code(Path jar) throws IOException {
		return new LaidOutCode(new CodeStore(this.cache, new JarExtraction(Path.of("/no/java"), Duration.ZERO)), jar,
				Runnable::run);
	}

	private void deploy(String content, int generation) throws IOException {
		TestJar.of(content).write(this.jar);
		this.code.prepareCurrent(generation);
	}

	private Path entry(int generation) {
		return Path.of(this.code.entryPoint(generation).main(Path.of("/")).get(1));
	}

	private String content(int generation) throws IOException {
		try (JarFile file = new JarFile(entry(generation).toFile())) {
			return new String(file.getInputStream(file.getEntry("content")).readAllBytes());
		}
	}

	private List<Path> layouts() throws IOException {
		try (Stream<Path> list = Files.list(this.cache)) {
			return list.filter(Files::isDirectory).toList();
		}
	}

}
