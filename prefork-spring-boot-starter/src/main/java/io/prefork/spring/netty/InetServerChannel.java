package io.prefork.spring.netty;

import java.net.InetSocketAddress;

import io.netty.channel.socket.DefaultServerSocketChannelConfig;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.ServerSocketChannelConfig;
import org.jspecify.annotations.Nullable;

/**
 * The server's channel where a TCP listener is among those that the worker inherits.
 */
final class InetServerChannel extends PreforkServerChannel implements ServerSocketChannel {

	private final ServerSocketChannelConfig config;

	InetServerChannel(NettyEndpoint endpoint) {
		super(endpoint);
		this.config = new DefaultServerSocketChannelConfig(this, endpoint.open().socket());
	}

	@Override
	public ServerSocketChannelConfig config() {
		return this.config;
	}

	@Override
	public @Nullable InetSocketAddress localAddress() {
		return (InetSocketAddress) super.localAddress();
	}

	@Override
	public @Nullable InetSocketAddress remoteAddress() {
		return null;
	}

}
