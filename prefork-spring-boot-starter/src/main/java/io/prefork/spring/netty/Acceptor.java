package io.prefork.spring.netty;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.prefork.worker.ListenerChannelSource;
import io.prefork.worker.WorkerSpec.InheritedListener;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Accepts from one listening socket, on a thread of its own: waits for room and at the
 * gate, then in a blocking {@code accept}, which the kernel deals out fairly among the
 * workers.
 */
final class Acceptor {

	private static final Log logger = LogFactory.getLog(Acceptor.class);

	/**
	 * After a failure such as too many open files, which may have passed by then.
	 */
	private static final Duration PAUSE = Duration.ofMillis(500);

	/**
	 * Handing over takes microseconds, unless the machine is short of processor time: the
	 * limit is for what is broken.
	 */
	private static final Duration HANDOVER = Duration.ofSeconds(10);

	private final NettyEndpoint endpoint;

	private final InheritedListener listener;

	private final ServerSocketChannel channel;

	// Held from accept until the connection is the server's
	private final Semaphore accepting = new Semaphore(1);

	private volatile @Nullable Thread thread;

	private volatile boolean stopped;

	Acceptor(NettyEndpoint endpoint, InheritedListener listener, ServerSocketChannel channel) {
		this.endpoint = endpoint;
		this.listener = listener;
		this.channel = channel;
	}

	void start(PreforkServerChannel server) {
		Thread thread = new Thread(() -> run(server), "prefork-acceptor-" + this.listener.address());
		thread.setDaemon(true);
		this.thread = thread;
		thread.start();
	}

	private void run(PreforkServerChannel server) {
		this.endpoint.acceptorStarted();
		try {
			while (this.endpoint.awaitTurn()) {
				boolean accepted = false;
				try {
					accepted = accept(server);
				}
				catch (OutOfMemoryError ex) {
					// Not even memory to say so
				}
				finally {
					if (!accepted) {
						this.endpoint.giveRoomBack();
					}
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private boolean accept(PreforkServerChannel server) throws InterruptedException {
		this.accepting.acquire();
		try {
			ListenerChannelSource.listen(this.channel, this.listener);
			SocketChannel socket = this.channel.accept();
			this.endpoint.accepted(server, socket, this.listener);
			return true;
		}
		catch (IOException | RuntimeException | Error ex) {
			// When the application uses up the memory, that may hit any thread
			if (!this.stopped || !(ex instanceof ClosedChannelException)) {
				TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
				logger.warn("Accepting from " + this.listener.address() + " failed, and is tried again: " + ex);
			}
			return false;
		}
		finally {
			this.accepting.release();
		}
	}

	/**
	 * Accepts nothing any more. On return, what {@code accept} had returned is the
	 * server's. If that is this acceptor's own thread, which does what others have left
	 * to the {@link ArrivalLoop}, it has handed over already.
	 */
	void stop() {
		this.stopped = true;
		try {
			this.channel.close();
			if (Thread.currentThread() != this.thread
					&& this.accepting.tryAcquire(HANDOVER.toMillis(), TimeUnit.MILLISECONDS)) {
				this.accepting.release();
			}
		}
		catch (IOException ex) {
			logger.warn("Failed to close the listening socket", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
