package io.prefork.control;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of a control link. Messages are sent by a thread of the connection's own from a
 * bounded queue, so that a peer that does not read (it may be stopped) never blocks the
 * sender; they are received by another one.
 */
public final class ControlConnection implements Closeable {

	private static final Logger logger = LoggerFactory.getLogger(ControlConnection.class);

	private static final int QUEUE_LENGTH = 256;

	private final SocketChannel channel;

	private final BlockingQueue<byte[]> outgoing = new LinkedBlockingQueue<>(QUEUE_LENGTH);

	private final AtomicInteger unsent = new AtomicInteger();

	private final AtomicBoolean closed = new AtomicBoolean();

	private final CountDownLatch ended = new CountDownLatch(1);

	private @Nullable Thread sender;

	ControlConnection(SocketChannel channel) {
		this.channel = channel;
	}

	/**
	 * Starts both threads.
	 * @param name for the threads' names
	 * @param receiver what to do with messages and at the end
	 */
	void start(String name, Receiver receiver) {
		Thread sending = daemon(name + "-send", this::sendAll);
		this.sender = sending;
		sending.start();
		daemon(name + "-receive", () -> receiveAll(receiver)).start();
	}

	private static Thread daemon(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Sends a message, soon. Never blocks. A peer that has let the queue run full is
	 * given up: the connection is closed.
	 * @param message the message
	 * @throws IllegalArgumentException if it is longer than a peer would read
	 */
	public void send(Message message) {
		byte[] line = MessageCodec.encode(message);
		if (this.closed.get()) {
			return;
		}
		this.unsent.incrementAndGet();
		if (!this.outgoing.offer(line)) {
			logger.warn("A control link is closed because its peer has not read {} messages", QUEUE_LENGTH);
			close();
		}
	}

	/**
	 * Whether the peer is far behind with reading: what can be left unsaid should be.
	 * @return whether half of the queue is taken
	 */
	boolean isCongested() {
		return this.outgoing.size() >= QUEUE_LENGTH / 2;
	}

	/**
	 * Waits until everything has been handed to the kernel, for a process that is about
	 * to end.
	 * @param limit how long to wait at most
	 */
	void flush(Duration limit) {
		long deadline = System.nanoTime() + limit.toNanos();
		while (this.unsent.get() > 0 && !this.closed.get() && System.nanoTime() < deadline) {
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
		}
	}

	private void sendAll() {
		try {
			while (!this.closed.get()) {
				ByteBuffer line = ByteBuffer.wrap(this.outgoing.take());
				while (line.hasRemaining()) {
					this.channel.write(line);
				}
				this.unsent.decrementAndGet();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (IOException ex) {
			close();
		}
	}

	private void receiveAll(Receiver receiver) {
		try (InputStream in = new BufferedInputStream(Channels.newInputStream(this.channel))) {
			Message message;
			while ((message = MessageCodec.read(in)) != null) {
				deliver(message, receiver);
			}
		}
		catch (ClosedChannelException ex) {
			// Closed by this side.
		}
		catch (IOException ex) {
			if (!this.closed.get()) {
				logger.debug("A control link is closed: {}", ex.getMessage());
			}
		}
		finally {
			close();
			receiver.ended(this);
			this.ended.countDown();
		}
	}

	/**
	 * Waits until everything that the peer sent has been received and the link has ended.
	 * @param limit how long to wait at most
	 * @return whether it has ended
	 * @throws InterruptedException if interrupted
	 */
	public boolean awaitEnd(Duration limit) throws InterruptedException {
		return this.ended.await(limit.toNanos(), TimeUnit.NANOSECONDS);
	}

	/**
	 * A message that its receiver fails at must not look like the death of the peer.
	 */
	private void deliver(Message message, Receiver receiver) {
		try {
			receiver.received(this, message);
		}
		catch (RuntimeException | Error ex) {
			// An error too: that no thread can be had, say.
			logger.error("A message ({}) could not be dealt with", message.getClass().getSimpleName(), ex);
		}
	}

	/**
	 * Closes this end. What was not sent yet is lost.
	 */
	@Override
	public void close() {
		if (this.closed.compareAndSet(false, true)) {
			try {
				this.channel.close();
			}
			catch (IOException ex) {
				logger.debug("Closing a control link failed", ex);
			}
			Thread sending = this.sender;
			if (sending != null) {
				sending.interrupt();
			}
		}
	}

	/**
	 * Takes what a connection receives, on the connection's thread.
	 */
	public interface Receiver {

		/**
		 * A message arrived.
		 * @param connection where
		 * @param message the message
		 */
		void received(ControlConnection connection, Message message);

		/**
		 * Nothing more will arrive: the peer closed its end or died, or sent what is no
		 * message.
		 * @param connection where
		 */
		void ended(ControlConnection connection);

	}

}
