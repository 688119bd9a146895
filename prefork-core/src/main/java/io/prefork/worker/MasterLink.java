package io.prefork.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import io.prefork.control.ControlClient;
import io.prefork.control.Message;
import io.prefork.control.PoolControl;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's link to its master. It may end for two reasons: the master is gone, or it
 * becomes another program and is back soon, with the same process id. Then what is to be
 * said is kept until the master is found again. Which it is, the master tells beforehand
 * ({@link Message.HoldOn}), or else the file that it leaves; and a worker whose parent is
 * another process than before has no master any more. For any thread.
 */
final class MasterLink {

	private static final Logger logger = LoggerFactory.getLogger(MasterLink.class);

	private static final Duration FLUSH_LIMIT = Duration.ofSeconds(1);

	/**
	 * How long a process that ends waits for a master that is about to be back.
	 */
	private static final Duration LAST_WORDS_LIMIT = Duration.ofSeconds(5);

	private static final Duration RETRY = Duration.ofMillis(50);

	private final OptionalLong parent = parent();

	private final List<Message> unsaid = new ArrayList<>();

	private volatile @Nullable ControlClient master;

	private boolean holding;

	private Duration patience = Duration.ZERO;

	/**
	 * Connects, and says who this is.
	 * @param listener is told what the master says, and when it is gone for good
	 * @param state what a master that is another program than before is to be told
	 * @throws IOException if there is no master
	 */
	void connect(WorkerSpec spec, ControlClient.Listener listener, Supplier<List<Message>> state) throws IOException {
		// What is received meanwhile waits for the lock.
		synchronized (this) {
			Ending ending = new Ending(spec, listener, state);
			while (this.master == null) {
				// Looked for before and after: its file goes when its socket has come.
				boolean handedOver = isHandedOver(spec);
				try {
					this.master = ControlClient.connect(spec.runDirectory(), ending);
				}
				catch (IOException ex) {
					if (!handedOver && !isHandedOver(spec)) {
						throw ex;
					}
					LockSupport.parkNanos(RETRY.toNanos());
				}
			}
			tell(hello(spec));
		}
	}

	private static Message hello(WorkerSpec spec) {
		return new Message.Hello(spec.slot(), spec.serial());
	}

	private boolean isHandedOver(WorkerSpec spec) {
		return left(spec).compareTo(Duration.ZERO) > 0 && isParentThere();
	}

	/**
	 * For how long the master may still be between two programs. The file that it leaves
	 * has that time.
	 */
	private static Duration left(WorkerSpec spec) {
		try {
			return Duration.between(Instant.now(), Files.getLastModifiedTime(spec.handover()).toInstant());
		}
		catch (IOException ex) {
			return Duration.ZERO;
		}
	}

	private boolean isParentThere() {
		return parent().equals(this.parent);
	}

	private static OptionalLong parent() {
		return ProcessHandle.current().parent().stream().mapToLong(ProcessHandle::pid).findFirst();
	}

	/**
	 * Tells the master something, soon.
	 */
	synchronized void tell(Message message) {
		ControlClient current = this.master;
		if (this.holding) {
			this.unsaid.add(message);
		}
		else if (current != null) {
			current.tell(message);
		}
	}

	/**
	 * Tells the master something that is to have left before the process ends.
	 */
	void tellNow(Message message) {
		tell(message);
		flush();
	}

	/**
	 * Waits until what was said has left, for a process that ends. A master that is about
	 * to be back is waited for.
	 */
	void flush() {
		awaitMaster();
		ControlClient current = this.master;
		if (current != null) {
			current.flush(FLUSH_LIMIT);
		}
	}

	private synchronized void awaitMaster() {
		long began = System.nanoTime();
		long left = LAST_WORDS_LIMIT.toNanos();
		try {
			while (this.holding && !this.unsaid.isEmpty() && left > 0) {
				TimeUnit.NANOSECONDS.timedWait(this, left);
				left = LAST_WORDS_LIMIT.toNanos() - (System.nanoTime() - began);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
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

	private synchronized void hold(Duration patience) {
		ControlClient current = this.master;
		if (current != null) {
			this.holding = true;
			this.patience = patience;
			current.expectUpgrade(true);
			current.tell(new Message.Holding());
		}
	}

	private synchronized void goOn(List<Message> first) {
		ControlClient current = this.master;
		if (current != null) {
			current.expectUpgrade(false);
		}
		this.holding = false;
		first.forEach(this::tell);
		this.unsaid.forEach(this::tell);
		this.unsaid.clear();
		notifyAll();
	}

	private synchronized void giveUp() {
		this.holding = false;
		this.unsaid.clear();
		notifyAll();
	}

	private synchronized boolean expectsMaster(WorkerSpec spec) {
		if (!this.holding && isHandedOver(spec)) {
			this.holding = true;
			this.patience = left(spec);
		}
		return this.holding;
	}

	/**
	 * Looks for the master, which was there before.
	 * @return whether it was found in time
	 */
	private boolean findAgain(WorkerSpec spec, Ending ending, Supplier<List<Message>> state) {
		ControlClient current = this.master;
		long began = System.nanoTime();
		while (current != null && isParentThere() && System.nanoTime() - began < this.patience.toNanos()) {
			try {
				current.reconnect(spec.runDirectory(), ending, hello(spec));
				goOn(state.get());
				logger.info("Worker {} has its master again, {} ms after that began to be upgraded", spec.slot(),
						TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
				return true;
			}
			catch (IOException ex) {
				LockSupport.parkNanos(RETRY.toNanos());
			}
		}
		return false;
	}

	/**
	 * Tells the two ends of a link apart.
	 */
	private final class Ending implements ControlClient.Listener {

		private final WorkerSpec spec;

		private final ControlClient.Listener listener;

		private final Supplier<List<Message>> state;

		Ending(WorkerSpec spec, ControlClient.Listener listener, Supplier<List<Message>> state) {
			this.spec = spec;
			this.listener = listener;
			this.state = state;
		}

		@Override
		public void told(Message message) {
			if (message instanceof Message.HoldOn hold) {
				hold(Duration.ofMillis(hold.millis()));
			}
			else if (message instanceof Message.GoOn) {
				goOn(List.of());
			}
			else {
				this.listener.told(message);
			}
		}

		@Override
		public void masterGone() {
			if (!expectsMaster(this.spec)) {
				this.listener.masterGone();
				return;
			}
			Thread thread = new Thread(() -> {
				if (!findAgain(this.spec, this, this.state)) {
					giveUp();
					this.listener.masterGone();
				}
			}, "prefork-reattach");
			thread.setDaemon(true);
			thread.start();
		}

	}

}
