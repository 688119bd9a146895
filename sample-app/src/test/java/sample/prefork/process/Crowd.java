package sample.prefork.process;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * More connections at a time than there should be threads for, all of which say the same.
 */
final class Crowd implements Closeable {

	private final List<SocketChannel> channels = new ArrayList<>();

	private Crowd() {
	}

	/**
	 * Connects, and says something on each connection.
	 * @param address where to
	 * @param connections how many there are to be
	 * @param words what to say, may be nothing
	 * @return the connections
	 */
	static Crowd of(SocketAddress address, int connections, String words) {
		Crowd crowd = new Crowd();
		try {
			for (int i = 0; i < connections; i++) {
				SocketChannel channel = SocketChannel.open(address);
				crowd.channels.add(channel);
				channel.write(ByteBuffer.wrap(words.getBytes(StandardCharsets.US_ASCII)));
			}
			return crowd;
		}
		catch (IOException ex) {
			crowd.close();
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Reads what comes on each connection until the server closes it.
	 * @param timeout after which no more is read
	 * @return all that came, of the connections that were closed in an orderly way
	 */
	List<String> readToEnd(Duration timeout) {
		List<String> answers = new ArrayList<>();
		long deadline = System.nanoTime() + timeout.toNanos();
		try (Selector selector = Selector.open()) {
			for (SocketChannel channel : this.channels) {
				channel.configureBlocking(false);
				channel.register(selector, SelectionKey.OP_READ, new ByteArrayOutputStream());
			}
			while (!selector.keys().isEmpty() && System.nanoTime() < deadline) {
				selector.select((key) -> read(key, answers), 100);
			}
			return answers;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void read(SelectionKey key, List<String> answers) {
		ByteArrayOutputStream answer = (ByteArrayOutputStream) key.attachment();
		ByteBuffer buffer = ByteBuffer.allocate(4096);
		try {
			if (((SocketChannel) key.channel()).read(buffer) < 0) {
				key.cancel();
				answers.add(answer.toString(StandardCharsets.US_ASCII));
			}
			answer.write(buffer.array(), 0, buffer.position());
		}
		catch (IOException ex) {
			key.cancel();
		}
	}

	@Override
	public void close() {
		for (SocketChannel channel : this.channels) {
			try {
				channel.close();
			}
			catch (IOException ex) {
				// Nothing depends on it.
			}
		}
	}

}
