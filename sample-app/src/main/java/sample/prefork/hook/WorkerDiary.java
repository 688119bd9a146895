package sample.prefork.hook;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

import io.prefork.spring.WorkerExitingEvent;
import io.prefork.spring.WorkerLeavingEvent;
import io.prefork.spring.WorkerReadyEvent;
import io.prefork.spring.WorkersChangedEvent;
import io.prefork.worker.RequestListener;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Keeps a diary of what a worker lives through: appends a line for each event, and for
 * each request for {@code /whoami}, to the file {@code sample.diary}, if there is one.
 */
@Component
@ConditionalOnProperty("sample.diary")
class WorkerDiary implements RequestListener {

	private final Path file;

	WorkerDiary(@Value("${sample.diary}") Path file) {
		this.file = file;
	}

	@EventListener
	void ready(WorkerReadyEvent event) {
		write("post-worker-init generation=" + event.getGeneration());
	}

	@EventListener
	void leaving(WorkerLeavingEvent event) {
		write("worker-int generation=" + event.getGeneration() + " quick=" + event.isQuick());
	}

	@EventListener
	void exiting(WorkerExitingEvent event) {
		write("worker-exit generation=" + event.getGeneration());
	}

	@EventListener
	void workersChanged(WorkersChangedEvent event) {
		write("workers-changed " + event.getPrevious() + " " + event.getWorkers());
	}

	@Override
	public void preRequest(Request request) {
		if (request.target().equals("/whoami")) {
			write("pre-request " + request.method() + " " + request.target());
		}
	}

	@Override
	public void postRequest(Request request, int status, Duration took) {
		if (request.target().equals("/whoami")) {
			write("post-request " + request.method() + " " + request.target() + " " + status);
		}
	}

	private void write(String line) {
		try {
			Files.writeString(this.file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
