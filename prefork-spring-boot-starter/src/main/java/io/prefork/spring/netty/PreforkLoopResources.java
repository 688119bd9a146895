package io.prefork.spring.netty;

import java.time.Duration;
import java.util.List;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.ServerDomainSocketChannel;
import io.prefork.worker.WorkerSpec.InheritedListener;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/**
 * The event loops that Boot would have used, on epoll or on the JDK's selectors, with a
 * server channel that binds nothing. That is on none of them: if a request blocked it,
 * connections just accepted would wait although other loops are idle. Netty's other
 * transports (io_uring) cannot serve connections that the JDK has accepted.
 */
final class PreforkLoopResources implements LoopResources {

	private final LoopResources delegate;

	private final NettyEndpoint endpoint;

	private final List<InheritedListener> listeners;

	private final EventLoopGroup arrivals = new ArrivalLoop();

	PreforkLoopResources(LoopResources delegate, NettyEndpoint endpoint, List<InheritedListener> listeners) {
		this.delegate = delegate;
		this.endpoint = endpoint;
		this.listeners = listeners;
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
		EventLoopGroup loops = this.delegate.onServer(useNative);
		Transport transport = transport(loops);
		if (transport == null) {
			loops = this.delegate.onServer(false);
			transport = Transport.JDK;
		}
		// Now, and not by the thread that gives them their first connections: a thread
		// inherits how the one that starts it is scheduled (sched(7)).
		loops.forEach((loop) -> loop.execute(() -> {
		}));
		this.endpoint.servedBy(loops, transport);
		return loops;
	}

	/**
	 * What makes channels that event loops can serve, if anything can.
	 */
	private @Nullable Transport transport(EventLoopGroup loops) {
		Class<?> type = this.delegate.onChannelClass(SocketChannel.class, loops);
		if (type == NioSocketChannel.class) {
			return Transport.JDK;
		}
		return type.getName().equals("io.netty.channel.epoll.EpollSocketChannel") ? EpollTransport.instance() : null;
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
