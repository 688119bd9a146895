package io.prefork.master;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.prefork.os.BindAddress;
import io.prefork.os.ListenOptions;
import io.prefork.os.Listener;
import io.prefork.os.OperatingSystem;
import io.prefork.os.Processes;
import io.prefork.pool.ExitCause;
import io.prefork.pool.Obituary;
import io.prefork.pool.Postmortem;
import io.prefork.pool.WorkerId;
import io.prefork.pool.WorkerState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * With real scripts.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HooksTests {

	private static final Duration LONG = Duration.ofSeconds(20);

	private static final Duration SHORT = Duration.ofMillis(300);

	private static final Hook.WhenReady READY = new Hook.WhenReady(2, 1);

	private static final Hook.OnExit EXIT = new Hook.OnExit(0, "");

	private final OperatingSystem os = OperatingSystem.current();

	private final Map<Hook.Name, Path> executables = new EnumMap<>(Hook.Name.class);

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	@TempDir
	private Path directory;

	@TempDir
	private Path outputs;

	private Path told;

	@BeforeEach
	void start() {
		this.told = this.directory.resolve("told");
		this.log.start();
		logger().addAppender(this.log);
	}

	@AfterEach
	void end() {
		logger().detachAppender(this.log);
		assertThat(this.outputs).isEmptyDirectory();
		await().untilAsserted(() -> assertThat(Processes.zombies((int) ProcessHandle.current().pid())).isEmpty());
	}

	private static Logger logger() {
		return (Logger) LoggerFactory.getLogger(Hooks.class);
	}

	@Test
	void whenThingsHappenThenScriptsAreToldOneAfterTheOtherInOrder() throws IOException {
		Hooks hooks = hooks(LONG, "sleep 0.0$PREFORK_SLOT; echo $PREFORK_HOOK $PREFORK_SLOT >> " + this.told,
				Hook.Name.POST_FORK, Hook.Name.CHILD_EXIT);
		for (int slot = 9; slot >= 0; slot--) {
			hooks.tell(new Hook.PostFork(slot, 100 + slot, 1));
			hooks.tell(new Hook.ChildExit(obituary(slot)));
			hooks.tell(READY);
		}
		hooks.end(EXIT);
		assertThat(this.told).content()
			.isEqualTo("post-fork 9\nchild-exit 9\npost-fork 8\nchild-exit 8\npost-fork 7\nchild-exit 7\n"
					+ "post-fork 6\nchild-exit 6\npost-fork 5\nchild-exit 5\npost-fork 4\nchild-exit 4\n"
					+ "post-fork 3\nchild-exit 3\npost-fork 2\nchild-exit 2\npost-fork 1\nchild-exit 1\n"
					+ "post-fork 0\nchild-exit 0\n");
	}

	@Test
	void whenScriptIsRunThenItsEnvironmentTellsWhatHasHappened() throws IOException {
		Hooks hooks = hooks(LONG, "env | grep '^PREFORK_\\|^OTHER' | sort >> " + this.told, Hook.Name.values());
		hooks.tell(new Hook.NworkersChanged(OptionalInt.empty(), 2));
		hooks.tell(new Hook.NworkersChanged(OptionalInt.of(2), 3));
		hooks.tell(new Hook.ChildExit(obituary(1)));
		hooks.tell(new Hook.OnReload(2, true));
		hooks.end(new Hook.OnExit(3, "no worker\ncould boot"));
		String pid = "PREFORK_MASTER_PID=" + ProcessHandle.current().pid();
		assertThat(this.told).content()
			.isEqualTo(String.join("\n", "OTHER=inherited", "PREFORK_HOOK=nworkers-changed", pid,
					"PREFORK_WORKERS_NEW=2", "PREFORK_WORKERS_OLD=", "OTHER=inherited", "PREFORK_HOOK=nworkers-changed",
					pid, "PREFORK_WORKERS_NEW=3", "PREFORK_WORKERS_OLD=2", "OTHER=inherited", "PREFORK_CAUSE=signal",
					"PREFORK_GENERATION=1", "PREFORK_HOOK=child-exit", pid, "PREFORK_REASON=killed by SIGKILL",
					"PREFORK_SLOT=1", "PREFORK_WORKER_PID=701", "OTHER=inherited", "PREFORK_CAUSE=rollback",
					"PREFORK_GENERATION=2", "PREFORK_HOOK=on-reload", pid, "OTHER=inherited", "PREFORK_HOOK=on-exit",
					pid, "PREFORK_REASON=no worker", "PREFORK_STATUS=3", ""));
	}

	@Test
	void whenScriptPrintsThenThatIsLogged() throws IOException {
		Hooks hooks = hooks(LONG, "echo all is well; echo or is it >&2", Hook.Name.WHEN_READY);
		hooks.tell(READY);
		hooks.end(EXIT);
		assertThat(lines(Level.INFO)).singleElement()
			.asString()
			.isEqualTo("Hook when-ready: " + this.executables.get(Hook.Name.WHEN_READY)
					+ " has printed\nall is well\nor is it");
	}

	@Test
	void whenScriptFailsThenThatIsLoggedAndTheNextOneHasItsTurn() throws IOException {
		this.executables.put(Hook.Name.ON_EXIT, script("touch " + this.told));
		Hooks hooks = hooks(LONG, "echo said before; exit 7", Hook.Name.WHEN_READY);
		hooks.tell(READY);
		hooks.end(EXIT);
		assertThat(lines(Level.WARN)).singleElement()
			.asString()
			.contains("Hook when-ready: ", " ended with status 7; the server goes on\nsaid before");
		assertThat(this.told).exists();
	}

	@Test
	void whenScriptHangsThenItIsKilledWithWhatItHasStarted() throws IOException {
		Hooks hooks = hooks(SHORT, "echo $$ > " + this.told + "; sleep 600 & echo $! >> " + this.told + "; wait",
				Hook.Name.WHEN_READY);
		hooks.tell(READY);
		await().until(() -> !lines(Level.WARN).isEmpty());
		assertThat(lines(Level.WARN)).singleElement()
			.asString()
			.contains("had not ended within 300 ms and was killed; the server goes on");
		List<String> pids = Files.readAllLines(this.told);
		await().until(() -> pids.stream()
			.noneMatch((pid) -> ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isPresent()));
		assertThat(pids).hasSize(2);
		hooks.end(EXIT);
	}

	@Test
	void whenScriptCannotBeRunThenThatIsLogged() throws IOException {
		Hooks hooks = hooks(LONG, "true", Hook.Name.WHEN_READY);
		Files.delete(this.executables.get(Hook.Name.WHEN_READY));
		hooks.tell(READY);
		hooks.end(EXIT);
		assertThat(lines(Level.WARN)).singleElement().asString().contains("could not be run: ", "No such file");
	}

	@Test
	void whenScriptIsRunThenNoDescriptorOfTheMasterIsOpenInIt() throws IOException {
		Hooks hooks = hooks(LONG, "ls -l /proc/$$/fd > " + this.told, Hook.Name.WHEN_READY);
		try (Listener listener = this.os.listen(BindAddress.parse("127.0.0.1:0"),
				new ListenOptions(16, false, Duration.ZERO))) {
			hooks.tell(READY);
			hooks.end(EXIT);
			assertThat(listener.descriptor()).isGreaterThan(2);
		}
		// The shell has some of its own from 10 on: the script, and the output before
		assertThat(Files.readAllLines(this.told)).filteredOn((line) -> line.matches(".* \\d -> .*"))
			.hasSize(3)
			.allMatch((line) -> line.matches(".* [012] -> .*"));
		assertThat(Files.readString(this.told)).doesNotContain("socket:");
	}

	@Test
	void whenTooManyWaitThenTheRestIsLeftOut() throws IOException {
		Path go = this.directory.resolve("go");
		Hooks hooks = hooks(LONG, "echo x >> " + this.told + "; while [ ! -e " + go + " ]; do sleep 0.02; done",
				Hook.Name.WHEN_READY);
		hooks.tell(READY);
		await().until(() -> Files.exists(this.told));
		for (int i = 0; i < 103; i++) {
			hooks.tell(READY);
		}
		assertThat(lines(Level.WARN)).hasSize(3)
			.allMatch((line) -> line.startsWith("Hook when-ready is left out with ")
					&& line.endsWith("too many others wait for their turn"));
		Files.createFile(go);
		hooks.end(EXIT);
		assertThat(Files.readAllLines(this.told)).hasSize(101);
	}

	@Test
	void whenNobodyHooksThenAnActionIsDoneAtOnceAndHere() throws IOException {
		Hooks hooks = hooks(LONG);
		Thread[] thread = new Thread[1];
		hooks.before(new Hook.PreFork(0, 1), Runnable::run, () -> thread[0] = Thread.currentThread());
		assertThat(thread[0]).isSameAs(Thread.currentThread());
	}

	@Test
	void whenActionFollowsAHookThenItIsDoneAfterTheScriptWhateverThatSays() throws Exception {
		Hooks hooks = hooks(LONG, "echo script >> " + this.told + "; exit 1", Hook.Name.PRE_FORK);
		CompletableFuture<String> action = new CompletableFuture<>();
		hooks.before(new Hook.PreFork(0, 1), Runnable::run, () -> action.complete(contentOfTold()));
		assertThat(action.get(30, TimeUnit.SECONDS)).isEqualTo("script\n");
		hooks.end(EXIT);
	}

	@Test
	void whenScriptsBeforeHangThenAnActionWaitsForTheTimeoutAndItsHookIsLeftOut() throws Exception {
		this.executables.put(Hook.Name.PRE_FORK, script("touch " + this.told));
		Hooks hooks = hooks(Duration.ofSeconds(1), "sleep 600", Hook.Name.WHEN_READY);
		hooks.tell(READY);
		hooks.tell(READY);
		CountDownLatch done = new CountDownLatch(1);
		hooks.before(new Hook.PreFork(3, 1), Runnable::run, done::countDown);
		assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
		await().untilAsserted(() -> assertThat(lines(Level.WARN)).contains("Hook pre-fork is left out with "
				+ new Hook.PreFork(3, 1).variables() + ": it did not have its turn in time"));
		hooks.end(EXIT);
		assertThat(this.told).doesNotExist();
	}

	@Test
	void whenStartIsRefusedThenTheReasonIsTold() throws IOException {
		Hooks hooks = hooks(LONG, "echo the schema is old; exit 2", Hook.Name.ON_STARTING, Hook.Name.PRE_EXEC);
		assertThat(hooks.starting(2)).contains("ended with status 2; it has printed:\nthe schema is old");
		assertThat(lines(Level.WARN)).isEmpty();
	}

	@Test
	void whenStartIsNotRefusedOrNobodyHooksThenItGoesOn() throws Exception {
		Hooks hooks = hooks(LONG, "echo $PREFORK_WORKERS workers; [ $PREFORK_WORKERS = 2 ]", Hook.Name.ON_STARTING);
		assertThat(hooks.starting(2)).isEmpty();
		assertThat(lines(Level.INFO)).singleElement().asString().endsWith(" has printed\n2 workers");
		assertThat(hooks.starting(3)).contains("ended with status 1; it has printed:\n3 workers");
		assertThat(hooks.preExec()).isEmpty();
	}

	@Test
	void whenMasterIsAboutToExecuteAnotherThenWhatWaitsIsRunBeforeAndItMayBeRefused() throws Exception {
		Hooks hooks = hooks(LONG, "sleep 0.1; echo $PREFORK_HOOK >> " + this.told + "; [ $PREFORK_HOOK != pre-exec ]",
				Hook.Name.WHEN_READY, Hook.Name.PRE_EXEC);
		hooks.tell(READY);
		assertThat(hooks.preExec()).contains("ended with status 1");
		assertThat(this.told).content().isEqualTo("when-ready\npre-exec\n");
	}

	@Test
	void whenTheEndComesThenThoseThatHangAreNotWaitedForAndTheLastOneIsRun() throws IOException {
		this.executables.put(Hook.Name.ON_EXIT, script("echo $PREFORK_STATUS > " + this.told));
		Hooks hooks = hooks(SHORT, "sleep 600", Hook.Name.WHEN_READY);
		for (int i = 0; i < 50; i++) {
			hooks.tell(READY);
		}
		hooks.end(new Hook.OnExit(4, "broken"));
		assertThat(this.told).content().isEqualTo("4\n");
		assertThat(lines(Level.WARN)).anyMatch((line) -> line.matches("Hooks are not waited for any longer.*"));
	}

	@Test
	void whenScriptsRunOrWaitThenThereIsNoRest() throws IOException {
		Path pipe = pipe();
		Hooks hooks = hooks(LONG, "echo x >> " + this.told + "; read forever < " + pipe, Hook.Name.WHEN_READY);
		assertThat(hooks.isIdle()).isTrue();
		hooks.tell(READY);
		hooks.tell(READY);
		assertThat(hooks.isIdle()).isFalse();
		for (String turns : List.of("x\n", "x\nx\n")) {
			await().until(() -> contentOfTold().equals(turns));
			assertThat(hooks.isIdle()).isFalse();
			Files.writeString(pipe, "on\n");
		}
		await().until(hooks::isIdle);
	}

	@Test
	void whenScriptRunsThenItIsKnownAsOurChild() throws IOException {
		Hooks hooks = hooks(LONG, "echo $$ >> " + this.told + "; read forever < " + pipe(), Hook.Name.WHEN_READY);
		hooks.tell(READY);
		await().until(() -> !contentOfTold().isEmpty());
		int pid = Integer.parseInt(contentOfTold().strip());
		assertThat(hooks.owns(pid)).isTrue();
		assertThat(hooks.owns(1)).isFalse();
		Files.writeString(this.directory.resolve("pipe"), "\n");
		hooks.end(EXIT);
		await().until(() -> !hooks.owns(pid));
	}

	private Path pipe() throws IOException {
		Path pipe = this.directory.resolve("pipe");
		try {
			assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
		}
		catch (InterruptedException ex) {
			throw new IOException(ex);
		}
		return pipe;
	}

	private String contentOfTold() {
		try {
			return Files.exists(this.told) ? Files.readString(this.told) : "";
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

	private Hooks hooks(Duration timeout, String script, Hook.Name... names) throws IOException {
		for (Hook.Name name : names) {
			this.executables.put(name, script(script));
		}
		return hooks(timeout);
	}

	private Hooks hooks(Duration timeout) {
		return new Hooks(
				new HookScripts(this.executables, timeout, Map.of("PATH", System.getenv("PATH"), "OTHER", "inherited")),
				this.os, this.outputs);
	}

	private Path script(String content) throws IOException {
		Path script = Files.createTempFile(this.directory, "hook", ".sh",
				PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
		return Files.writeString(script, "#!/bin/sh\n" + content + "\n");
	}

	private List<String> lines(Level level) {
		return List.copyOf(this.log.list)
			.stream()
			.filter((event) -> event.getLevel() == level)
			.map(ILoggingEvent::getFormattedMessage)
			.toList();
	}

	private static Obituary obituary(int slot) {
		return new Obituary(new WorkerId(slot, 1), 700 + slot, 1, WorkerState.ACCEPTING,
				new ExitCause.Signalled("SIGKILL"), Duration.ofSeconds(1), 0, 0, "", Postmortem.NONE);
	}

}
