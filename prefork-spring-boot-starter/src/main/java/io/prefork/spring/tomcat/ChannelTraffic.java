package io.prefork.spring.tomcat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

import org.apache.tomcat.util.net.NioChannel;
import org.jspecify.annotations.Nullable;

/**
 * What passes over a channel of Tomcat's, told to the connection that has it at the time:
 * Tomcat uses channels again.
 */
final class ChannelTraffic {

	private final NioChannel channel;

	private final PreforkEndpoint endpoint;

	private volatile @Nullable TomcatConnection connection;

	ChannelTraffic(NioChannel channel, PreforkEndpoint endpoint) {
		this.channel = channel;
		this.endpoint = endpoint;
	}

	/**
	 * The channel gets another socket, or loses the one it has.
	 */
	void reset(@Nullable SocketChannel socket) {
		TomcatConnection before = this.connection;
		TomcatConnection connection = (socket != null) ? this.endpoint.connectionOf(socket) : null;
		if (before != null) {
			before.answerLock().passesOver(null);
		}
		if (connection != null) {
			connection.answerLock().passesOver(this.channel);
		}
		this.connection = connection;
	}

	/**
	 * The channel has read.
	 * @param bytes how many, -1 at the end
	 */
	void hasRead(long bytes) {
		TomcatConnection connection = this.connection;
		if (connection != null) {
			connection.hasRead(bytes);
		}
	}

	/**
	 * Has the channel write, unless the worker has answered in the application's place.
	 * @return bytes written
	 */
	long write(Write write, Remaining remaining) throws IOException {
		TomcatConnection connection = this.connection;
		if (connection == null) {
			return write.write();
		}
		AnswerLock answer = connection.answerLock();
		answer.lock();
		try {
			long bytes = write.write();
			connection.hasWritten(bytes, remaining.remaining());
			return bytes;
		}
		finally {
			answer.unlock();
		}
	}

	static boolean hasRemaining(ByteBuffer[] sources, int offset, int length) {
		for (int i = offset; i < offset + length; i++) {
			if (sources[i].hasRemaining()) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Writes to the socket.
	 */
	interface Write {

		long write() throws IOException;

	}

	/**
	 * Whether something is left to be written.
	 */
	interface Remaining {

		boolean remaining();

	}

}
