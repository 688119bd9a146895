package sample.prefork;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;

import org.springframework.stereotype.Component;

/**
 * Tells in which processes the application's own code has run: appends
 * {@code <what> <pid>} to {@code sample.trace-file}, if there is one. The file is shared
 * by all workers; one line is one {@code O_APPEND} write, which does not interleave.
 */
@Component
class Trace {

	private final SampleProperties properties;

	Trace(SampleProperties properties) {
		this.properties = properties;
		record("bean");
	}

	final void record(String what) {
		if (this.properties.traceFile() == null) {
			return;
		}
		try {
			Files.writeString(this.properties.traceFile(), what + " " + ProcessHandle.current().pid() + "\n",
					StandardOpenOption.CREATE, StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
