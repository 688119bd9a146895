package io.prefork.spring.netty;

import java.time.Duration;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.unix.ServerDomainSocketChannel;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/**
 * The event loops that Boot would have used, on the JDK's selectors, with a server
 * channel that binds nothing. Netty's own transports (epoll, io_uring) cannot serve
 * connections that the JDK has accepted, and cannot accept in blocking mode.
 */
final class PreforkLoopResources implements LoopResources {

	private final LoopResources delegate;

	private final NettyEndpoint endpoint;

	PreforkLoopResources(LoopResources delegate, NettyEndpoint endpoint) {
		this.delegate = delegate;
		this.endpoint = endpoint;
	}

	@Override
	@SuppressWarnings("unchecked")
	public <C extends Channel> C onChannel(Class<C> channelType, EventLoopGroup group) {
		if (channelType == ServerSocketChannel.class) {
			return (C) new InetServerChannel(this.endpoint);
		}
		if (channelType == ServerDomainSocketChannel.class) {
			return (C) new UnixServerChannel(this.endpoint);
		}
		return this.delegate.onChannel(channelType, group);
	}

	@Override
	public <C extends Channel> Class<? extends C> onChannelClass(Class<C> channelType, EventLoopGroup group) {
		return this.delegate.onChannelClass(channelType, group);
	}

	@Override
	public EventLoopGroup onServer(boolean useNative) {
		return this.delegate.onServer(false);
	}

	@Override
	public EventLoopGroup onServerSelect(boolean useNative) {
		return this.delegate.onServerSelect(false);
	}

	@Override
	public EventLoopGroup onClient(boolean useNative) {
		return this.delegate.onClient(useNative);
	}

	@Override
	public boolean daemon() {
		return this.delegate.daemon();
	}

	@Override
	public Mono<Void> disposeLater(Duration quietPeriod, Duration timeout) {
		return this.delegate.disposeLater(quietPeriod, timeout);
	}

	@Override
	public boolean isDisposed() {
		return this.delegate.isDisposed();
	}

}
