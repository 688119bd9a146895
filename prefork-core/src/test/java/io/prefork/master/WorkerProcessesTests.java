package io.prefork.master;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.prefork.control.ControlClient;
import io.prefork.control.ControlConnection;
import io.prefork.control.Message;
import io.prefork.os.ExitStatus;
import io.prefork.os.Listener;
import io.prefork.os.Signal;
import io.prefork.os.SpawnRequest;
import io.prefork.pool.Event;
import io.prefork.pool.Postmortem;
import io.prefork.pool.WorkerId;
import io.prefork.scoreboard.OldestRequest;
import io.prefork.scoreboard.SlotReading;
import io.prefork.worker.WorkerSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WorkerProcessesTests {

	private static final WorkerId WORKER = new WorkerId(2, 5);

	@TempDir
	private Path parent;

	private final List<Event> events = new CopyOnWriteArrayList<>();

	private MasterFixture fixture;

	private WorkerProcesses processes;

	@BeforeEach
	void prepare() throws IOException {
		this.fixture = new MasterFixture(this.parent);
		this.processes = new WorkerProcesses(this.fixture.os, this.fixture.configuration, this.fixture.postmortems,
				this.events::add);
	}

	@AfterEach
	void close() throws IOException {
		this.fixture.close();
	}

	@Test
	void whenSpawnedThenWorkerIsGivenListenersAndBehindThemTheMastersOutput() {
		this.processes.spawn(WORKER, 3);
		int pid = this.processes.get(WORKER).pid();
		assertThat(this.events).containsExactly(new Event.Spawned(WORKER, pid));
		SpawnRequest request = this.fixture.os.spawned.get(0);
		assertThat(request.descriptors()).containsExactly(100, 101, 1, 2);
		assertThat(request.output()).isEqualTo(this.fixture.runDirectory.path().resolve("worker-5.out"));
		assertThat(this.fixture.launched).isEqualTo(new WorkerSpec(2, 5, 3, this.fixture.runDirectory.path(),
				List.of(new WorkerSpec.InheritedListener(3, Listener.Family.INET, "0.0.0.0:80", 128),
						new WorkerSpec.InheritedListener(4, Listener.Family.UNIX, "unix:/run/app.sock", 128))));
	}

	@Test
	void whenWorkersListenThemselvesThenTheyAreGivenNoDescriptorForIt() {
		this.fixture.os.listeners.get(0).descriptor = Listener.NO_DESCRIPTOR;
		this.processes.spawn(WORKER, 1);
		assertThat(this.fixture.os.spawned.get(0).descriptors()).containsExactly(101, 1, 2);
		assertThat(this.fixture.launched.listeners()).extracting(WorkerSpec.InheritedListener::descriptor)
			.containsExactly(Listener.NO_DESCRIPTOR, 3);
	}

	@Test
	void whenProcessExitsThenItsStatusAndTheEndOfItsOutputAreTold() {
		this.fixture.script = "seq 10000; echo 'no memory' >&2; exit 7";
		this.processes.spawn(WORKER, 1);
		Event.Exited exited = awaitExit();
		assertThat(exited.worker()).isEqualTo(WORKER);
		assertThat(exited.code()).isEqualTo(OptionalInt.of(7));
		assertThat(exited.signal()).isEmpty();
		assertThat(exited.output()).endsWith("9999\n10000\nno memory").hasSizeLessThanOrEqualTo(8192);
		this.processes.exited(WORKER);
		assertThat(this.processes.all()).isEmpty();
		assertThat(this.fixture.runDirectory.path().resolve("worker-5.out")).doesNotExist();
	}

	@Test
	void whenItsEndCannotBeLookedIntoThenItIsToldAllTheSame() {
		FakeOperatingSystem poor = new FakeOperatingSystem() {

			@Override
			public ExitStatus await(int pid) throws IOException {
				super.await(pid);
				throw new OutOfMemoryError("Java heap space");
			}

		};
		this.processes = new WorkerProcesses(poor, this.fixture.configuration, this.fixture.postmortems,
				this.events::add);
		this.fixture.script = "exit 0";
		this.processes.spawn(WORKER, 1);
		Event.Exited exited = awaitExit();
		assertThat(exited.signal()).contains("an unknown cause", "Java heap space");
		assertThat(this.processes.get(WORKER).isReaped()).isTrue();
	}

	@Test
	void whenSignalEndsAProcessThenItIsTold() {
		this.processes.spawn(WORKER, 1);
		this.processes.kill(WORKER, Signal.KILL);
		Event.Exited exited = awaitExit();
		assertThat(exited.code()).isEmpty();
		assertThat(exited.signal()).isEqualTo("SIGKILL");
	}

	@Test
	void whenProcessHasDiedThenWhatItLeftIsFound() throws IOException {
		Path tail = this.fixture.runDirectory.path().resolve("worker-5.tail");
		this.fixture.scoreboard.write(2,
				new SlotReading(5, System.nanoTime(), 1, 0, true, 0, 0, 0, 0, 0, 60 << 20, 256 << 20),
				List.of(new OldestRequest(System.nanoTime() - 4_000_000_000L, "GET /report")));
		Files.createFile(tail);
		this.fixture.script = "echo '#  SIGBUS (0x7) at pc=0x1' > " + this.parent
				+ "/hs_err_pid$$.log; echo bye; exit 1";
		Instant before = Instant.now().minusSeconds(1);
		this.processes.spawn(WORKER, 1);
		Postmortem found = awaitExit().found();
		assertThat(found.died().orElseThrow()).isBetween(before, Instant.now());
		assertThat(found.crash()).map(Postmortem.Crash::problem).contains("SIGBUS");
		assertThat(found.output()).isEqualTo("bye");
		assertThat(found.memory()).isEqualTo(new Postmortem.Memory(0, 60 << 20, 256 << 20));
		assertThat(found.inFlight()).singleElement().satisfies((request) -> {
			assertThat(request.request()).isEqualTo("GET /report");
			assertThat(request.age()).isGreaterThanOrEqualTo(Duration.ofSeconds(4));
		});
		this.processes.exited(WORKER);
		assertThat(tail).doesNotExist();
	}

	@Test
	void whenProcessIsSampledThenItsMemoryIsFound() throws IOException {
		this.processes.spawn(WORKER, 1);
		this.fixture.postmortems.sample(this.processes.all(), MonotonicTime.now());
		FakeOperatingSystem.send(this.processes.get(WORKER).pid(), Signal.SEGV);
		assertThat(awaitExit().found().memory().resident()).isPositive();
	}

	@Test
	void whenProcessCannotBeStartedThenThatIsToldAndNothingIsLeftBehind() throws IOException {
		FakeOperatingSystem failing = new FakeOperatingSystem() {

			@Override
			public int spawn(SpawnRequest request) throws IOException {
				Files.createFile(request.output());
				throw new IOException("posix_spawnp: Resource temporarily unavailable");
			}

		};
		this.processes = new WorkerProcesses(failing, this.fixture.configuration, this.fixture.postmortems,
				this.events::add);
		this.processes.spawn(WORKER, 1);
		assertThat(this.events)
			.containsExactly(new Event.SpawnFailed(WORKER, "posix_spawnp: Resource temporarily unavailable"));
		assertThat(this.processes.all()).isEmpty();
		assertThat(this.fixture.runDirectory.path().resolve("worker-5.out")).doesNotExist();
	}

	@Test
	void whenThereIsNoMemoryToStartAProcessThenThatIsToldAsAFailure() {
		FakeOperatingSystem failing = new FakeOperatingSystem() {

			@Override
			public int spawn(SpawnRequest request) {
				throw new OutOfMemoryError("unable to create native thread");
			}

		};
		this.processes = new WorkerProcesses(failing, this.fixture.configuration, this.fixture.postmortems,
				this.events::add);
		this.processes.spawn(WORKER, 1);
		assertThat(this.events).containsExactly(new Event.SpawnFailed(WORKER, "unable to create native thread"));
	}

	@Test
	void whenProcessHasBeenReapedThenItsIdIsNoLongerSentSignals() {
		this.fixture.script = "exit 0";
		this.processes.spawn(WORKER, 1);
		awaitExit();
		this.processes.kill(WORKER, Signal.KILL);
		assertThat(this.fixture.os.signals).isEmpty();
	}

	@Test
	void whenWorkerConnectsThenTheFilesOfItsStartAreRemoved() throws Exception {
		this.processes.spawn(WORKER, 1);
		Files.createFile(this.fixture.launched.argumentFile());
		try (TestLink link = new TestLink(this.fixture.runDirectory.path()); ControlClient worker = link.connect()) {
			assertThat(this.processes.connected(WORKER, link.connectionOf(worker))).isTrue();
			assertThat(this.fixture.launched.argumentFile()).doesNotExist();
			assertThat(this.fixture.launched.firstOutput()).doesNotExist();
		}
	}

	@Test
	void whenWorkerIsUnknownThenTellingAndKillingDoNothing() {
		this.processes.kill(WORKER, Signal.KILL);
		this.processes.tell(WORKER, new Message.OpenGate());
		this.processes.exited(WORKER);
		assertThat(this.fixture.os.signals).isEmpty();
	}

	@Test
	void whenWorkerConnectsThenItIsReachedByThatLinkAndByNoOther() throws Exception {
		this.processes.spawn(WORKER, 1);
		Path output = this.processes.get(WORKER).output();
		try (TestLink link = new TestLink(this.fixture.runDirectory.path());
				ControlClient worker = link.connect();
				ControlClient intruder = link.connect()) {
			ControlConnection connection = link.connectionOf(worker);
			ControlConnection other = link.connectionOf(intruder);
			assertThat(this.processes.connected(new WorkerId(2, 4), other)).isFalse();
			assertThat(this.processes.connected(WORKER, connection)).isTrue();
			assertThat(this.processes.connected(WORKER, other)).isFalse();
			assertThat(this.processes.isConnected(WORKER, connection)).isTrue();
			assertThat(this.processes.isConnected(WORKER, other)).isFalse();
			assertThat(output).doesNotExist();
			this.processes.tellAll(new Message.ReopenLogs());
			await().untilAsserted(() -> assertThat(link.told(worker)).containsExactly(new Message.ReopenLogs()));
			assertThat(link.told(intruder)).isEmpty();
			this.processes.exited(WORKER);
			assertThat(connection.awaitEnd(Duration.ofSeconds(30))).isTrue();
		}
	}

	@Test
	void whenProcessIsGoneThenThatIsToldAtOnceAndWhatOfAfterItsLastWords() throws IOException {
		try (TestLink link = new TestLink(this.fixture.runDirectory.path()); ControlClient worker = link.connect()) {
			List<Message> heardBeforeExit = new CopyOnWriteArrayList<>();
			this.processes = new WorkerProcesses(this.fixture.os, this.fixture.configuration, this.fixture.postmortems,
					(event) -> {
						if (event instanceof Event.Exited) {
							heardBeforeExit.addAll(link.received);
						}
						this.events.add(event);
					});
			this.processes.spawn(WORKER, 1);
			this.processes.connected(WORKER, link.connectionOf(worker));
			this.processes.kill(WORKER, Signal.KILL);
			await().until(() -> this.events.contains(new Event.Died(WORKER)));
			worker.tell(new Message.BootFailed("no database"));
			worker.flush(Duration.ofSeconds(5));
			worker.close();
			awaitExit();
			assertThat(heardBeforeExit).contains(new Message.BootFailed("no database"));
		}
	}

	private Event.Exited awaitExit() {
		return await().until(() -> this.events.stream()
			.filter(Event.Exited.class::isInstance)
			.map(Event.Exited.class::cast)
			.findFirst()
			.orElse(null), (exited) -> exited != null);
	}

}
