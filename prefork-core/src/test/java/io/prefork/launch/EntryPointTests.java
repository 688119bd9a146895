package io.prefork.launch;

import java.nio.file.Path;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link EntryPoint}. The properties are those that JDK 17 and 25 have.
 */
class EntryPointTests {

	private static final Path HERE = Path.of("/srv/app");

	@Test
	void whenCommandBeginsWithClassPathThenJar() {
		EntryPoint entryPoint = EntryPoint.of("my app.jar", Optional.empty(), "my app.jar --server.port=0 x");
		assertThat(entryPoint).isEqualTo(new EntryPoint.Jar("my app.jar"));
		assertThat(entryPoint.options(HERE)).isEmpty();
		assertThat(entryPoint.main(HERE)).containsExactly("-jar", "/srv/app/my app.jar");
	}

	@Test
	void whenJarHasNoExtensionOrArgumentsThenJar() {
		assertThat(EntryPoint.of("/app", Optional.empty(), "/app").main(HERE)).containsExactly("-jar", "/app");
	}

	@Test
	void whenJarIsOnClassPathOfMainClassThenClass() {
		EntryPoint entryPoint = EntryPoint.of("app.jar", Optional.empty(), "com.acme.App app.jar");
		assertThat(entryPoint).isEqualTo(new EntryPoint.MainClass("app.jar", "com.acme.App"));
	}

	@Test
	void whenClassPathIsRelativeThenEveryEntryBecomesAbsolute() {
		EntryPoint entryPoint = EntryPoint.of("classes:/lib/a b.jar:", Optional.empty(), "com.acme.App x");
		assertThat(entryPoint.options(HERE)).containsExactly("-cp", "/srv/app/classes:/lib/a b.jar:/srv/app");
		assertThat(entryPoint.main(HERE)).containsExactly("com.acme.App");
	}

	@Test
	void whenClassPathIsDefaultThenWorkingDirectory() {
		assertThat(EntryPoint.of(".", Optional.empty(), "App").options(HERE)).containsExactly("-cp", "/srv/app");
	}

	@Test
	void whenMainModuleThenModule() {
		EntryPoint entryPoint = EntryPoint.of("", Optional.of("acme"), "acme/com.acme.App x");
		assertThat(entryPoint.options(HERE)).isEmpty();
		assertThat(entryPoint.main(HERE)).containsExactly("-m", "acme/com.acme.App");
	}

	@Test
	void whenMainModuleHasClassPathThenBoth() {
		EntryPoint entryPoint = EntryPoint.of("lib.jar", Optional.of("acme"), "acme/com.acme.App");
		assertThat(entryPoint.options(HERE)).containsExactly("-cp", "/srv/app/lib.jar");
	}

	@Test
	void whenStartedFromSourceFileThenRefused() {
		assertThatIllegalStateException()
			.isThrownBy(() -> EntryPoint.of(".", Optional.empty(),
					"jdk.compiler/com.sun.tools.javac.launcher.SourceLauncher App.java"))
			.withMessageContaining("source file");
	}

	@Test
	void whenNotStartedByJavaCommandThenRefused() {
		assertThatIllegalStateException().isThrownBy(() -> EntryPoint.of("app.jar", Optional.empty(), ""))
			.withMessageContaining("java command");
	}

}
