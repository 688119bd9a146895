package io.prefork.spring.tomcat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

import io.prefork.worker.RequestExpiry.Outcome;
import org.apache.coyote.Response;
import org.apache.tomcat.util.net.NioChannel;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that one alone answers the request that a connection of HTTP/1.1 has: the
 * application, or the worker when that takes too long. Tomcat's response belongs to the
 * application's thread, which may be anywhere; what both share is the socket. Once the
 * worker has written to it, Tomcat cannot any more.
 */
final class AnswerLock {

	private static final byte[] UNAVAILABLE = "HTTP/1.1 503 \r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
		.getBytes(StandardCharsets.US_ASCII);

	private final ReentrantLock lock = new ReentrantLock();

	// Guarded by the lock
	private @Nullable NioChannel channel;

	// Guarded by the lock
	private boolean interrupted;

	private volatile boolean taken;

	/**
	 * Before Tomcat writes. The JDK closes a channel that is written to by a thread which
	 * was interrupted: a request that was interrupted for taking too long may still
	 * answer.
	 * @throws ClosedChannelException if the worker has answered
	 */
	void lock() throws ClosedChannelException {
		this.lock.lock();
		if (this.taken) {
			this.lock.unlock();
			throw new ClosedChannelException();
		}
		if (this.lock.getHoldCount() == 1) {
			this.interrupted = Thread.interrupted();
		}
	}

	/**
	 * After Tomcat has written.
	 */
	void unlock() {
		boolean interrupted = this.lock.getHoldCount() == 1 && this.interrupted;
		this.lock.unlock();
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Says which socket the connection has, as Tomcat has it: it is another connection's
	 * later.
	 */
	void passesOver(@Nullable NioChannel channel) {
		this.lock.lock();
		try {
			this.channel = channel;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Answers in the application's place, or breaks the connection off. What the client
	 * still sends is let in until this is called again, since a connection that is closed
	 * with bytes unread is reset, and its client may lose the answer (RFC 9112, section
	 * 9.6). The socket is not closed, since a thread of Tomcat's that waits for it would
	 * not notice.
	 * @return what the client gets
	 */
	Outcome take(Response response) {
		this.lock.lock();
		try {
			NioChannel channel = this.channel;
			boolean answered = !this.taken && !response.isCommitted();
			if (channel == null) {
				return Outcome.BROKEN_OFF;
			}
			if (answered) {
				channel.write(ByteBuffer.wrap(UNAVAILABLE));
			}
			channel.getIOChannel().shutdownOutput();
			if (!answered) {
				channel.getIOChannel().shutdownInput();
			}
			return answered ? Outcome.ANSWERED : Outcome.BROKEN_OFF;
		}
		catch (IOException ex) {
			// The client has closed
			return Outcome.BROKEN_OFF;
		}
		finally {
			this.taken = true;
			this.lock.unlock();
		}
	}

	/**
	 * Whether the worker has answered.
	 */
	boolean isTaken() {
		return this.taken;
	}

}
