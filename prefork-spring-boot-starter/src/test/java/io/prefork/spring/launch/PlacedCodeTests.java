package io.prefork.spring.launch;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

import io.prefork.launch.BrokenArchiveException;
import io.prefork.launch.CodeInPlace;
import io.prefork.launch.EntryPoint;
import io.prefork.launch.JvmImage;
import io.prefork.launch.LaidOutCode;
import io.prefork.launch.WorkerCode;
import io.prefork.spring.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link PlacedCode}.
 */
@ExtendWith(OutputCaptureExtension.class)
class PlacedCodeTests {

	private static final EntryPoint JAR = new EntryPoint.Jar("app.jar");

	@TempDir
	private Path directory;

	@Test
	void whenDirectoryIsChosenThenCodeIsLaidOutThere() throws IOException {
		writeJar();
		assertThat(first(JAR, "cache")).isInstanceOf(LaidOutCode.class);
		assertThat(this.directory.resolve("cache/prefork")).isNotEmptyDirectory();
	}

	@Test
	void whenDirectoryCannotBeUsedThenSettingIsNamed() throws IOException {
		writeJar();
		assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(() -> first(JAR, " app.jar "))
			.withMessageStartingWith(
					"'prefork.cache-dir' is set to 'app.jar', in which the application cannot be laid out: ")
			.satisfies((ex) -> assertThat(ex.getRemedy()).contains("'none'"));
	}

	@Test
	void whenDirectoryIsNoneThenNothingIsLaidOut(CapturedOutput output) throws IOException {
		assertInPlace(first(JAR, "none"), JAR);
		assertThat(output).contains("Workers run from where the application is: 'prefork.cache-dir' is 'none'");
		assertThat(this.directory).isEmptyDirectory();
	}

	@Test
	void whenThereIsNoJarThenNothingIsLaidOut() throws IOException {
		EntryPoint main = new EntryPoint.MainClass("classes", "example.Main");
		assertInPlace(first(main, "cache"), main);
	}

	@Test
	void whenOptionFitsOnlyTheJarThenNothingIsLaidOut(CapturedOutput output) throws IOException {
		PlacedCode code = new PlacedCode(image(JAR), Optional.of("-XX:AOTCache=app.aot fits the files there"),
				Optional.of("cache"));
		assertInPlace(code.first(1, List.of()), JAR);
		assertThat(output).contains("-XX:AOTCache=app.aot fits the files there");
	}

	@Test
	void whenNoneIsChosenThenTheFirstThatWorksIsTaken(CapturedOutput output) throws IOException {
		writeJar();
		List<Path> candidates = List.of(this.directory.resolve("app.jar/no"), this.directory.resolve("one"),
				this.directory.resolve("two"));
		assertThat(code(" ").first(1, candidates)).isInstanceOf(LaidOutCode.class);
		assertThat(this.directory.resolve("one/prefork")).isNotEmptyDirectory();
		assertThat(this.directory.resolve("two")).doesNotExist();
		assertThat(output).doesNotContain("WARN");
	}

	@Test
	void whenNoneWorksThenWorkersRunFromTheJarAndItsCostIsSaid(CapturedOutput output) throws IOException {
		writeJar();
		Path unusable = this.directory.resolve("app.jar/no");
		assertInPlace(code("").first(1, List.of(unusable)), JAR);
		assertThat(output).contains("WARN").contains("they start slower").contains(unusable.toString());
	}

	@Test
	void whenJarIsNotWholeThenItIsRefusedWhereverItWouldBeLaidOut() throws IOException {
		Files.writeString(this.directory.resolve("app.jar"), "garbage");
		assertThatExceptionOfType(BrokenArchiveException.class).isThrownBy(() -> first(JAR, "cache"));
		assertThatExceptionOfType(BrokenArchiveException.class)
			.isThrownBy(() -> code("").first(1, List.of(this.directory.resolve("cache"))));
	}

	private static void assertInPlace(WorkerCode code, EntryPoint where) {
		assertThat(code).isInstanceOf(CodeInPlace.class);
		assertThat(code.entryPoint(1)).isEqualTo(where);
	}

	private WorkerCode first(EntryPoint entryPoint, String setting) throws IOException {
		return new PlacedCode(image(entryPoint), Optional.empty(), Optional.of(setting)).first(1, List.of());
	}

	private PlacedCode code(String setting) {
		return new PlacedCode(image(JAR), Optional.empty(), Optional.of(setting));
	}

	private JvmImage image(EntryPoint entryPoint) {
		return new JvmImage(Path.of("/no/java"), this.directory, List.of(), entryPoint, List.of(), Map.of());
	}

	private void writeJar() throws IOException {
		Manifest manifest = new Manifest();
		manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
		try (OutputStream file = Files.newOutputStream(this.directory.resolve("app.jar"))) {
			new JarOutputStream(file, manifest).close();
		}
	}

}
