package io.prefork.launch;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where a JVM began: what its command line named after the options.
 */
public sealed interface EntryPoint {

	/**
	 * The options that belong to it, all paths absolute.
	 * @param workingDirectory the directory that relative paths start from
	 * @return options of the {@code java} command
	 */
	List<String> options(Path workingDirectory);

	/**
	 * What follows the last option and comes before the application's arguments.
	 * @param workingDirectory the directory that relative paths start from
	 * @return one or two words
	 */
	List<String> main(Path workingDirectory);

	/**
	 * Tells where a JVM began by what it knows of itself. The {@code java} command leaves
	 * {@code -jar}, the class path and the main class out of its JVM's input arguments;
	 * of a run with {@code -jar} both properties begin with the jar's path as it was
	 * typed (JDK 17 and 25).
	 * @param classPath {@code java.class.path}
	 * @param mainModule {@code jdk.module.main}, if there is one
	 * @param command {@code sun.java.command}: the jar, class or module and all
	 * arguments, joined with blanks and unquoted
	 * @return where it began
	 * @throws IllegalStateException if no other JVM can begin there; the message says why
	 */
	static EntryPoint of(String classPath, Optional<String> mainModule, String command) {
		if (command.isBlank()) {
			throw new IllegalStateException(
					"The JVM was not started by the java command, so it cannot be told how to start another one");
		}
		if (!classPath.isEmpty() && (command.equals(classPath) || command.startsWith(classPath + " "))) {
			return new Jar(classPath);
		}
		String name = command.split(" ", 2)[0];
		if (mainModule.isPresent()) {
			return new MainModule(classPath, name);
		}
		if (name.startsWith("jdk.compiler/")) {
			throw new IllegalStateException("The application was started from a source file: compile and package it");
		}
		return new MainClass(classPath, name);
	}

	private static String absolute(String classPath, Path workingDirectory) {
		return Arrays.stream(classPath.split(File.pathSeparator, -1))
			.map((entry) -> (entry.equals(".") ? "" : entry))
			.map((entry) -> workingDirectory.resolve(entry).toString())
			.collect(Collectors.joining(File.pathSeparator));
	}

	/**
	 * An executable jar, fat or extracted.
	 *
	 * @param path the jar as it was typed
	 */
	record Jar(String path) implements EntryPoint {

		@Override
		public List<String> options(Path workingDirectory) {
			return List.of();
		}

		@Override
		public List<String> main(Path workingDirectory) {
			return List.of("-jar", workingDirectory.resolve(this.path).toString());
		}

	}

	/**
	 * A class on a class path: exploded, or run by a build tool or an IDE.
	 *
	 * @param classPath the class path; an empty entry is the working directory
	 * @param name name of the class
	 */
	record MainClass(String classPath, String name) implements EntryPoint {

		@Override
		public List<String> options(Path workingDirectory) {
			return List.of("-cp", absolute(this.classPath, workingDirectory));
		}

		@Override
		public List<String> main(Path workingDirectory) {
			return List.of(this.name);
		}

	}

	/**
	 * A module. The module path is among the JVM's input arguments.
	 *
	 * @param classPath the class path, often empty
	 * @param name name of the module and, after a slash, of the class
	 */
	record MainModule(String classPath, String name) implements EntryPoint {

		@Override
		public List<String> options(Path workingDirectory) {
			return this.classPath.isEmpty() ? List.of() : List.of("-cp", absolute(this.classPath, workingDirectory));
		}

		@Override
		public List<String> main(Path workingDirectory) {
			return List.of("-m", this.name);
		}

	}

}
