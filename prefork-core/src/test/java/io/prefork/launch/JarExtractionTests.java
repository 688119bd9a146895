package io.prefork.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link JarExtraction} and {@link LayoutBuild}.
 */
@Timeout(60)
class JarExtractionTests {

	private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin/java");

	@TempDir
	private Path directory;

	private Path jar;

	private Path cache;

	@BeforeEach
	void prepare() throws IOException {
		this.jar = this.directory.resolve("app.jar");
		this.cache = Files.createDirectory(this.directory.resolve("cache"));
	}

	@Test
	void whenJarIsExecutableThenItIsExtracted() throws Exception {
		TestJar.executable().write(this.jar);
		assertThat(note(Duration.ofSeconds(50))).isEmpty();
		assertThat(files()).containsExactlyInAnyOrder("code/app.jar", "code/lib/one.jar", "contents", "lock");
	}

	@ParameterizedTest
	@CsvSource({ "fail, ended with status 3 and printed: No space left | on device",
			"forget, lib/one.jar is not whole afterwards" })
	void whenExtractingFailsThenItIsCopiedAndItIsSaidWhy(String failure, String reason) throws Exception {
		TestJar.executable().entry(failure, "").write(this.jar);
		assertThat(note(Duration.ofSeconds(50))).get().asString().startsWith("extracting it failed: ").contains(reason);
		assertCopied();
	}

	@Test
	void whenExtractingTakesTooLongThenItIsCopied() throws Exception {
		TestJar.executable().entry("hang", "").write(this.jar);
		assertThat(note(Duration.ofMillis(100))).contains("extracting it failed: it took longer than 0.1 s");
		assertCopied();
	}

	@Test
	void whenExecutableJarCannotBeExtractedThenItIsCopied() throws Exception {
		String properties = "org.springframework.boot.loader.launch.PropertiesLauncher";
		TestJar.executable().attribute("Main-Class", properties).write(this.jar);
		assertThat(note(Duration.ZERO)).contains("its Main-Class is " + properties);
		assertCopied();
	}

	@Test
	void whenToolsAreNotInExecutableJarThenItIsCopied() throws Exception {
		TestJar.executable().without("BOOT-INF/lib/spring-boot-jarmode-tools-4.0.7.jar").write(this.jar);
		assertThat(note(Duration.ZERO)).contains("spring-boot-jarmode-tools is not in it");
		assertCopied();
	}

	@Test
	void whenExecutableJarHasAClassPathThenItIsCopied() throws Exception {
		TestJar.executable().attribute("Class-Path", "gone.jar").write(this.jar);
		assertThat(note(Duration.ZERO)).contains("its manifest has a Class-Path");
		assertCopied();
	}

	private Optional<String> note(Duration limit) throws Exception {
		try (CodeLayout layout = new CodeStore(this.cache, new JarExtraction(JAVA, limit)).layOut(this.jar)) {
			assertThat(layout.isWhole()).isTrue();
			return layout.note();
		}
	}

	private void assertCopied() throws IOException {
		assertThat(files()).containsExactlyInAnyOrder("code/app.jar", "contents", "lock");
		try (Stream<Path> layouts = Files.list(this.cache)) {
			assertThat(layouts.findFirst().orElseThrow().resolve("code/app.jar")).hasSameBinaryContentAs(this.jar);
		}
	}

	private List<String> files() throws IOException {
		try (Stream<Path> walk = Files.walk(this.cache)) {
			return walk.filter(Files::isRegularFile)
				.map((file) -> this.cache.relativize(file))
				.map((file) -> file.subpath(1, file.getNameCount()).toString())
				.toList();
		}
	}

}
