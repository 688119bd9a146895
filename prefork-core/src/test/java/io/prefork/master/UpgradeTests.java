package io.prefork.master;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.prefork.control.CommandRefusedException;
import io.prefork.control.ControlClient;
import io.prefork.control.Message;
import io.prefork.control.UpgradeDocument;
import io.prefork.os.ProgramImage;
import io.prefork.pool.Event;
import io.prefork.pool.WorkerState;
import io.prefork.worker.WorkerSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

/**
 * An upgrade up to the moment at which the process would become the other program, which
 * it does not here: so each ends with a master that goes on.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class UpgradeTests {

	private static final String ACCEPT = "touch \"${PREFORK_HANDOVER#trial:}.accepted\"";

	@TempDir
	private Path parent;

	@TempDir
	private Path scripts;

	private final List<Worker> workers = new ArrayList<>();

	private MasterFixture fixture;

	private Master master;

	private Plan plan;

	@BeforeEach
	void start() throws IOException {
		this.fixture = new MasterFixture(this.parent);
		this.master = new Master(this.fixture.configuration, this.fixture.os, Optional.empty());
		this.plan = new Plan();
		this.master.upgradeBy(this.plan);
		this.master.start();
		await().until(() -> !this.master.control().pool().pool().isEmpty());
	}

	@AfterEach
	void stop() throws Exception {
		this.master.post(new Event.Stop(true));
		this.workers.forEach((worker) -> worker.client.close());
		assertThat(this.master.awaitEnd()).isZero();
		assertThat(this.parent).isEmptyDirectory();
		this.fixture.os.close();
	}

	@Test
	void whenNoWorkerHasBeenReadyThenTheUpgradeIsRefused() {
		assertThatExceptionOfType(CommandRefusedException.class).isThrownBy(this.master.control()::upgrade)
			.withMessage("The master cannot be upgraded now: no worker has been ready yet");
		assertThat(this.plan.told).isEmpty();
	}

	@Test
	void whenTheTrialRunFailsThenItsReasonIsAnsweredAndNobodyNoticesAnything() throws Exception {
		Worker worker = accepting();
		this.plan.script = "echo trying; echo '$PREFORK_BIND is wrong' >&2; exit 9";
		UpgradeDocument document = this.master.control().upgrade();
		assertThat(document.status()).isEqualTo(UpgradeDocument.Status.FAILED);
		assertThat(document.reason()).isEqualTo("its trial run ended with status 9");
		assertThat(document.output()).isEqualTo("trying\n$PREFORK_BIND is wrong");
		assertThat(this.plan.told).isEmpty();
		assertThat(worker.told).containsExactly(new Message.OpenGate());
		assertThat(this.fixture.runDirectory.path()).isDirectoryNotContaining("glob:**handover*");
	}

	@Test
	void whenTheTrialRunTakesTooLongThenItIsEnded() throws Exception {
		accepting();
		this.plan.script = "exec sleep 60";
		this.plan.timeout = Duration.ofMillis(300);
		assertThat(this.master.control().upgrade().reason())
			.isEqualTo("its trial run took longer than 300 ms (prefork.upgrade-timeout)");
	}

	@Test
	void whenTheTrialRunSucceedsThenWorkersAgreeAndTheProcessBecomesTheProgramWithItsListeners() throws Exception {
		Worker worker = accepting();
		CompletableFuture<Handover> left = new CompletableFuture<>();
		this.fixture.os.succession.whenReplaced = () -> {
			assertThatIOException().isThrownBy(() -> new Worker(this.fixture.runDirectory.path()));
			left.complete(read());
		};
		assertThat(this.master.control().upgrade().status()).isEqualTo(UpgradeDocument.Status.STARTED);
		await().untilAsserted(() -> assertThat(worker.told).last().isEqualTo(new Message.GoOn()));
		assertThat(worker.told).containsExactly(new Message.OpenGate(), new Message.HoldOn(30_000), new Message.GoOn());
		assertThat(this.plan.told).containsExactly("rest", "resume");
		assertThat(this.fixture.os.succession.kept).singleElement()
			.satisfies((kept) -> assertThat(kept).containsExactlyInAnyOrder(100, 101));
		ProgramImage image = this.fixture.os.succession.replacements.get(0);
		assertThat(image.environment()).extracting((entry) -> new String(entry, StandardCharsets.UTF_8))
			.contains(WorkerSpec.HANDOVER_VARIABLE + "=" + file());
		Handover handover = left.get();
		assertThat(handover.pid()).isEqualTo(ProcessHandle.current().pid());
		assertThat(handover.counts().upgrades()).isEqualTo(1);
		assertThat(handover.pool().workers()).singleElement()
			.satisfies((carried) -> assertThat(carried.state()).isEqualTo(WorkerState.ACCEPTING));
		assertThat(handover.processes()).singleElement()
			.satisfies((child) -> assertThat(child.pid()).isEqualTo(handover.pool().workers().get(0).pid()));
		assertThat(file()).doesNotExist();
		new Worker(this.fixture.runDirectory.path()).client.close();
	}

	@Test
	void whenTheHookRefusesThenThatIsAnsweredAndNobodyNoticesAnything() throws Exception {
		Worker worker = accepting();
		useHook(Hook.Name.PRE_EXEC, "echo not on a Friday; exit 3");
		UpgradeDocument document = this.master.control().upgrade();
		assertThat(document.status()).isEqualTo(UpgradeDocument.Status.FAILED);
		assertThat(document.reason()).isEqualTo("the hook pre-exec has refused it");
		assertThat(document.output()).isEqualTo("It ended with status 3; it has printed:\nnot on a Friday");
		assertThat(this.plan.told).isEmpty();
		assertThat(worker.told).containsExactly(new Message.OpenGate());
	}

	@Test
	void whenAnotherHookRunsThenTheProcessWaitsForItsEnd() throws Exception {
		accepting();
		Path go = this.scripts.resolve("go");
		Path begun = this.scripts.resolve("begun");
		useHook(Hook.Name.NWORKERS_CHANGED, "touch " + begun + "; while [ ! -e " + go + " ]; do sleep 0.02; done");
		this.plan.onRest = () -> {
			this.master.post(new Event.ScaleTo(0, 2));
			this.master.post(new Event.ScaleTo(0, 1));
			await().until(() -> Files.exists(begun));
		};
		CompletableFuture<Boolean> over = new CompletableFuture<>();
		this.fixture.os.succession.whenReplaced = () -> over.complete(Files.exists(go));
		this.master.control().upgrade();
		await().until(() -> this.plan.told.contains("rest"));
		Files.createFile(go);
		assertThat(over.get()).isTrue();
		await().until(() -> this.plan.told.contains("resume"));
	}

	@Test
	void whenAWorkerConnectsWhileOthersAreToHoldOnThenItIsToldToo() throws Exception {
		Worker worker = accepting();
		worker.agrees = false;
		CompletableFuture<Boolean> left = new CompletableFuture<>();
		this.fixture.os.succession.whenReplaced = () -> left.complete(true);
		this.master.post(new Event.ScaleTo(0, 2));
		await().until(() -> this.master.control().pool().pool().size() == 2);
		this.master.control().upgrade();
		await().until(() -> worker.told.contains(new Message.HoldOn(30_000)));
		Worker late = new Worker(this.fixture.runDirectory.path());
		this.workers.add(late);
		late.client.tell(new Message.Hello(1, 2));
		await().until(() -> late.told.contains(new Message.HoldOn(30_000)));
		assertThat(left.get()).isTrue();
		await().until(() -> late.told.contains(new Message.GoOn()));
	}

	@Test
	void whenAReloadBeginsDuringTheTrialThenItGoesOnAndTheUpgradeIsGivenUp() throws Exception {
		Worker worker = accepting();
		this.plan.onTrial = () -> this.master.post(new Event.Reload(0));
		assertThat(this.master.control().upgrade().status()).isEqualTo(UpgradeDocument.Status.STARTED);
		await().untilAsserted(() -> assertThat(this.plan.told).containsExactly("rest", "resume"));
		await().untilAsserted(() -> assertThat(worker.told).contains(new Message.GoOn()));
		assertThat(this.fixture.os.succession.replacements).isEmpty();
	}

	@Test
	void whenAnUpgradeIsUnderWayThenAnotherIsRefusedAndAfterwardsPossible() throws Exception {
		accepting();
		this.plan.onTrial = () -> assertThatExceptionOfType(CommandRefusedException.class)
			.isThrownBy(this.master.control()::upgrade)
			.withMessage("An upgrade of the master is under way");
		this.plan.script = "exit 1";
		assertThat(this.master.control().upgrade().status()).isEqualTo(UpgradeDocument.Status.FAILED);
		this.plan.onTrial = () -> {
		};
		assertThat(this.master.control().upgrade().status()).isEqualTo(UpgradeDocument.Status.FAILED);
	}

	@Test
	void whenARequestOfTheManagementPortAsksThenNoThreadKeepsThatFromEnding() throws Exception {
		accepting();
		ClassLoader port = new ClassLoader(getClass().getClassLoader()) {
		};
		Thread asking = new Thread(this.master.control()::upgrade);
		asking.setContextClassLoader(port);
		asking.start();
		asking.join();
		assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getContextClassLoader).doesNotContain(port);
		await().until(() -> this.plan.told.contains("resume"));
	}

	@Test
	void whenTheProcessBecomesTheProgramThenItGoesOnWithTheSameWorker() throws Exception {
		Worker worker = accepting();
		CompletableFuture<Handover> left = new CompletableFuture<>();
		this.fixture.os.succession.whenReplaced = () -> left.complete(read());
		this.master.control().upgrade();
		Handover handover = left.get();
		await().untilAsserted(() -> assertThat(worker.told).last().isEqualTo(new Message.GoOn()));
		MasterFixture next = new MasterFixture(this.parent);
		Files.copy(this.fixture.runDirectory.path().resolve("scoreboard"),
				next.runDirectory.path().resolve("scoreboard"));
		Master successor = new Master(next.configuration, this.fixture.os, Optional.of(handover));
		successor.start();
		assertThat(successor.control().pool().master().upgrades()).isEqualTo(1);
		assertThat(successor.control().pool().pool()).singleElement().satisfies((summary) -> {
			assertThat(summary.pid()).isEqualTo(handover.processes().get(0).pid());
			assertThat(summary.state()).isEqualTo("ACCEPTING");
		});
		Worker again = new Worker(next.runDirectory.path());
		again.client.tell(new Message.Hello(0, 1));
		again.client.tell(new Message.Leaving("it was sent SIGTERM"));
		await().until(() -> successor.control().pool().pool().get(0).state().equals("DRAINING"));
		again.client.close();
		successor.post(new Event.Stop(true));
		assertThat(successor.awaitEnd()).isZero();
	}

	private void useHook(Hook.Name name, String script) throws IOException {
		Path file = Files.createFile(this.scripts.resolve(name.label()),
				PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
		Files.writeString(file, "#!/bin/sh\n" + script + "\n");
		this.master.use(new Hooks(new HookScripts(Map.of(name, file), Duration.ofSeconds(30), System.getenv()),
				this.fixture.os, this.scripts));
	}

	private Path file() {
		return this.fixture.runDirectory.path().resolve(WorkerSpec.HANDOVER);
	}

	private Handover read() {
		try {
			return HandoverFile.read(file());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private Worker accepting() throws IOException {
		Worker worker = new Worker(this.fixture.runDirectory.path());
		this.workers.add(worker);
		worker.client.tell(new Message.Hello(0, 1));
		worker.client.tell(new Message.Ready());
		worker.client.tell(new Message.Accepting());
		await().until(() -> this.master.control().pool().pool().get(0).state().equals("ACCEPTING"));
		await().until(() -> !worker.told.isEmpty());
		return worker;
	}

	/**
	 * The worker's end of a link.
	 */
	private static final class Worker implements ControlClient.Listener {

		private final List<Message> told = new CopyOnWriteArrayList<>();

		private final ControlClient client;

		private volatile boolean agrees = true;

		Worker(Path runDirectory) throws IOException {
			this.client = ControlClient.connect(runDirectory, this);
		}

		@Override
		public void told(Message message) {
			this.told.add(message);
			if (message instanceof Message.HoldOn && this.agrees) {
				this.client.tell(new Message.Holding());
			}
		}

		@Override
		public void masterGone() {
		}

	}

	private static final class Plan implements UpgradePlan {

		private final List<String> told = new CopyOnWriteArrayList<>();

		private volatile String script = ACCEPT;

		private volatile Duration timeout = Duration.ofSeconds(30);

		private volatile Runnable onTrial = () -> {
		};

		private volatile Runnable onRest = () -> {
		};

		@Override
		public Duration timeout() {
			return this.timeout;
		}

		@Override
		public WorkerLauncher.Launch trial() {
			this.onTrial.run();
			return new WorkerLauncher.Launch(List.of("sh", "-c", this.script), Map.of("PATH", "/usr/bin:/bin"));
		}

		@Override
		public void rest() {
			this.onRest.run();
			this.told.add("rest");
		}

		@Override
		public void resume() {
			this.told.add("resume");
		}

	}

}
