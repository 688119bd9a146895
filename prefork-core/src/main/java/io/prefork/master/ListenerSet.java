package io.prefork.master;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

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

	private final Map<Listener, BindAddress> addresses;

	private ListenerSet(List<Listener> listeners, Map<Listener, BindAddress> addresses) {
		this.listeners = List.copyOf(listeners);
		this.addresses = addresses;
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
		return open(addresses, (index, address) -> (options.reusePort() && address instanceof BindAddress.Tcp tcp)
				? ReservedPort.reserve(os, tcp, options) : os.listen(address, options));
	}

	/**
	 * Takes over what this process had opened before it became what it is.
	 * @param os the operating system
	 * @param addresses where to listen, those that are carried
	 * @param options how
	 * @param carried what is taken over
	 * @return the listeners, in the order of their addresses
	 * @throws ListenException if one of them cannot be had
	 */
	public static ListenerSet resume(OperatingSystem os, List<BindAddress> addresses, ListenOptions options,
			List<Handover.Socket> carried) throws ListenException {
		return open(addresses, (index, address) -> {
			Handover.Socket socket = carried.get(index);
			return (options.reusePort() && address instanceof BindAddress.Tcp tcp)
					? ReservedPort.resume(tcp, socket, options.backlog())
					: os.succession().adopt(address, socket.descriptor(), options);
		});
	}

	/**
	 * Why these listeners cannot be taken over for other addresses.
	 * @param addresses where to listen
	 * @param reusePort whether each worker is to listen with a socket of its own
	 * @param carried what was opened before
	 * @return a clause, or empty if they can
	 */
	public static Optional<String> obstacle(List<BindAddress> addresses, boolean reusePort,
			List<Handover.Socket> carried) {
		List<String> before = carried.stream().map(Handover.Socket::address).toList();
		List<String> now = addresses.stream().map(BindAddress::toString).toList();
		if (!now.equals(before)) {
			return Optional.of("the master listens on " + before + " and would have to listen on " + now);
		}
		boolean shared = carried.stream().anyMatch((socket) -> socket.descriptor() != Listener.NO_DESCRIPTOR);
		boolean own = carried.stream().anyMatch((socket) -> socket.descriptor() == Listener.NO_DESCRIPTOR);
		boolean changed = own ? !reusePort
				: reusePort && shared && addresses.stream().anyMatch(BindAddress.Tcp.class::isInstance);
		return changed ? Optional.of("'prefork.reuse-port' has changed") : Optional.empty();
	}

	private static ListenerSet open(List<BindAddress> addresses, Opening opening) throws ListenException {
		List<Listener> opened = new ArrayList<>();
		Map<Listener, BindAddress> origins = new IdentityHashMap<>();
		try {
			for (int i = 0; i < addresses.size(); i++) {
				Listener listener = opening.open(i, addresses.get(i));
				opened.add(listener);
				origins.put(listener, addresses.get(i));
			}
			return new ListenerSet(opened, origins);
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
		BindAddress address = this.addresses.get(listener);
		return (address != null) ? address.scheme() : Scheme.UNSAID;
	}

	/**
	 * What the program that this process is to become takes over.
	 */
	List<Handover.Socket> carry() {
		List<Handover.Socket> carried = new ArrayList<>();
		for (Listener listener : this.listeners) {
			BindAddress address = Objects.requireNonNull(this.addresses.get(listener));
			int descriptor = (address instanceof BindAddress.Descriptor inherited) ? inherited.number()
					: listener.descriptor();
			carried.add(new Handover.Socket(address.toString(), descriptor, listener.address(), listener.family(),
					listener.port().orElse(0)));
		}
		return carried;
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

	/**
	 * How a listener is had.
	 */
	@FunctionalInterface
	private interface Opening {

		Listener open(int index, BindAddress address) throws ListenException;

	}

}
