package io.prefork.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for {@link CacheDirectory}.
 */
class CacheDirectoryTests {

	private static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir"));

	@TempDir
	private Path directory;

	@Test
	void whenDirectoryIsOursThenAPrivateOneIsMadeInItOnce() throws IOException {
		Path made = CacheDirectory.in(this.directory.resolve("not/there"));
		assertThat(made).isEqualTo(this.directory.resolve("not/there/prefork")).isEmptyDirectory();
		assertThat(permissions(made)).isEqualTo("rwx------");
		assertThat(permissions(this.directory.resolve("not"))).isEqualTo("rwx------");
		assertThat(CacheDirectory.in(this.directory.resolve("not/there"))).isEqualTo(made);
	}

	@Test
	void whenOthersMayWriteToDirectoryThenThePrivateOneIsNamedAfterTheUser() throws IOException {
		permissions(this.directory, "rwxrwxrwx");
		Path made = CacheDirectory.in(this.directory);
		assertThat(made).hasFileName("prefork-" + Files.getAttribute(made, "unix:uid"));
		assertThat(permissions(made)).isEqualTo("rwx------");
	}

	@Test
	void whenDirectoryIsALinkThenWhatItLeadsToCounts() throws IOException {
		Path real = Files.createDirectory(this.directory.resolve("real"));
		Path link = Files.createSymbolicLink(this.directory.resolve("link"), real);
		assertThat(CacheDirectory.in(link)).isEqualTo(real.resolve("prefork"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "rwxrwx---", "rwx----w-" })
	void whenOthersMayWriteToThePrivateOneThenItIsRefused(String permissions) throws IOException {
		permissions(Files.createDirectory(this.directory.resolve("prefork")), permissions);
		assertThatIOException().isThrownBy(() -> CacheDirectory.in(this.directory))
			.withMessageContaining(this.directory.resolve("prefork") + ", which is not a directory of this user");
	}

	@Test
	void whenThePrivateOneIsALinkOrAFileThenItIsRefused() throws IOException {
		Path elsewhere = Files.createDirectory(this.directory.resolve("elsewhere"));
		Path planted = Files.createSymbolicLink(this.directory.resolve("prefork"), elsewhere);
		assertThatIOException().isThrownBy(() -> CacheDirectory.in(this.directory));
		Files.delete(planted);
		Files.createFile(planted);
		assertThatIOException().isThrownBy(() -> CacheDirectory.in(this.directory));
	}

	@Test
	void whenItIsNoDirectoryThenItIsRefused() throws IOException {
		Path file = Files.createFile(this.directory.resolve("file"));
		assertThatIOException().isThrownBy(() -> CacheDirectory.in(file));
		assertThatIOException().isThrownBy(() -> CacheDirectory.in(file.resolve("below")));
	}

	@Test
	void whenNoneWasChosenThenTheEnvironmentSaysWhere() {
		assertThat(CacheDirectory.candidates(
				Map.of("CACHE_DIRECTORY", "/var/cache/a:/var/cache/b", "XDG_CACHE_HOME", "/x", "HOME", "/home/a")))
			.containsExactly(Path.of("/var/cache/a"), Path.of("/x"), Path.of("/home/a/.cache"), TEMPORARY);
		assertThat(CacheDirectory.candidates(Map.of("XDG_CACHE_HOME", "relative", "HOME", "")))
			.containsExactly(TEMPORARY);
	}

	private static String permissions(Path path) throws IOException {
		return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
	}

	private static void permissions(Path path, String permissions) throws IOException {
		Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
	}

}
