package io.prefork.master;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.prefork.control.ControlClient;
import io.prefork.control.Message;
import io.prefork.os.Processes;
import io.prefork.os.Signal;
import io.prefork.pool.Event;
import io.prefork.pool.WorkerId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EvidenceTests {

	private static final WorkerId WORKER = new WorkerId(0, 1);

	@TempDir
	private Path parent;

	private final List<Event> events = new CopyOnWriteArrayList<>();

	private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

	private MasterFixture fixture;

	private TestLink link;

	private WorkerProcesses processes;

	private Evidence evidence;

	@BeforeEach
	void prepare() throws IOException {
		this.fixture = new MasterFixture(this.parent);
		this.link = new TestLink(this.fixture.runDirectory.path());
		this.processes = new WorkerProcesses(this.fixture.os, this.fixture.configuration, this.fixture.postmortems,
				(event) -> {
				});
		this.evidence = new Evidence(this.processes, this.timer, this.events::add, Runnable::run);
		this.fixture.script = "trap '' QUIT; while :; do sleep 1; done";
		this.processes.spawn(WORKER, 1);
	}

	@AfterEach
	void close() throws IOException {
		this.timer.shutdownNow();
		this.link.close();
		this.fixture.close();
	}

	@Test
	void whenWorkerAnswersOverItsLinkThenThatIsTheEvidenceAndNothingElseIsAsked() throws IOException {
		try (ControlClient worker = connected()) {
			CountDownLatch time = stopTime();
			this.evidence.take(WORKER, "it is hung");
			await().untilAsserted(
					() -> assertThat(this.link.told(worker)).containsExactly(new Message.TakeEvidence("it is hung")));
			this.evidence.arrived(WORKER, "the stack");
			this.evidence.arrived(WORKER, "the stack again");
			time.countDown();
			await().pollDelay(1500, TimeUnit.MILLISECONDS)
				.untilAsserted(
						() -> assertThat(this.events).containsExactly(new Event.EvidenceTaken(WORKER, "the stack")));
			assertThat(this.fixture.os.signals).isEmpty();
		}
	}

	@Test
	void whenWorkerDoesNotAnswerThenTheVirtualMachineIsAskedAndTheEvidenceSaysSo() throws IOException {
		try (ControlClient worker = connected()) {
			this.evidence.take(WORKER, "it is hung");
			await().untilAsserted(() -> assertThat(this.events).hasSize(1));
			assertThat(this.fixture.os.signals).containsExactly(Signal.QUIT);
			assertThat(((Event.EvidenceTaken) this.events.get(0)).text())
				.startsWith("no answer over the control link within 1000 ms; asked the virtual machine by SIGQUIT");
			this.evidence.arrived(WORKER, "too late");
			assertThat(this.events).hasSize(1);
		}
	}

	@Test
	void whenWorkerHasNotConnectedThenTheVirtualMachineIsAskedAtOnce() {
		this.evidence.take(WORKER, "it is hung");
		assertThat(this.fixture.os.signals).containsExactly(Signal.QUIT);
		await().untilAsserted(() -> assertThat(this.events).hasSize(1));
		assertThat(((Event.EvidenceTaken) this.events.get(0)).text()).startsWith("there is no control link yet");
	}

	@Test
	void whenWorkerIsStoppedThenItIsNotAskedAndThatIsSaidAtOnce() throws IOException {
		int pid = this.processes.get(WORKER).pid();
		FakeOperatingSystem.send(pid, Signal.STOP);
		await().until(() -> Processes.stopped(pid));
		this.evidence.take(WORKER, "it is hung");
		assertThat(this.events).hasSize(1);
		assertThat(((Event.EvidenceTaken) this.events.get(0)).text()).contains("the process is stopped");
		assertThat(this.fixture.os.signals).isEmpty();
	}

	@Test
	void whenWorkerIsGoneMeanwhileThenNobodyIsAsked() throws IOException {
		try (ControlClient worker = connected()) {
			CountDownLatch time = stopTime();
			this.evidence.take(WORKER, "it is hung");
			this.processes.exited(WORKER);
			this.evidence.arrived(WORKER, "too late");
			time.countDown();
			await().pollDelay(1500, TimeUnit.MILLISECONDS).untilAsserted(() -> assertThat(this.events).isEmpty());
			assertThat(this.fixture.os.signals).isEmpty();
		}
		this.evidence.take(WORKER, "it is hung");
		assertThat(this.events).isEmpty();
	}

	/**
	 * Lets no time be over until it is told to go on.
	 */
	private CountDownLatch stopTime() {
		CountDownLatch goOn = new CountDownLatch(1);
		this.timer.execute(() -> {
			try {
				goOn.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		});
		return goOn;
	}

	private ControlClient connected() throws IOException {
		ControlClient worker = this.link.connect();
		assertThat(this.processes.connected(WORKER, this.link.connectionOf(worker))).isTrue();
		return worker;
	}

}
