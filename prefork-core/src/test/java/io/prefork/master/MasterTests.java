package io.prefork.master;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.prefork.control.ControlClient;
import io.prefork.control.MasterUnavailableException;
import io.prefork.control.Message;
import io.prefork.control.ReloadDocument;
import io.prefork.os.Signal;
import io.prefork.pool.Event;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The loop with a sleeping process for a worker, whose part on the control link the test
 * plays.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MasterTests {

	@TempDir
	private Path parent;

	private MasterFixture fixture;

	private Master master;

	@BeforeEach
	void start() throws IOException {
		this.fixture = new MasterFixture(this.parent);
		this.master = new Master(this.fixture.configuration, this.fixture.os, Optional.empty());
		this.master.start();
		await().until(() -> !this.master.control().pool().pool().isEmpty());
	}

	@AfterEach
	void stop() throws Exception {
		this.master.post(new Event.Stop(true));
		assertThat(this.master.awaitEnd()).isZero();
		assertThat(this.parent).isEmptyDirectory();
		assertThat(this.fixture.os.listeners).allMatch((listener) -> listener.closed);
		this.fixture.os.close();
	}

	@Test
	void whenWorkerBootsThenItIsToldToOpenItsGate() throws IOException {
		Link worker = connect(0, 1);
		await().until(() -> state().equals("BOOTING"));
		worker.client.tell(new Message.Ready());
		await().untilAsserted(() -> assertThat(worker.told).containsExactly(new Message.OpenGate()));
		worker.client.tell(new Message.Accepting());
		await().until(() -> state().equals("ACCEPTING"));
		assertThat(worker.client.pool().state()).isEqualTo("RUNNING");
	}

	@Test
	void whenSomebodyPretendsToBeAWorkerThenHisLinkIsClosedAndWhatHeSaysDoesNotCount() throws IOException {
		connect(0, 1);
		await().until(() -> state().equals("BOOTING"));
		Link pretender = connect(0, 1);
		pretender.client.tell(new Message.Ready());
		pretender.client.tell(new Message.Evidence("nonsense"));
		await().until(() -> pretender.gone);
		Link stranger = connect(-5, 99);
		await().until(() -> stranger.gone);
		assertThat(state()).isEqualTo("BOOTING");
	}

	@Test
	void whenALinkHasNotNamedItsWorkerThenItMayAskButNotTell() throws IOException {
		Link tool = new Link(this.fixture.runDirectory.path());
		assertThat(tool.client.pool().master().pid()).isEqualTo(ProcessHandle.current().pid());
		tool.client.tell(new Message.BootFailed("nonsense"));
		await().until(() -> tool.gone);
		assertThat(state()).isEqualTo("SPAWNED");
	}

	@Test
	void whenAPartOfTheLoopFailsThenItGoesOn() {
		this.master.onReopenLogs(() -> {
			throw new AssertionError("a failure on purpose");
		});
		this.master.reopenLogs();
		assertThat(this.master.control().pool().pool()).hasSize(1);
	}

	@Test
	void whenOneActionFailsThenThoseThatFollowAreCarriedOut() throws Exception {
		this.fixture.os.listeners.get(0).broken = true;
		this.master.post(new Event.Stop(true));
		assertThat(this.master.awaitEnd()).isZero();
		// KILL follows if the process takes its time
		assertThat(this.fixture.os.signals).startsWith(Signal.TERM);
	}

	@Test
	void whenCodeIsNeverReadyThenTheMasterScalesAndStopsAllTheSame() throws Exception {
		Link worker = connect(0, 1);
		worker.client.tell(new Message.Ready());
		worker.client.tell(new Message.Accepting());
		await().until(() -> state().equals("ACCEPTING"));
		this.fixture.preparation = (generation, code) -> new CountDownLatch(1).await();
		assertThat(this.master.control().reload(false).status()).isEqualTo(ReloadDocument.Status.STARTED);
		assertThat(this.master.control().pool().state()).isEqualTo("RELOADING");
		assertThat(this.master.control().scaleTo(2).workers()).isEqualTo(2);
		await().until(() -> this.master.control().pool().pool().size() == 2);
		this.master.post(new Event.Stop(true));
		assertThat(this.master.awaitEnd()).isZero();
	}

	@Test
	void whenMasterHasEndedThenACommandIsRefusedAtOnce() throws Exception {
		this.master.post(new Event.Stop(true));
		this.master.awaitEnd();
		assertThatExceptionOfType(MasterUnavailableException.class)
			.isThrownBy(() -> this.master.control().reload(true));
	}

	@Test
	void whenWorkerIsKilledThenItIsReplacedAndWhatItDidIsKept() throws IOException {
		Link worker = connect(0, 1);
		worker.client.tell(new Message.Ready());
		worker.client.tell(new Message.Accepting());
		await().until(() -> state().equals("ACCEPTING"));
		FakeOperatingSystem.send((int) this.master.control().pool().pool().get(0).pid(), Signal.KILL);
		await().until(() -> this.master.control().pool().counters().spawned() == 2);
		assertThat(this.master.control().pool().counters().exits()).containsEntry("crash", 1L);
		await().until(() -> worker.gone);
	}

	private String state() {
		return this.master.control().pool().pool().get(0).state();
	}

	private Link connect(int slot, long serial) throws IOException {
		Link link = new Link(this.fixture.runDirectory.path());
		link.client.tell(new Message.Hello(slot, serial));
		return link;
	}

	private static final class Link implements ControlClient.Listener {

		final List<Message> told = new CopyOnWriteArrayList<>();

		volatile boolean gone;

		final ControlClient client;

		Link(Path directory) throws IOException {
			this.client = ControlClient.connect(directory, this);
		}

		@Override
		public void told(Message message) {
			this.told.add(message);
		}

		@Override
		public void masterGone() {
			this.gone = true;
		}

	}

}
