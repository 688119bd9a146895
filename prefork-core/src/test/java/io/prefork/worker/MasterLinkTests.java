package io.prefork.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.prefork.control.ControlConnection;
import io.prefork.control.ControlServer;
import io.prefork.control.MasterUnavailableException;
import io.prefork.control.Message;
import io.prefork.control.RecordingListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MasterLinkTests {

	private static final List<Message> STATE = List.of(new Message.Ready(), new Message.Accepting());

	@TempDir
	private Path directory;

	private final RecordingListener listener = new RecordingListener();

	private final MasterLink link = new MasterLink();

	private Side master;

	@AfterEach
	void close() throws IOException {
		if (this.master != null) {
			this.master.close();
		}
	}

	@Test
	void whenTheMasterIsGoneThenThatIsSaid() throws IOException {
		connect();
		this.master.close();
		await().until(() -> this.listener.gone.get() == 1);
	}

	@Test
	void whenTheMasterIsToBeBackThenWhatIsSaidMeanwhileReachesItsSuccessor() throws IOException {
		connect();
		this.master.tell(new Message.HoldOn(50_000));
		await().untilAsserted(() -> assertThat(this.master.received).last().isEqualTo(new Message.Holding()));
		this.link.tell(new Message.Health("db is DOWN"));
		this.master.close();
		assertThatExceptionOfType(MasterUnavailableException.class).isThrownBy(() -> this.link.pool().pool())
			.withMessage("The master is being upgraded");
		this.link.tell(new Message.Leaving("TERM"));
		this.master = new Side(this.directory);
		await().untilAsserted(() -> assertThat(this.master.received).containsExactly(new Message.Hello(1, 7),
				STATE.get(0), STATE.get(1), new Message.Health("db is DOWN"), new Message.Leaving("TERM")));
		this.master.tell(new Message.Drain("scale-down"));
		await().untilAsserted(() -> assertThat(this.listener.told).containsExactly(new Message.Drain("scale-down")));
		assertThat(this.listener.gone).hasValue(0);
		this.master.close();
		await().until(() -> this.listener.gone.get() == 1);
	}

	@Test
	void whenTheMasterStaysAfterAllThenItHearsWhatWasHeldBack() throws IOException {
		connect();
		this.master.tell(new Message.HoldOn(50_000));
		await().untilAsserted(() -> assertThat(this.master.received).last().isEqualTo(new Message.Holding()));
		CompletableFuture<Void> lastWords = CompletableFuture
			.runAsync(() -> this.link.tellNow(new Message.ShuttingDown()));
		this.master.tell(new Message.GoOn());
		await().untilAsserted(() -> assertThat(this.master.received).last().isEqualTo(new Message.ShuttingDown()));
		assertThat(lastWords).succeedsWithin(Duration.ofSeconds(30));
		this.master.close();
		await().until(() -> this.listener.gone.get() == 1);
		assertThatExceptionOfType(MasterUnavailableException.class).isThrownBy(() -> this.link.pool().pool())
			.withMessage("The master is gone");
	}

	@Test
	void whenAProcessEndsThenItWaitsForTheMasterIfItHasSomethingToSay() throws IOException {
		connect();
		this.master.tell(new Message.HoldOn(50_000));
		await().untilAsserted(() -> assertThat(this.master.received).last().isEqualTo(new Message.Holding()));
		this.link.flush();
		this.link.tell(new Message.Leaving("TERM"));
		AtomicBoolean back = new AtomicBoolean();
		CompletableFuture<Boolean> ended = CompletableFuture.supplyAsync(() -> {
			this.link.flush();
			return back.get();
		});
		this.master.close();
		back.set(true);
		this.master = new Side(this.directory);
		assertThat(ended).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(true);
		await().untilAsserted(() -> assertThat(this.master.received).last().isEqualTo(new Message.Leaving("TERM")));
	}

	@Test
	void whenTheMasterIsNotBackInTimeThenItIsGone() throws IOException {
		connect();
		this.master.tell(new Message.HoldOn(200));
		await().untilAsserted(() -> assertThat(this.master.received).last().isEqualTo(new Message.Holding()));
		this.master.close();
		await().until(() -> this.listener.gone.get() == 1);
	}

	@Test
	void whenTheMasterHasSaidNothingButLeftItsFileThenItIsLookedFor() throws IOException {
		connect();
		handOver(Instant.now().plusSeconds(60));
		this.master.close();
		this.master = new Side(this.directory);
		await().untilAsserted(() -> assertThat(this.master.received).startsWith(new Message.Hello(1, 7)));
		assertThat(this.listener.gone).hasValue(0);
	}

	@Test
	void whenAWorkerBootsWhileTheMasterIsUpgradedThenItWaitsForIt() throws Exception {
		assertThatIOException().isThrownBy(() -> this.link.connect(spec(), this.listener, () -> STATE));
		handOver(Instant.now().minusSeconds(1));
		assertThatIOException().isThrownBy(() -> this.link.connect(spec(), this.listener, () -> STATE));
		handOver(Instant.now().plusSeconds(60));
		CompletableFuture<Void> connecting = CompletableFuture.runAsync(() -> {
			try {
				this.link.connect(spec(), this.listener, () -> STATE);
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		});
		this.master = new Side(this.directory);
		connecting.get();
		await().untilAsserted(() -> assertThat(this.master.received).containsExactly(new Message.Hello(1, 7)));
	}

	/**
	 * Has the master be between two programs.
	 */
	private void handOver(Instant until) throws IOException {
		Files.write(spec().handover(), new byte[0]);
		Files.setLastModifiedTime(spec().handover(), FileTime.from(until));
	}

	private void connect() throws IOException {
		this.master = new Side(this.directory);
		this.link.connect(spec(), this.listener, () -> STATE);
		await().untilAsserted(() -> assertThat(this.master.received).containsExactly(new Message.Hello(1, 7)));
	}

	private WorkerSpec spec() {
		return new WorkerSpec(1, 7, 1, this.directory, List.of());
	}

	/**
	 * The master's end.
	 */
	private static final class Side implements ControlConnection.Receiver, AutoCloseable {

		private final List<Message> received = new CopyOnWriteArrayList<>();

		private final List<ControlConnection> connections = new CopyOnWriteArrayList<>();

		private final Path directory;

		private final ControlServer server;

		Side(Path directory) throws IOException {
			this.directory = directory;
			ControlServer.remove(directory);
			this.server = ControlServer.open(directory, this);
		}

		void tell(Message message) {
			this.connections.forEach((connection) -> connection.send(message));
		}

		@Override
		public void received(ControlConnection connection, Message message) {
			if (message instanceof Message.Hello) {
				this.connections.add(connection);
			}
			this.received.add(message);
		}

		@Override
		public void ended(ControlConnection connection) {
		}

		@Override
		public void close() throws IOException {
			// First, as a master does it that becomes another program: a thread in accept
			// keeps the socket a moment longer, for who looks for the master again
			ControlServer.remove(this.directory);
			this.server.close();
			this.connections.forEach(ControlConnection::close);
		}

	}

}
