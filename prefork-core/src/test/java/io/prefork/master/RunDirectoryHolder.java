package io.prefork.master;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Another process that has a run directory, and can be killed.
 */
final class RunDirectoryHolder {

	private RunDirectoryHolder() {
	}

	public static void main(String[] arguments) throws IOException {
		try (RunDirectory directory = RunDirectory.create(Path.of(arguments[0]))) {
			System.out.println("holds " + directory.path());
			System.in.read();
		}
	}

	static Process start(Path parent) throws IOException {
		return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp", System.getProperty("java.class.path"),
				RunDirectoryHolder.class.getName(), parent.toString())
			.redirectError(ProcessBuilder.Redirect.DISCARD)
			.start();
	}

}
