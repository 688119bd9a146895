package io.prefork.worker;

import java.time.Duration;

/**
 * A web server as a worker sees it: where connections come from, when they are taken, how
 * the worker leaves. Everything else stays as Boot configured it. The steps of leaving
 * are called once each, in order, by the {@link Drain}.
 */
public interface ServerAdapter {

	/**
	 * Takes no new connection any more: closes this process's copies of the listeners.
	 * What {@code accept} had already returned is served. On return, nothing more will be
	 * accepted.
	 */
	void stopAccepting();

	/**
	 * From now on every answer announces that its connection closes, decided when its
	 * head is committed: {@code Connection: close} on HTTP/1.1, GOAWAY on HTTP/2.
	 */
	void announceClose();

	/**
	 * Connections that are open.
	 * @return their number
	 */
	int connections();

	/**
	 * Closes the connections that hold no request and have been silent for so long.
	 * Called over and over while the worker drains. Each connection is given up to a half
	 * more, at random, so that clients do not come back all at once.
	 * @param quiet how long, counted from the last byte or from {@link #announceClose()},
	 * whichever is later
	 */
	void closeIdle(Duration quiet);

	/**
	 * Until when the server was seen alive, for the heartbeat. What stands still although
	 * other threads go on, such as an event loop that a request blocks, stands still for
	 * all connections that it has, and makes the worker hung. Called a few times a
	 * second; must not block.
	 * @return the time as of {@link System#nanoTime()}; the current time unless something
	 * has not come round since
	 */
	default long aliveAt() {
		return System.nanoTime();
	}

}
