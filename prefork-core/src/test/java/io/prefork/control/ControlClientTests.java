package io.prefork.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ControlClientTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	private static final Duration SHORT = Duration.ofMillis(100);

	@TempDir
	private Path directory;

	private final RecordingListener listener = new RecordingListener();

	private ControlLink master;

	@BeforeEach
	void open() throws IOException {
		this.master = new ControlLink(this.directory);
	}

	@AfterEach
	void close() throws IOException {
		this.master.close();
	}

	@Test
	void whenThePoolIsAskedThenTheMasterAnswers() throws IOException {
		try (ControlClient client = connect(LONG)) {
			assertThat(client.pool()).isEqualTo(StubPoolControl.POOL);
			assertThat(client.worker("0")).contains(this.master.pool.document());
			assertThat(client.worker("7")).isEmpty();
			assertThat(client.obituaries().obituaries()).containsExactly(StubPoolControl.OBITUARY);
			assertThat(client.scaleTo(6)).isEqualTo(new ScaleDocument(4, 6, 6));
			assertThat(client.scaleBy(-2)).isEqualTo(new ScaleDocument(4, 2, null));
			assertThat(client.scaleAuto()).isEqualTo(new ScaleDocument(4, 4, null));
			assertThat(client.reload(false)).isEqualTo(StubPoolControl.RELOAD);
			assertThat(client.reload(true)).isEqualTo(StubPoolControl.RELOAD);
			assertThat(client.rollback(false)).isEqualTo(StubPoolControl.RELOAD);
			assertThat(client.rollback(true)).isEqualTo(StubPoolControl.RELOAD);
			assertThat(client.replace("0")).isTrue();
			assertThat(client.replace("7")).isFalse();
		}
		assertThat(this.master.pool.commands).containsExactly("pool", "worker 0", "worker 7", "obituaries", "scaleTo 6",
				"scaleBy -2", "scaleAuto", "reload false", "reload true", "rollback false", "rollback true",
				"replace 0", "replace 7");
	}

	@Test
	void whenManyAskAtOnceThenEachGetsItsOwnAnswer() throws IOException {
		try (ControlClient client = connect(LONG)) {
			assertThat(IntStream.rangeClosed(1, 100)
				.parallel()
				.filter((workers) -> client.scaleTo(workers).workers() == workers)
				.count()).isEqualTo(100);
		}
	}

	@Test
	void whenTheMasterRefusesThenTheRefusalArrivesAsItWasMeant() throws IOException {
		try (ControlClient client = connect(LONG)) {
			this.master.pool.failure = new CommandRefusedException(true, "\"workers\" must be at most 8.");
			assertThatExceptionOfType(CommandRefusedException.class).isThrownBy(() -> client.scaleTo(9))
				.withMessage("\"workers\" must be at most 8.")
				.matches(CommandRefusedException::isInvalid);
			this.master.pool.failure = new CommandRefusedException(false, "The server is stopping.");
			assertThatExceptionOfType(CommandRefusedException.class).isThrownBy(() -> client.reload(true))
				.matches((ex) -> !ex.isInvalid());
			this.master.pool.failure = new IllegalStateException("broken");
			assertThatExceptionOfType(CommandRefusedException.class).isThrownBy(client::pool)
				.withMessageContaining("broken")
				.matches((ex) -> !ex.isInvalid());
			this.master.pool.error = new NoClassDefFoundError("some.Library");
			assertThatExceptionOfType(CommandRefusedException.class).isThrownBy(client::upgrade)
				.withMessageContaining("some.Library");
			this.master.pool.error = null;
			this.master.pool.failure = null;
			assertThat(client.pool()).isEqualTo(StubPoolControl.POOL);
		}
	}

	@Test
	void whenTheAnswerIsTooLongForAMessageThenItIsRefusedAndTheLinkGoesOn() throws IOException {
		try (ControlClient client = connect(LONG)) {
			this.master.pool.evidence = "x".repeat(MessageCodec.MAXIMUM_LINE);
			assertThatExceptionOfType(CommandRefusedException.class).isThrownBy(() -> client.worker("0"))
				.withMessage("The answer is too long");
			assertThat(client.pool()).isEqualTo(StubPoolControl.POOL);
			assertThat(this.listener.gone).hasValue(0);
		}
	}

	@Test
	void whenTheMasterDoesNotAnswerThenAskingEndsInTimeAndALateAnswerDoesNoHarm() throws IOException {
		this.master.silent = true;
		try (ControlClient client = connect(SHORT)) {
			assertThatExceptionOfType(MasterUnavailableException.class).isThrownBy(client::pool)
				.withMessage("The master has not answered within PT0.1S");
			await().until(() -> !this.master.connections.isEmpty());
			this.master.connections.get(0).send(new Message.Response(1, null, null, false));
			this.master.silent = false;
			await().ignoreException(MasterUnavailableException.class)
				.untilAsserted(() -> assertThat(client.pool()).isEqualTo(StubPoolControl.POOL));
		}
	}

	@Test
	void whenTheMasterDoesNotReadThenAskingOverAndOverDoesNotEndTheLink(@TempDir Path other) throws IOException {
		String longName = "0".repeat(20 * 1024);
		try (ServerSocketChannel stopped = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
			stopped.bind(UnixDomainSocketAddress.of(other.resolve(ControlServer.SOCKET)));
			try (ControlClient client = ControlClient.connect(other, this.listener, Duration.ofMillis(1))) {
				for (int i = 0; i < 500; i++) {
					assertThatExceptionOfType(MasterUnavailableException.class)
						.isThrownBy(() -> client.worker(longName));
				}
				assertThatExceptionOfType(MasterUnavailableException.class).isThrownBy(client::pool)
					.withMessage("The master has not read earlier requests");
				assertThat(this.listener.gone).hasValue(0);
			}
		}
	}

	@Test
	void whenTheMasterIsGoneThenWhoeverWaitsIsToldAndSoIsTheListener() throws Exception {
		this.master.silent = true;
		try (ControlClient client = connect(LONG)) {
			CompletableFuture<Throwable> reloading = failureOf(() -> client.reload(true));
			CompletableFuture<Throwable> reading = failureOf(client::pool);
			await().until(() -> this.master.asked.get() == 2);
			this.master.close();
			assertThat(reloading.get()).isInstanceOf(MasterUnavailableException.class).hasMessage("The master is gone");
			assertThat(reading.get()).isInstanceOf(MasterUnavailableException.class).hasMessage("The master is gone");
			await().untilAsserted(() -> assertThat(this.listener.gone).hasValue(1));
			assertThatThrownBy(client::pool).isInstanceOf(MasterUnavailableException.class);
			client.tell(new Message.Ready());
			client.flush(LONG);
		}
	}

	@Test
	void whenThereIsNoMasterThenConnectingFails(@TempDir Path empty) {
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> ControlClient.connect(empty, this.listener));
	}

	@Test
	void whenWaiterIsInterruptedThenItStaysInterrupted() throws Exception {
		this.master.silent = true;
		try (ControlClient client = connect(LONG)) {
			CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
			Thread asking = new Thread(() -> {
				assertThatThrownBy(client::pool).isInstanceOf(MasterUnavailableException.class);
				interrupted.complete(Thread.currentThread().isInterrupted());
			});
			asking.start();
			await().until(() -> !this.master.connections.isEmpty());
			asking.interrupt();
			assertThat(interrupted.get()).isTrue();
		}
	}

	@Test
	void whenBothSidesTellThenEverythingArrivesInOrder() throws IOException {
		try (ControlClient client = connect(LONG)) {
			client.tell(new Message.Hello(1, 2));
			client.tell(new Message.Ready());
			client.tell(new Message.Evidence("x".repeat(200_000)));
			client.flush(LONG);
			await().untilAsserted(() -> assertThat(this.master.received).hasSize(3));
			assertThat(this.master.received).startsWith(new Message.Hello(1, 2), new Message.Ready());
			ControlConnection connection = this.master.connections.get(0);
			connection.send(new Message.OpenGate());
			connection.send(new Message.Drain("scale-down"));
			await().untilAsserted(() -> assertThat(this.listener.told).containsExactly(new Message.OpenGate(),
					new Message.Drain("scale-down")));
		}
	}

	@Test
	void whenWorkerEndsAfterItsLastWordsThenTheyArriveBeforeTheEnd() throws Exception {
		try (ControlClient client = connect(LONG)) {
			client.tell(new Message.BootFailed("no database"));
			client.flush(LONG);
		}
		await().until(() -> !this.master.ended.isEmpty());
		assertThat(this.master.received).containsExactly(new Message.BootFailed("no database"));
		assertThat(this.master.ended.get(0).awaitEnd(LONG)).isTrue();
	}

	@Test
	void whenListenerFailsAtAMessageThenTheMasterIsNotTakenForDead() throws IOException {
		RecordingListener failing = new RecordingListener() {

			@Override
			public void told(Message message) {
				super.told(message);
				throw new IllegalStateException("cannot reopen");
			}

		};
		try (ControlClient client = ControlClient.connect(this.directory, failing, LONG)) {
			client.tell(new Message.Ready());
			await().until(() -> !this.master.connections.isEmpty());
			this.master.connections.get(0).send(new Message.ReopenLogs());
			await().until(() -> !failing.told.isEmpty());
			assertThat(client.pool()).isEqualTo(StubPoolControl.POOL);
			assertThat(failing.gone).hasValue(0);
		}
	}

	private ControlClient connect(Duration timeout) throws IOException {
		return ControlClient.connect(this.directory, this.listener, timeout);
	}

	private static CompletableFuture<Throwable> failureOf(Runnable task) {
		return CompletableFuture.runAsync(task)
			.<Throwable>thenApply((nothing) -> null)
			.exceptionally(Throwable::getCause);
	}

}
