package io.prefork.worker;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * This process as a worker, for server adapters.
 */
public interface Worker {

	/**
	 * What the master told this worker.
	 * @return the specification
	 */
	WorkerSpec spec();

	/**
	 * How this worker serves.
	 * @return the settings
	 */
	WorkerSettings settings();

	/**
	 * The gate that acceptors wait at.
	 * @return the gate, closed until the master's word
	 */
	AcceptGate gate();

	/**
	 * Says that the calling thread is about to accept connections, again and again. To be
	 * called once by each platform thread that does. The master has the kernel treat it
	 * accordingly; nothing depends on it.
	 */
	void acceptorStarted();

	/**
	 * Where adapters tell of requests.
	 * @return the tracker
	 */
	RequestTracker requests();

	/**
	 * Where adapters have connections watched whose clients may be slow.
	 * @return the watch
	 */
	SlowClients slowClients();

	/**
	 * Whether another worker of the pool could take what this one has no slot for.
	 * @return whether one accepts and has a slot free, as of some hundred milliseconds
	 * ago
	 */
	boolean siblingsHaveFreeSlot();

	/**
	 * Whether the connection of a request that is being answered is better off at another
	 * worker, and its client is to be told so.
	 * @return whether no slot is free here, and one is elsewhere
	 */
	default boolean sendsElsewhere() {
		return gate().isFullToKeptAlive() && siblingsHaveFreeSlot();
	}

	/**
	 * Has this worker leave, since it can accept no more connections: it serves what it
	 * has, ends, and is replaced. Does nothing if it leaves already.
	 * @param reason why, a clause for the log
	 */
	void leave(String reason);

	/**
	 * Makes an adapter known, to be told when the worker leaves.
	 * @param adapter the adapter
	 */
	void register(ServerAdapter adapter);

	/**
	 * The worker that this process is.
	 * @return the worker, or empty in a master or an ordinary application
	 */
	static Optional<Worker> current() {
		return Optional.ofNullable(Holder.CURRENT.get());
	}

	/**
	 * Says what worker this process is. Called once, before the application context is
	 * made.
	 * @param worker the worker
	 */
	static void become(Worker worker) {
		Holder.CURRENT.set(worker);
	}

	/**
	 * Servers instantiate some extensions by name, so that they must find the worker
	 * statically.
	 */
	final class Holder {

		private static final AtomicReference<@Nullable Worker> CURRENT = new AtomicReference<>();

		private Holder() {
		}

	}

}
