package io.prefork.worker;

import java.io.IOException;
import java.time.Duration;

import io.prefork.control.ControlClient;
import io.prefork.control.Message;
import io.prefork.control.PoolControl;
import org.jspecify.annotations.Nullable;

/**
 * A worker's link to its master. For any thread.
 */
final class MasterLink {

	private static final Duration FLUSH_LIMIT = Duration.ofSeconds(1);

	private volatile @Nullable ControlClient master;

	/**
	 * Connects, and says who this is.
	 * @throws IOException if there is no master
	 */
	void connect(WorkerSpec spec, ControlClient.Listener listener) throws IOException {
		ControlClient client = ControlClient.connect(spec.runDirectory(), listener);
		this.master = client;
		client.tell(new Message.Hello(spec.slot(), spec.serial()));
	}

	/**
	 * Tells the master something, soon.
	 */
	void tell(Message message) {
		ControlClient current = this.master;
		if (current != null) {
			current.tell(message);
		}
	}

	/**
	 * Tells the master something that is to have left before the process ends.
	 */
	void tellNow(Message message) {
		ControlClient current = this.master;
		if (current != null) {
			current.tell(message);
			current.flush(FLUSH_LIMIT);
		}
	}

	/**
	 * The pool, relayed to the master.
	 * @throws IllegalStateException before this is connected
	 */
	PoolControl pool() {
		ControlClient current = this.master;
		if (current == null) {
			throw new IllegalStateException("Not connected");
		}
		return current;
	}

}
