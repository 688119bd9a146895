package io.prefork.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.prefork.os.InheritedDescriptors;
import org.slf4j.LoggerFactory;

/**
 * Standard output and error of a worker. When its JVM starts they go to a file of the
 * master's, so that the master can tell what a JVM said that never got to run Java. As
 * soon as Java runs they become the master's own, and no process stands between the
 * worker's log and where it goes: a slow or dead master never blocks a worker that logs.
 */
final class StandardOutput {

	private static final int STDOUT = 1;

	private static final int STDERR = 2;

	private StandardOutput() {
	}

	static void takeOver(WorkerSpec spec) throws IOException {
		System.out.flush();
		System.err.flush();
		int handedOver = spec.standardOutput();
		InheritedDescriptors.duplicate(handedOver, STDOUT);
		InheritedDescriptors.duplicate(handedOver + 1, STDERR);
		InheritedDescriptors.close(handedOver);
		InheritedDescriptors.close(handedOver + 1);
		record(spec.lastOutput());
		replay(spec.firstOutput());
	}

	/**
	 * The last lines belong into the obituary of a worker that is killed. Loggers are set
	 * up after this, or look {@code System.out} up each time, as Logback does and Log4j
	 * in Boot's configuration.
	 */
	private static void record(Path file) {
		try {
			OutputTail tail = OutputTail.create(file);
			System.setOut(RecordedOutput.of(System.out, "stdout.encoding", tail));
			System.setErr(RecordedOutput.of(System.err, "stderr.encoding", tail));
		}
		catch (IOException ex) {
			LoggerFactory.getLogger(StandardOutput.class)
				.warn("The last lines of this worker's output will not be kept: {}", ex.toString());
		}
	}

	/**
	 * What the application printed before it came to run Spring belongs to its output.
	 */
	private static void replay(Path file) throws IOException {
		if (Files.exists(file)) {
			byte[] output = Files.readAllBytes(file);
			System.out.write(output, 0, output.length);
			System.out.flush();
		}
	}

}
