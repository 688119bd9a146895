package sample.prefork.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * All hooks in the order that {@code docs/hooks.md} gives, of a pool of one worker.
 */
class HookProcessTests extends ProcessTestSupport {

	private static final List<String> EXECUTABLES = List.of("on-starting", "nworkers-changed", "when-ready", "pre-fork",
			"post-fork", "worker-abort", "child-exit", "on-reload", "pre-exec", "on-exit");

	@Test
	void whenPoolLivesItsLifeThenHooksAreRunInTheDocumentedOrder() throws IOException {
		Path diary = this.directory.resolve("diary");
		Path script = script(diary);
		PoolProcess pool = launcher().chaos()
			.arguments(
					EXECUTABLES.stream().map((hook) -> "--prefork.hooks." + hook + "=" + script).toArray(String[]::new))
			.arguments("--prefork.workers=1", "--sample.diary=" + diary)
			.start();
		pool.awaitSettled(1);
		awaitLine(diary, "when-ready");
		assertThat(pool.get("/whoami").status()).isEqualTo(200);
		awaitLine(diary, "post-request");
		pool.post("/actuator/prefork", "{\"workers\":2}");
		pool.awaitSettled(2);
		await().untilAsserted(() -> assertThat(Files.readAllLines(diary)).contains("workers-changed 1 2"));
		pool.post("/actuator/prefork", "{\"workers\":1}");
		pool.awaitSettled(1);
		pool.post("/actuator/prefork/reload", "{\"wait\":true}");
		int reloaded = pool.awaitSettled(1).workers().get(0).generation();
		assertThat(reloaded).isEqualTo(2);
		assertThat(pool.post("/actuator/prefork/upgrade", "{}").status()).isEqualTo(202);
		pool.awaitPool("the master is upgraded",
				(status) -> status.settledAt(1) && status.json().path("master").path("upgrades").asInt() == 1);
		pool.expectProblems(LogLines.WORKER_LOST, LogLines.KILLED_BY_KILL);
		PoolProcess.signal("KILL", pool.pool().pids().get(0));
		pool.awaitPool("another worker is there", (status) -> status.settledAt(1) && status.exits("crash") == 1);
		pool.finish();
		assertThat(lines(diary, EXECUTABLES)).containsExactly("on-starting", "nworkers-changed old= new=1",
				"pre-fork generation=1", "post-fork generation=1", "when-ready generation=1",
				"nworkers-changed old=1 new=2", "pre-fork generation=1", "post-fork generation=1",
				"nworkers-changed old=2 new=1", "child-exit generation=1 cause=voluntary",
				"on-reload generation=2 cause=reload", "pre-fork generation=2", "post-fork generation=2",
				"child-exit generation=1 cause=voluntary", "pre-exec", "child-exit generation=2 cause=signal",
				"pre-fork generation=2", "post-fork generation=2", "child-exit generation=2 cause=voluntary",
				"on-exit");
		assertThat(
				lines(diary, List.of("post-worker-init", "pre-request", "post-request", "worker-int", "worker-exit")))
			.containsExactly("post-worker-init generation=1", "pre-request GET /whoami", "post-request GET /whoami 200",
					"post-worker-init generation=1", "worker-int generation=1 quick=false", "worker-exit generation=1",
					"post-worker-init generation=2", "worker-int generation=1 quick=false", "worker-exit generation=1",
					"post-worker-init generation=2", "worker-int generation=2 quick=false", "worker-exit generation=2");
		assertThat(Files.readAllLines(diary)).containsSubsequence("on-starting", "pre-fork generation=1",
				"post-worker-init generation=1", "when-ready generation=1", "pre-fork generation=1",
				"post-worker-init generation=1", "worker-exit generation=1", "child-exit generation=1 cause=voluntary",
				"pre-fork generation=2", "post-worker-init generation=2", "worker-exit generation=1",
				"child-exit generation=1 cause=voluntary", "worker-exit generation=2",
				"child-exit generation=2 cause=voluntary", "on-exit");
	}

	@Test
	void whenOnStartingRefusesThenNothingIsStarted() throws IOException {
		Path refusing = executable("echo the schema is old\nexit 2\n");
		PoolProcess pool = launcher().arguments("--prefork.hooks.on-starting=" + refusing).start();
		pool.expectProblems(Pattern.compile("."));
		assertThat(pool.awaitExit(PoolProcess.BOOT)).isEqualTo(1);
		assertThat(pool.log().tail()).contains("'prefork.hooks.on-starting'", "ended with status 2",
				"the schema is old");
	}

	private static void awaitLine(Path diary, String beginning) {
		await().atMost(PoolProcess.SOON)
			.untilAsserted(() -> assertThat(Files.readAllLines(diary)).anyMatch((line) -> line.startsWith(beginning)));
	}

	private static List<String> lines(Path diary, List<String> hooks) throws IOException {
		try (Stream<String> lines = Files.lines(diary)) {
			return lines.filter((line) -> hooks.contains(line.split(" ")[0])).toList();
		}
	}

	private Path script(Path diary) throws IOException {
		return executable("""
				line=$PREFORK_HOOK
				[ -z "$PREFORK_WORKERS_NEW" ] || line="$line old=$PREFORK_WORKERS_OLD new=$PREFORK_WORKERS_NEW"
				[ -z "$PREFORK_GENERATION" ] || line="$line generation=$PREFORK_GENERATION"
				[ -z "$PREFORK_CAUSE" ] || line="$line cause=$PREFORK_CAUSE"
				echo "$line" >> '%s'
				""".formatted(diary));
	}

	private Path executable(String content) throws IOException {
		Path script = Files.createTempFile(this.directory, "hook", ".sh",
				PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
		return Files.writeString(script, "#!/bin/sh\n" + content);
	}

}
