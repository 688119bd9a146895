package io.prefork.spring.netty;

import java.time.Duration;
import java.util.List;

import io.netty.channel.Channel;
import io.netty.channel.DefaultEventLoopGroup;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.unix.ServerDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.prefork.worker.WorkerSpec.InheritedListener;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/**
 * The event loops that Boot would have used, on the JDK's selectors, with a server
 * channel that binds nothing. That has a thread of its own: on an event loop that a
 * request blocks, connections just accepted would wait although other loops are idle.
 * Netty's own transports (epoll, io_uring) cannot serve connections that the JDK has
 * accepted, and cannot accept in blocking mode.
 */
final class PreforkLoopResources implements LoopResources {

	private final LoopResources delegate;

	private final NettyEndpoint endpoint;

	private final List<InheritedListener> listeners;

	private final EventLoopGroup arrivals = new DefaultEventLoopGroup(1,
			new DefaultThreadFactory("prefork-arrivals", true));

	PreforkLoopResources(LoopResources delegate, NettyEndpoint endpoint, List<InheritedListener> listeners) {
		this.delegate = delegate;
		this.endpoint = endpoint;
		this.listeners = listeners;
		this.arrivals.execute(endpoint::acceptorStarted);
	}

	@Override
	@SuppressWarnings("unchecked")
	public <C extends Channel> C onChannel(Class<C> channelType, EventLoopGroup group) {
		if (channelType == ServerSocketChannel.class) {
			return (C) endingArrivals(new InetServerChannel(this.endpoint, this.listeners));
		}
		if (channelType == ServerDomainSocketChannel.class) {
			return (C) endingArrivals(new UnixServerChannel(this.endpoint, this.listeners));
		}
		return this.delegate.onChannel(channelType, group);
	}

	private Channel endingArrivals(Channel server) {
		server.closeFuture().addListener((closed) -> this.arrivals.shutdownGracefully());
		return server;
	}

	@Override
	public <C extends Channel> Class<? extends C> onChannelClass(Class<C> channelType, EventLoopGroup group) {
		return this.delegate.onChannelClass(channelType, group);
	}

	@Override
	public EventLoopGroup onServer(boolean useNative) {
		EventLoopGroup loops = this.delegate.onServer(false);
		// Now, and not by the thread that gives them their first connections: a thread
		// inherits how the one that starts it is scheduled (sched(7)).
		loops.forEach((loop) -> loop.execute(() -> {
		}));
		this.endpoint.servedBy(loops);
		return loops;
	}

	@Override
	public EventLoopGroup onServerSelect(boolean useNative) {
		return this.arrivals;
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
