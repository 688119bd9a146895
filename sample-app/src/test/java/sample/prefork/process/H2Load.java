package sample.prefork.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Load over HTTP/2 without TLS by {@code h2load}, round after round for as long as a test
 * does something to the pool. Each of its connections sends all of its requests at once:
 * {@code h2load} counts what it has not sent when GOAWAY comes as failed, though it could
 * send it on another connection.
 */
final class H2Load implements AutoCloseable {

	private static final Path PROGRAM = Path.of("/usr/bin/h2load");

	private static final Pattern ALL_SUCCEEDED = Pattern
		.compile("requests: 40 total, 40 started, 40 done, 40 succeeded, 0 failed, 0 errored, 0 timeout");

	/** Leaves processor time for workers that boot meanwhile. */
	private static final Duration PAUSE = Duration.ofMillis(150);

	private final String url;

	private final Thread thread;

	private final AtomicInteger rounds = new AtomicInteger();

	private final List<String> failures = new ArrayList<>();

	private volatile boolean stopping;

	private H2Load(String url) {
		this.url = url;
		this.thread = new Thread(this::run, "h2load");
		this.thread.setDaemon(true);
	}

	/**
	 * Whether the program is there; says so if it is not.
	 * @return whether it can be used
	 */
	static boolean isInstalled() {
		boolean installed = Files.isExecutable(PROGRAM);
		if (!installed) {
			System.out.println("HTTP/2 under load is skipped: there is no " + PROGRAM);
		}
		return installed;
	}

	static H2Load against(int port, String path) {
		H2Load load = new H2Load("http://127.0.0.1:" + port + path);
		load.thread.start();
		load.awaitProgress();
		return load;
	}

	private void run() {
		while (!this.stopping) {
			String report = round();
			if (!ALL_SUCCEEDED.matcher(report).find()) {
				synchronized (this.failures) {
					this.failures.add(report);
				}
			}
			this.rounds.incrementAndGet();
			LockSupport.parkNanos(PAUSE.toNanos());
		}
	}

	private String round() {
		try {
			Process process = new ProcessBuilder(PROGRAM.toString(), "-n", "40", "-c", "4", "-m", "10", this.url)
				.redirectErrorStream(true)
				.start();
			return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	void awaitProgress() {
		int target = this.rounds.get() + 2;
		Awaitility.await("HTTP/2 load is answered").atMost(PoolProcess.SOON).until(() -> this.rounds.get() >= target);
	}

	void stopAndAssertNothingLost() {
		close();
		synchronized (this.failures) {
			assertThat(this.failures).as("rounds of %d with losses", this.rounds.get()).isEmpty();
		}
	}

	@Override
	public void close() {
		this.stopping = true;
		try {
			this.thread.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
