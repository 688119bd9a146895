package sample.prefork.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A started application: a master with its workers, or an ordinary process.
 */
final class PoolProcess {

	/** Time for a JVM to boot on a machine that is busy. */
	static final Duration BOOT = Duration.ofSeconds(90);

	/** Time for what should happen at once. */
	static final Duration SOON = Duration.ofSeconds(10);

	private final Process process;

	private final String mark;

	private final int port;

	private final int managementPort;

	private final Path runDirectory;

	private LogFile log;

	private final List<Pattern> expectedProblems = new ArrayList<>();

	PoolProcess(Process process, String mark, int port, int managementPort, Path runDirectory, LogFile log) {
		this.process = process;
		this.mark = mark;
		this.port = port;
		this.managementPort = managementPort;
		this.runDirectory = runDirectory;
		this.log = log;
	}

	long pid() {
		return this.process.pid();
	}

	boolean alive() {
		return this.process.isAlive();
	}

	LogFile log() {
		return this.log;
	}

	/**
	 * Takes what was printed, and the problems that were expected, for dealt with.
	 */
	void forgetLog() {
		this.log = this.log.rest();
		this.expectedProblems.clear();
	}

	Path runDirectory() {
		return this.runDirectory;
	}

	int port() {
		return this.port;
	}

	int managementPort() {
		return this.managementPort;
	}

	InetSocketAddress address() {
		return new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port);
	}

	/**
	 * Declares lines of level WARN or above that belong to the test.
	 * @param patterns what is to be found in such a line
	 * @return this
	 */
	PoolProcess expectProblems(Pattern... patterns) {
		this.expectedProblems.addAll(List.of(patterns));
		return this;
	}

	Answer get(String path) {
		return request("GET", path, "");
	}

	Answer post(String path, String json) {
		return request("POST", path, json);
	}

	/**
	 * Sends one request on a connection of its own; to the management port if it is for
	 * the actuator.
	 * @param method the method
	 * @param path the request target
	 * @param json the body, empty for none
	 * @param headers further header lines
	 * @return the answer, of any status
	 */
	Answer request(String method, String path, String json, String... headers) {
		byte[] body = json.getBytes(StandardCharsets.UTF_8);
		StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
		for (String header : headers) {
			head.append(header).append("\r\n");
		}
		head.append("Connection: close\r\n");
		if (body.length > 0) {
			head.append("Content-Type: application/json\r\nContent-Length: ").append(body.length).append("\r\n");
		}
		ByteArrayOutputStream request = new ByteArrayOutputStream();
		request.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
		request.writeBytes(body);
		int to = path.startsWith("/actuator") ? this.managementPort : this.port;
		InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), to);
		try (HttpConnection connection = HttpConnection.open(address)) {
			return connection.exchange(request.toByteArray(), BOOT);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(method + " " + path, ex);
		}
	}

	PoolStatus pool() {
		Answer answer = get("/actuator/prefork");
		assertThat(answer.status()).as(answer.text()).isEqualTo(200);
		return new PoolStatus(answer.json());
	}

	/**
	 * What the endpoint tells of a worker that is gone.
	 * @param pid its process id
	 * @return its obituary in full
	 */
	JsonNode obituary(long pid) {
		JsonNode worker = get("/actuator/prefork/" + pid).json();
		assertThat(worker.path("state").asString()).as(worker::toString).isEqualTo("EXITED");
		return worker.path("obituaries").path(0);
	}

	PoolProcess awaitServing() {
		return await("GET / is answered", BOOT, () -> get("/").status() == 200);
	}

	PoolStatus awaitSettled(int workers) {
		return awaitPool(workers + " workers accept, and nothing else is there", (pool) -> pool.settledAt(workers));
	}

	PoolStatus awaitPool(String what, Predicate<PoolStatus> condition) {
		PoolStatus[] last = new PoolStatus[1];
		await(what, BOOT, () -> {
			last[0] = pool();
			return condition.test(last[0]);
		});
		return last[0];
	}

	/**
	 * Waits for a condition, for as long as the process lives.
	 * @param what the condition in words
	 * @param timeout how long to wait
	 * @param condition the condition; an exception counts as not yet
	 * @return this
	 */
	PoolProcess await(String what, Duration timeout, Condition condition) {
		Awaitility.await(what)
			.pollInterval(Duration.ofMillis(100))
			.atMost(timeout)
			.failFast("the process has ended: " + what, () -> !alive())
			.ignoreExceptions()
			.until(condition::holds);
		return this;
	}

	/**
	 * Sends a signal to the master.
	 * @param name the signal's name without SIG
	 */
	void signal(String name) {
		signal(name, pid());
	}

	/**
	 * Sends a signal to the master, which may end at this moment.
	 * @param name the signal's name without SIG
	 */
	void signalIfAlive(String name) {
		kill(name, pid());
	}

	static void signal(String name, long pid) {
		assertThat(kill(name, pid)).as("kill -%s %d", name, pid).isZero();
	}

	private static int kill(String name, long pid) {
		try {
			return new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + pid).start().waitFor();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	int awaitExit(Duration timeout) {
		try {
			assertThat(this.process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS))
				.as("process %d ends within %s", pid(), timeout)
				.isTrue();
			return this.process.exitValue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Ends the process gracefully if it runs, and checks that nothing is left of it.
	 */
	void finish() {
		if (alive()) {
			assertNoZombies();
			signal("TERM");
			assertThat(awaitExit(Duration.ofSeconds(20))).as("exit status after TERM").isIn(0, 143);
		}
		assertNothingLeft();
		assertThat(this.runDirectory).as("parent of the run directory").isEmptyDirectory();
		assertNoUnexpectedProblems();
	}

	/**
	 * Checks that it goes on after a test as if nothing had been: as many workers, no
	 * other process of its own, and nothing unexpected in the log.
	 * @param workers how many workers there have to be
	 */
	void assertWhole(int workers) {
		PoolStatus status = awaitSettled(workers);
		assertNoZombies();
		Awaitility.await("no process but the workers")
			.atMost(SOON)
			.untilAsserted(() -> assertThat(descendants()).containsExactlyInAnyOrderElementsOf(status.pids()));
		assertNoUnexpectedProblems();
	}

	private void assertNoUnexpectedProblems() {
		assertThat(this.log.unexpectedProblems(this.expectedProblems)).as("warnings in %s", this.log.path()).isEmpty();
	}

	void assertNothingLeft() {
		Awaitility.await("no process is left of " + this.mark)
			.atMost(Duration.ofSeconds(15))
			.until(this::descendants, List::isEmpty);
		assertThat(Proc.listeners(this.port)).as("listeners on port %d", this.port).isEmpty();
	}

	void assertNoZombies() {
		Awaitility.await("no zombie").atMost(SOON).until(() -> Proc.zombies(pid()), List::isEmpty);
	}

	/**
	 * Processes started by this one, and by those, whoever their parent is now.
	 * @return their pids, without this one
	 */
	List<Long> descendants() {
		return Proc.withEnvironment(PoolLauncher.MARK + "=" + this.mark)
			.stream()
			.filter((pid) -> pid != pid() && Proc.alive(pid))
			.toList();
	}

	/**
	 * Kills what is left, after a test that has failed.
	 */
	void destroy() {
		this.process.destroyForcibly();
		descendants().forEach((pid) -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
	}

	/**
	 * Something to wait for.
	 */
	@FunctionalInterface
	interface Condition {

		boolean holds() throws Exception;

	}

}
