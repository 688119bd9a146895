package io.prefork.spring.tomcat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketBufferHandler;
import org.jspecify.annotations.Nullable;

/**
 * A socket whose connection is told what passes over it.
 */
final class ObservedChannel extends NioChannel {

	private final PreforkEndpoint endpoint;

	private volatile @Nullable TomcatConnection connection;

	ObservedChannel(SocketBufferHandler buffer, PreforkEndpoint endpoint) {
		super(buffer);
		this.endpoint = endpoint;
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * Tomcat uses channels again, and has them forget with {@code null}.
	 */
	@Override
	public void reset(@Nullable SocketChannel channel, @Nullable NioSocketWrapper socket) throws IOException {
		TomcatConnection before = this.connection;
		TomcatConnection connection = (channel != null) ? this.endpoint.connectionOf(channel) : null;
		if (before != null) {
			before.answerLock().passesOver(null);
		}
		if (connection != null) {
			connection.answerLock().passesOver(this);
		}
		this.connection = connection;
		super.reset(channel, socket);
	}

	@Override
	public int read(ByteBuffer destination) throws IOException {
		int bytes = super.read(destination);
		hasRead(bytes);
		return bytes;
	}

	@Override
	public long read(ByteBuffer[] destinations, int offset, int length) throws IOException {
		long bytes = super.read(destinations, offset, length);
		hasRead(bytes);
		return bytes;
	}

	private void hasRead(long bytes) {
		TomcatConnection connection = this.connection;
		if (connection != null) {
			connection.hasRead(bytes);
		}
	}

	@Override
	public int write(ByteBuffer source) throws IOException {
		AnswerLock answer = lockAnswer();
		try {
			int bytes = super.write(source);
			hasWritten(bytes, source.hasRemaining());
			return bytes;
		}
		finally {
			unlock(answer);
		}
	}

	@Override
	public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
		AnswerLock answer = lockAnswer();
		try {
			long bytes = super.write(sources, offset, length);
			boolean remaining = false;
			for (int i = offset; i < offset + length && !remaining; i++) {
				remaining = sources[i].hasRemaining();
			}
			hasWritten(bytes, remaining);
			return bytes;
		}
		finally {
			unlock(answer);
		}
	}

	private @Nullable AnswerLock lockAnswer() throws IOException {
		TomcatConnection connection = this.connection;
		if (connection == null) {
			return null;
		}
		connection.answerLock().lock();
		return connection.answerLock();
	}

	private static void unlock(@Nullable AnswerLock answer) {
		if (answer != null) {
			answer.unlock();
		}
	}

	private void hasWritten(long bytes, boolean remaining) {
		TomcatConnection connection = this.connection;
		if (connection != null) {
			connection.hasWritten(bytes, remaining);
		}
	}

}
