package io.prefork.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What others do to the control socket is their own connection's business alone.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ControlServerTests {

	@TempDir
	private Path directory;

	private ControlLink master;

	private ControlClient bystander;

	@BeforeEach
	void open() throws IOException {
		this.master = new ControlLink(this.directory);
		this.bystander = this.master.client(Duration.ofSeconds(30));
		assertThat(this.bystander.pool()).isEqualTo(StubPoolControl.POOL);
	}

	@AfterEach
	void everythingElseGoesOn() throws IOException {
		try {
			assertThat(this.bystander.pool()).isEqualTo(StubPoolControl.POOL);
			try (ControlClient newcomer = this.master.client(Duration.ofSeconds(30))) {
				assertThat(newcomer.pool()).isEqualTo(StubPoolControl.POOL);
			}
		}
		finally {
			this.bystander.close();
			this.master.close();
		}
	}

	private static Stream<Arguments> rubbish() {
		byte[] noise = new byte[4096];
		new Random(7).nextBytes(noise);
		byte[] megabyte = new byte[1024 * 1024];
		Arrays.fill(megabyte, (byte) '{');
		return Stream.of(Arguments.of("garbage", "rhubarb\n".getBytes(StandardCharsets.UTF_8)),
				Arguments.of("an empty line", new byte[] { '\n' }),
				Arguments.of("a web request", "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.UTF_8)),
				Arguments.of("null", "null\n".getBytes(StandardCharsets.UTF_8)),
				Arguments.of("an unknown type", "{\"type\":\"dance\"}\n".getBytes(StandardCharsets.UTF_8)),
				Arguments.of("no type", "{\"slot\":0}\n".getBytes(StandardCharsets.UTF_8)),
				Arguments.of("binary noise", noise), Arguments.of("zeros", new byte[64]),
				Arguments.of("a greeting that waits for an answer", "EHLO".getBytes(StandardCharsets.UTF_8)),
				Arguments.of("a megabyte without newline", megabyte));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("rubbish")
	void whenRubbishArrivesThenThatConnectionIsClosed(String name, byte[] rubbish) throws IOException {
		try (SocketChannel peer = this.master.raw()) {
			write(peer, rubbish);
			assertClosed(peer);
		}
		assertThat(this.master.received).isEmpty();
	}

	@Test
	void whenHalfAMessageArrivesAndThenTheEndThenThatConnectionIsClosed() throws IOException {
		try (SocketChannel peer = this.master.raw()) {
			write(peer, "{\"type\":\"ready\"".getBytes(StandardCharsets.UTF_8));
			peer.shutdownOutput();
			assertClosed(peer);
		}
		assertThat(this.master.received).isEmpty();
	}

	@Test
	void whenPeerSaysNothingOrLeavesAtOnceThenNothingHappens() throws IOException {
		SocketChannel silent = this.master.raw();
		this.master.raw().close();
		await().until(() -> !this.master.ended.isEmpty());
		assertThat(this.bystander.pool()).isEqualTo(StubPoolControl.POOL);
		silent.close();
	}

	@Test
	void whenMessagesPrecedeRubbishThenTheyCount() throws IOException {
		try (SocketChannel peer = this.master.raw()) {
			write(peer, "{\"type\":\"ready\"}\nrhubarb\n".getBytes(StandardCharsets.UTF_8));
			assertClosed(peer);
		}
		assertThat(this.master.received).containsExactly(new Message.Ready());
	}

	@Test
	void whenPeerNeverReadsThenTheSenderIsNotBlockedAndGivesItUp() throws Exception {
		try (SocketChannel peer = this.master.raw()) {
			write(peer, "{\"type\":\"hello\",\"slot\":0,\"serial\":1}\n".getBytes(StandardCharsets.UTF_8));
			await().until(() -> !this.master.received.isEmpty());
			ControlConnection connection = this.master.connections.get(this.master.connections.size() - 1);
			Message large = new Message.Drain("x".repeat(1000));
			long before = System.nanoTime();
			for (int i = 0; i < 5000; i++) {
				connection.send(large);
			}
			assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
			assertThat(connection.awaitEnd(Duration.ofSeconds(30))).isTrue();
			assertThat(this.master.ended).containsExactly(connection);
		}
	}

	@Test
	void whenPeerAsksAndNeverReadsThenOthersAreAnswered() throws IOException {
		try (SocketChannel peer = this.master.raw()) {
			byte[] request = "{\"type\":\"request\",\"id\":1,\"command\":\"POOL\"}\n".getBytes(StandardCharsets.UTF_8);
			for (int i = 0; i < 3000; i++) {
				write(peer, request);
			}
			assertThat(this.bystander.pool()).isEqualTo(StubPoolControl.POOL);
		}
	}

	@Test
	void whenTheMasterIsEndingThenARequestEndsTheLink(@TempDir Path other) throws IOException {
		try (ControlLink ending = new ControlLink(other);
				ControlClient client = ending.client(Duration.ofSeconds(30))) {
			ending.executor.shutdown();
			assertThatExceptionOfType(MasterUnavailableException.class).isThrownBy(client::pool);
		}
	}

	@Test
	void whenServerIsClosedThenNobodyCanConnect(@TempDir Path other) throws IOException {
		ControlLink closed = new ControlLink(other);
		assertThat(Files.exists(other.resolve(ControlServer.SOCKET))).isTrue();
		closed.close();
		// The socket is closed by the thread that was about to accept.
		await()
			.untilAsserted(() -> assertThatExceptionOfType(IOException.class).isThrownBy(() -> closed.raw().close()));
	}

	@Test
	void whenSocketCannotBeMadeThenThatIsSaid() {
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> ControlServer.open(this.directory.resolve("missing"), this.master));
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> ControlServer.open(this.directory, this.master));
	}

	private static void write(SocketChannel channel, byte[] bytes) throws IOException {
		ByteBuffer buffer = ByteBuffer.wrap(bytes);
		try {
			while (buffer.hasRemaining()) {
				channel.write(buffer);
			}
		}
		catch (IOException ex) {
			assertThat(ex).hasMessageMatching(".*(Broken pipe|reset).*");
		}
	}

	private static void assertClosed(SocketChannel channel) throws IOException {
		ByteBuffer answer = ByteBuffer.allocate(16);
		try {
			assertThat(channel.read(answer)).isEqualTo(-1);
		}
		catch (IOException ex) {
			// What was not read yet makes a close a reset.
			assertThat(ex).hasMessageContaining("reset");
		}
	}

}
