package io.prefork.master;

import java.util.ArrayList;
import java.util.List;

import io.prefork.os.BindAddress;
import io.prefork.os.ListenException;
import io.prefork.os.ListenOptions;
import io.prefork.os.Listener;
import io.prefork.os.OperatingSystem;

/**
 * The listening sockets of the pool: opened once, handed to every worker.
 */
public final class ListenerSet implements AutoCloseable {

	private final List<Listener> listeners;

	private ListenerSet(List<Listener> listeners) {
		this.listeners = List.copyOf(listeners);
	}

	/**
	 * Opens all of them, or none.
	 * @param os the operating system
	 * @param addresses where to listen, at least one
	 * @param options how
	 * @return the listeners, in the order of their addresses
	 * @throws ListenException if one of them cannot be had
	 */
	public static ListenerSet open(OperatingSystem os, List<BindAddress> addresses, ListenOptions options)
			throws ListenException {
		List<Listener> opened = new ArrayList<>();
		try {
			for (BindAddress address : addresses) {
				opened.add((options.reusePort() && address instanceof BindAddress.Tcp tcp)
						? ReservedPort.reserve(os, tcp, options) : os.listen(address, options));
			}
			return new ListenerSet(opened);
		}
		catch (ListenException | RuntimeException ex) {
			opened.forEach(Listener::close);
			throw ex;
		}
	}

	/**
	 * The listeners.
	 * @return an unmodifiable list
	 */
	public List<Listener> all() {
		return this.listeners;
	}

	/**
	 * Lets no new connection begin.
	 */
	void refuseNew() {
		this.listeners.forEach(Listener::refuseNew);
	}

	/**
	 * Whether no connection waits in any accept queue, as far as the kernel tells.
	 * @return whether they are empty
	 */
	boolean queuesEmpty() {
		return this.listeners.stream().noneMatch(Listener::hasQueued);
	}

	@Override
	public void close() {
		this.listeners.forEach(Listener::close);
	}

}
