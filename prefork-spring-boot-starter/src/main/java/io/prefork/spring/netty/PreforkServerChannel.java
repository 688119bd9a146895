package io.prefork.spring.netty;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;

import io.netty.channel.AbstractServerChannel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.unix.DomainSocketAddress;
import io.prefork.worker.SharedListener;
import io.prefork.worker.WorkerSpec.InheritedListener;
import org.jspecify.annotations.Nullable;

/**
 * The server's end of the listening sockets: binds nothing, has no selector, and is fed
 * by the {@link Acceptor acceptors}' threads, so that all workers of a pool, whatever
 * their class, wait in the same blocking {@code accept}.
 */
abstract class PreforkServerChannel extends AbstractServerChannel {

	private final NettyEndpoint endpoint;

	private final List<InheritedListener> listeners;

	private final List<Acceptor> acceptors = new ArrayList<>();

	private volatile boolean bound;

	private volatile boolean closed;

	/**
	 * Makes a channel that nothing comes from yet.
	 * @param listeners one at least
	 */
	PreforkServerChannel(NettyEndpoint endpoint, List<InheritedListener> listeners) {
		this.endpoint = endpoint;
		this.listeners = listeners;
		pipeline().addLast(new OrderlyClose());
		endpoint.add(this);
	}

	/**
	 * Opens the listening sockets.
	 * @return that of {@link #address(List)}
	 */
	final ServerSocketChannel open() {
		SocketAddress address = address(this.listeners);
		ServerSocketChannel first = null;
		try {
			for (InheritedListener listener : this.listeners) {
				SharedListener shared = this.endpoint.open(listener);
				this.acceptors.add(new Acceptor(this.endpoint, shared));
				if (first == null || listener.socketAddress().equals(address)) {
					first = shared.channel();
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The listening sockets that this worker inherits cannot be opened", ex);
		}
		if (first == null) {
			throw new IllegalStateException("No listening socket has been inherited");
		}
		return first;
	}

	/**
	 * Where the server listens, for those who want one address: the first of TCP, if
	 * there is any.
	 */
	static SocketAddress address(List<InheritedListener> listeners) {
		List<SocketAddress> addresses = listeners.stream().map(InheritedListener::socketAddress).toList();
		SocketAddress address = addresses.stream()
			.filter((candidate) -> !(candidate instanceof UnixDomainSocketAddress))
			.findFirst()
			.orElse(addresses.get(0));
		return (address instanceof UnixDomainSocketAddress unix) ? new DomainSocketAddress(unix.getPath().toString())
				: address;
	}

	/**
	 * Takes no connection any more. On return, those that {@code accept} had returned are
	 * the server's.
	 */
	void stopAccepting() {
		this.acceptors.forEach(Acceptor::stop);
	}

	/**
	 * Gives a connection to the server, as if it had been accepted by this channel.
	 */
	void accept(NettyConnection connection) {
		eventLoop().execute(() -> {
			if (isActive()) {
				pipeline().fireChannelRead(connection.channel());
				pipeline().fireChannelReadComplete();
				if (!connection.channel().isOpen()) {
					// Refused, which completes no future
					connection.closed();
				}
			}
			else {
				connection.closeForcibly();
			}
		});
	}

	@Override
	protected boolean isCompatible(EventLoop loop) {
		return true;
	}

	@Override
	public boolean isOpen() {
		return !this.closed;
	}

	@Override
	public boolean isActive() {
		return this.bound && !this.closed;
	}

	@Override
	protected void doBind(SocketAddress localAddress) throws Exception {
		this.bound = true;
		this.acceptors.forEach((acceptor) -> acceptor.start(this));
	}

	@Override
	protected void doBeginRead() {
	}

	@Override
	protected void doClose() {
		this.closed = true;
	}

	@Override
	protected @Nullable SocketAddress localAddress0() {
		return this.bound ? address(this.listeners) : null;
	}

	/**
	 * Has connections that {@code accept} has returned served, before the channel closes.
	 */
	private final class OrderlyClose extends ChannelOutboundHandlerAdapter {

		@Override
		public void close(ChannelHandlerContext context, ChannelPromise promise) {
			NettyEndpoint endpoint = PreforkServerChannel.this.endpoint;
			endpoint.stopAccepting();
			endpoint.announceClose();
			context.executor().execute(() -> context.close(promise));
		}

	}

}
