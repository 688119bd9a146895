package sample.prefork.process;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is no message closes its own connection to the control socket, and nothing else.
 */
class ControlSocketProcessTests extends ProcessTestSupport {

	@Test
	void whenRubbishIsSentThenOnlyThatConnectionIsClosed() throws IOException {
		PoolProcess pool = startPool();
		pool.expectProblems(LogLines.RUBBISH_REFUSED);
		PoolStatus before = pool.pool();
		Path socket = controlSocket(pool);
		byte[] random = new byte[4096];
		new Random(1).nextBytes(random);
		byte[] megabyte = new byte[1 << 20];
		Arrays.fill(megabyte, (byte) '{');
		for (byte[] rubbish : List.of("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII), new byte[64],
				random, megabyte)) {
			assertClosed(socket, rubbish);
		}
		try (SocketChannel half = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
			half.write(ByteBuffer.wrap(new byte[] { 0, 0 }));
		}
		assertThat(pool.awaitSettled(2).pids()).isEqualTo(before.pids());
		pool.post("/actuator/prefork", "{\"workers\":1}");
		pool.awaitSettled(1);
	}

	private static void assertClosed(Path socket, byte[] rubbish) throws IOException {
		try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
			ByteBuffer data = ByteBuffer.wrap(rubbish);
			try {
				while (data.hasRemaining()) {
					channel.write(data);
				}
			}
			catch (IOException ex) {
				assertThat(ex).hasMessageMatching("(?i).*(broken pipe|reset).*");
				return;
			}
			assertThat(readToEnd(channel)).as("bytes answered").isLessThan(4096);
		}
	}

	private static int readToEnd(SocketChannel channel) {
		ByteBuffer answer = ByteBuffer.allocate(8192);
		try {
			while (channel.read(answer) >= 0 && answer.hasRemaining()) {
				Thread.onSpinWait();
			}
		}
		catch (IOException ex) {
			assertThat(ex).hasMessageMatching("(?i).*reset.*");
		}
		return answer.position();
	}

	private static Path controlSocket(PoolProcess pool) throws IOException {
		try (Stream<Path> files = Files.walk(pool.runDirectory())) {
			return files
				.filter((file) -> !Files.isRegularFile(file) && !Files.isDirectory(file) && !Files.isSymbolicLink(file))
				.findFirst()
				.orElseThrow(() -> new AssertionError("no socket in " + pool.runDirectory()));
		}
	}

}
