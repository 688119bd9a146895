package sample.prefork.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * A JDK on which process tests run.
 *
 * @param path its home
 * @param feature its feature version, such as 17
 */
record JavaHome(Path path, int feature) {

	private static final String VARIABLE = "PREFORK_TEST_JAVA_HOMES";

	/**
	 * The JDKs named by {@code PREFORK_TEST_JAVA_HOMES} (environment or system property,
	 * separated as paths are), else the one that runs the tests.
	 * @return the JDKs
	 */
	static Stream<JavaHome> all() {
		String homes = System.getProperty(VARIABLE, System.getenv(VARIABLE));
		if (homes == null || homes.isBlank()) {
			System.out.println("Process tests on other JDKs are skipped: " + VARIABLE + " is not set");
			return Stream.of(of(Path.of(System.getProperty("java.home"))));
		}
		return Arrays.stream(homes.split(File.pathSeparator)).map(Path::of).map(JavaHome::of);
	}

	private static JavaHome of(Path path) {
		Properties release = new Properties();
		try (var reader = Files.newBufferedReader(path.resolve("release"))) {
			release.load(reader);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(path + " is not the home of a JDK", ex);
		}
		String version = release.getProperty("JAVA_VERSION").replace("\"", "");
		return new JavaHome(path, Runtime.Version.parse(version).feature());
	}

	Path tool(String name) {
		return this.path.resolve("bin").resolve(name);
	}

	@Override
	public String toString() {
		return "Java " + this.feature;
	}

}
