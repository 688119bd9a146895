package io.prefork.spring.netty;

import java.net.SocketAddress;

import io.netty.channel.AbstractServerChannel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * The server's end of the listening sockets: binds nothing, has no selector, and is fed
 * by the {@link Acceptor acceptors}' threads, so that all workers of a pool, whatever
 * their class, wait in the same blocking {@code accept}.
 */
abstract class PreforkServerChannel extends AbstractServerChannel {

	private final NettyEndpoint endpoint;

	private volatile boolean bound;

	private volatile boolean closed;

	PreforkServerChannel(NettyEndpoint endpoint) {
		this.endpoint = endpoint;
		pipeline().addLast(new OrderlyClose());
	}

	/**
	 * Gives a connection to the server, as if it had been accepted by this channel.
	 */
	void accept(NettyConnection connection) {
		eventLoop().execute(() -> {
			if (isActive()) {
				pipeline().fireChannelRead(connection.channel());
				pipeline().fireChannelReadComplete();
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
		this.endpoint.startAccepting(this);
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
		return this.bound ? this.endpoint.nettyAddress() : null;
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
