package io.prefork.master;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import io.prefork.os.BindAddress;
import io.prefork.os.ListenException;
import io.prefork.os.ListenOptions;
import io.prefork.os.Listener;
import io.prefork.os.OperatingSystem;
import io.prefork.os.Scheme;

/**
 * The listening sockets of the pool: opened once, handed to every worker.
 */
public final class ListenerSet implements AutoCloseable {

	private final List<Listener> listeners;

	private final Map<Listener, Scheme> schemes;

	private ListenerSet(List<Listener> listeners, Map<Listener, Scheme> schemes) {
		this.listeners = List.copyOf(listeners);
		this.schemes = schemes;
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
		Map<Listener, Scheme> schemes = new IdentityHashMap<>();
		try {
			for (BindAddress address : addresses) {
				Listener listener = (options.reusePort() && address instanceof BindAddress.Tcp tcp)
						? ReservedPort.reserve(os, tcp, options) : os.listen(address, options);
				opened.add(listener);
				schemes.put(listener, address.scheme());
			}
			return new ListenerSet(opened, schemes);
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
	 * What clients speak on a listener.
	 * @param listener one of these
	 * @return the scheme of its address
	 */
	Scheme scheme(Listener listener) {
		return this.schemes.getOrDefault(listener, Scheme.UNSAID);
	}

	/**
	 * Connections that wait in all accept queues together, as far as the kernel tells. A
	 * system call for each.
	 * @return their number
	 */
	int queued() {
		return this.listeners.stream().mapToInt((listener) -> listener.queued().orElse(0)).sum();
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
