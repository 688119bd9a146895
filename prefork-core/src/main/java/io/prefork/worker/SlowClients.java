package io.prefork.worker;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Breaks off connections whose clients keep the worker waiting: that do not finish a
 * request head, trickle a body, or do not take an answer. Whatever such a connection
 * holds, a thread or a request slot, is free again within a bound that the settings
 * state.
 * <p>
 * Only time that the worker waits for the client is counted: an application that is slow
 * to read or to write is not the client's fault. A rate is judged over stretches of
 * waiting as long as the grace period, so that bytes sent fast in the beginning do not
 * pay for silence later.
 * <p>
 * Safe for use by any thread. Connections are looked at twice a second, by a thread that
 * ends with the process.
 */
public final class SlowClients {

	private static final Logger logger = LoggerFactory.getLogger(SlowClients.class);

	private static final long PERIOD_MILLIS = 500;

	private final ClientLimits limits;

	private final Set<ClientWatch> watches = ConcurrentHashMap.newKeySet();

	private final AtomicBoolean started = new AtomicBoolean();

	private final LongAdder brokenOff = new LongAdder();

	/**
	 * Makes a watch over connections.
	 * @param limits what clients are held to
	 */
	public SlowClients(ClientLimits limits) {
		this.limits = limits;
	}

	/**
	 * Watches a connection, until it is {@linkplain ClientWatch#close() closed}.
	 * @param close breaks the connection off at once, even if a thread is blocked reading
	 * or writing it; must not block, and is called at most once
	 * @return the watch, to be told what the connection does
	 */
	public ClientWatch watch(Runnable close) {
		ClientWatch watch = new ClientWatch(this.limits, close, this.watches::remove);
		if (this.limits.watch()) {
			begin();
			this.watches.add(watch);
		}
		return watch;
	}

	/**
	 * Begins to look at connections, which the first one does else: on the thread of an
	 * acceptor, whose scheduling a thread that it starts inherits (sched(7)).
	 */
	void begin() {
		if (this.limits.watch() && this.started.compareAndSet(false, true)) {
			start();
		}
	}

	private void start() {
		Thread thread = new Thread(new Rounds(() -> sweep(System.nanoTime()), PERIOD_MILLIS), "prefork-slow-clients");
		thread.setDaemon(true);
		try {
			thread.start();
		}
		catch (Throwable ex) {
			this.started.set(false);
			throw ex;
		}
	}

	void sweep(long now) {
		for (ClientWatch watch : this.watches) {
			watch.overdue(now).ifPresent((reason) -> {
				this.brokenOff.increment();
				logger.debug("A connection is broken off: {}", reason);
				try {
					watch.breakOff();
				}
				catch (RuntimeException ex) {
					logger.warn("A connection could not be broken off", ex);
				}
			});
		}
	}

	/**
	 * Connections that were broken off since the worker started.
	 * @return their number
	 */
	public long brokenOff() {
		return this.brokenOff.sum();
	}

}
