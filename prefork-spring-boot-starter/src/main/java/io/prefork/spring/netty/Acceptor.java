package io.prefork.spring.netty;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import io.prefork.worker.SharedListener;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

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

	private final NettyEndpoint endpoint;

	private final SharedListener listener;

	Acceptor(NettyEndpoint endpoint, SharedListener listener) {
		this.endpoint = endpoint;
		this.listener = listener;
	}

	void start(PreforkServerChannel server) {
		Thread thread = new Thread(() -> run(server), "prefork-acceptor-" + address());
		thread.setDaemon(true);
		thread.start();
	}

	private String address() {
		return this.listener.inherited().address();
	}

	private void run(PreforkServerChannel server) {
		this.endpoint.acceptorStarted();
		while (this.endpoint.awaitRoom() && accept(server)) {
			continue;
		}
	}

	/**
	 * Accepts one connection.
	 * @return whether there may be another
	 */
	private boolean accept(PreforkServerChannel server) {
		boolean accepted = false;
		try {
			SharedListener.Arrival arrival = this.listener.accept();
			if (arrival == null) {
				return false;
			}
			this.endpoint.accepted(server, arrival, this.listener.inherited());
			accepted = true;
		}
		catch (IOException | RuntimeException | Error ex) {
			// When the application uses up the memory, that may hit any thread
			LockSupport.parkNanos(PAUSE.toNanos());
			warn(ex);
		}
		finally {
			if (!accepted) {
				this.endpoint.giveRoomBack();
			}
		}
		return true;
	}

	private void warn(Throwable failure) {
		try {
			logger.warn("Accepting from " + address() + " failed, and is tried again: " + failure);
		}
		catch (OutOfMemoryError ex) {
			// Not even memory to say so
		}
	}

	/**
	 * Accepts nothing any more. On return, what {@code accept} had returned is the
	 * server's. If that is this acceptor's own thread, which does what others have left
	 * to the {@link ArrivalLoop}, it has handed over already.
	 */
	void stop() {
		this.listener.stop();
	}

}
