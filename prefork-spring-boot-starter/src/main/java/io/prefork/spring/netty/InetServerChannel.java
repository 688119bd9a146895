package io.prefork.spring.netty;

import java.net.InetSocketAddress;
import java.util.List;

import io.netty.channel.socket.DefaultServerSocketChannelConfig;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.prefork.worker.WorkerSpec.InheritedListener;
import org.jspecify.annotations.Nullable;

/**
 * The server's channel where a TCP listener is among those that the worker inherits.
 */
final class InetServerChannel extends PreforkServerChannel implements ServerSocketChannel {

	private final ServerSocketChannelConfig config;

	InetServerChannel(NettyEndpoint endpoint, List<InheritedListener> listeners) {
		super(endpoint, listeners);
		this.config = new DefaultServerSocketChannelConfig(this, open().socket());
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
