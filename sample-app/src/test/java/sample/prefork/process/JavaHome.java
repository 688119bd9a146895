package sample.prefork.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
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

	private static final Path INSTALLED = Path.of("/usr/lib/jvm");

	/**
	 * The JDKs named by the environment variable {@code PREFORK_TEST_JAVA_HOMES},
	 * separated as paths are. Without it, the one that runs the tests; or, where the
	 * system property {@code prefork.test.newest-java} is set, the newest that is
	 * installed.
	 * @return the JDKs
	 */
	static Stream<JavaHome> all() {
		String homes = System.getenv(VARIABLE);
		if (homes != null && !homes.isBlank()) {
			return Arrays.stream(homes.split(File.pathSeparator)).map(Path::of).map(JavaHome::of);
		}
		JavaHome running = of(Path.of(System.getProperty("java.home")));
		return Stream.of(Boolean.getBoolean("prefork.test.newest-java") ? newest(running) : running);
	}

	private static JavaHome newest(JavaHome running) {
		JavaHome newest = installed().filter((home) -> home.feature() > running.feature())
			.max(Comparator.comparingInt(JavaHome::feature))
			.orElse(running);
		if (newest == running) {
			System.out.println("Process tests on a newer JDK are skipped: there is none in " + INSTALLED);
		}
		return newest;
	}

	private static Stream<JavaHome> installed() {
		File[] homes = INSTALLED.toFile()
			.listFiles((home) -> new File(home, "release").isFile() && new File(home, "bin/keytool").canExecute()
					&& !Files.isSymbolicLink(home.toPath()));
		return Stream.of((homes != null) ? homes : new File[0]).map(File::toPath).map(JavaHome::of);
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
