package io.prefork.master;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.OptionalInt;

import io.prefork.os.BindAddress;
import io.prefork.os.ListenException;
import io.prefork.os.ListenOptions;
import io.prefork.os.Listener;
import io.prefork.os.OperatingSystem;

/**
 * A port that every worker listens on with a socket of its own ({@code SO_REUSEPORT},
 * socket(7)). The master holds the port by a socket that is bound and does not listen, so
 * that no connection is ever given to it, and nobody else can take the port while no
 * worker listens.
 */
final class ReservedPort implements Listener {

	private final SocketChannel bound;

	private final Listener.Family family;

	private final String address;

	private final int port;

	private final int backlog;

	private ReservedPort(SocketChannel bound, Listener.Family family, String address, int port, int backlog) {
		this.bound = bound;
		this.family = family;
		this.address = address;
		this.port = port;
		this.backlog = backlog;
	}

	/**
	 * Reserves a port. It is first listened on without the option, because with it a
	 * server of the same user on the same port would go unnoticed.
	 */
	static ReservedPort reserve(OperatingSystem os, BindAddress.Tcp tcp, ListenOptions options) throws ListenException {
		Listener trial = os.listen(tcp, new ListenOptions(options.backlog(), false, options.deferAccept()));
		String address = trial.address();
		int port = trial.port().orElseThrow();
		trial.close();
		try {
			return new ReservedPort(bind(tcp, port), trial.family(), address, port, options.backlog());
		}
		catch (IOException ex) {
			throw new ListenException(tcp.toString(), String.valueOf(ex.getMessage()),
					"Switch 'prefork.reuse-port' off, or choose another port.");
		}
	}

	/**
	 * Reserves a port again that was reserved before this process became what it is. Its
	 * workers have held it meanwhile.
	 */
	static ReservedPort resume(BindAddress.Tcp tcp, Handover.Socket socket, int backlog) throws ListenException {
		try {
			return new ReservedPort(bind(tcp, socket.port()), socket.family(), socket.name(), socket.port(), backlog);
		}
		catch (IOException ex) {
			throw new ListenException(tcp.toString(), String.valueOf(ex.getMessage()),
					"Switch 'prefork.reuse-port' off, or choose another port.");
		}
	}

	private static SocketChannel bind(BindAddress.Tcp tcp, int port) throws IOException {
		SocketChannel channel = SocketChannel.open();
		try {
			channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
			channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
			return channel
				.bind(tcp.host().isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(tcp.host(), port));
		}
		catch (IOException | RuntimeException ex) {
			channel.close();
			throw ex;
		}
	}

	/**
	 * There is none to hand over.
	 * @return {@link Listener#NO_DESCRIPTOR}
	 */
	@Override
	public int descriptor() {
		return NO_DESCRIPTOR;
	}

	@Override
	public Family family() {
		return this.family;
	}

	@Override
	public String address() {
		return this.address;
	}

	@Override
	public OptionalInt port() {
		return OptionalInt.of(this.port);
	}

	@Override
	public int backlog() {
		return this.backlog;
	}

	/**
	 * Each worker has a queue of its own, which only the worker could ask for.
	 */
	@Override
	public OptionalInt queued() {
		return OptionalInt.empty();
	}

	@Override
	public boolean hasQueued() {
		return false;
	}

	@Override
	public void refuseNew() {
		// The sockets that listen are the workers'.
	}

	@Override
	public void close() {
		try {
			this.bound.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
