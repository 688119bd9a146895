package io.prefork.spring.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServerRequest;

/**
 * Sees each request begin and end, in HTTP/1.1 and HTTP/2 alike: Reactor Netty tells
 * observers when it has made the request's operations, and when those are terminated,
 * whether by the last byte of the answer or because the client went away.
 */
final class RequestObserver implements ConnectionObserver {

	private static final AttributeKey<RequestHandler> KEY = AttributeKey.valueOf(RequestObserver.class, "");

	private static final String NAME = "prefork.request";

	@Override
	public void onStateChange(Connection connection, State state) {
		if (state == State.CONFIGURED && connection instanceof HttpServerRequest) {
			install(connection.channel());
		}
		else if (state == State.DISCONNECTING) {
			RequestHandler handler = connection.channel().attr(KEY).get();
			if (handler != null) {
				handler.ended(connection);
			}
		}
	}

	/**
	 * Done when the first request has been read, since only then Reactor Netty knows
	 * which protocol is spoken.
	 */
	private void install(Channel channel) {
		@Nullable NettyConnection connection = NettyConnection.of(channel);
		ChannelPipeline pipeline = channel.pipeline();
		if (connection != null && channel.attr(KEY).get() == null
				&& pipeline.get(NettyPipeline.ReactiveBridge) != null) {
			RequestHandler handler = new RequestHandler(connection, channel);
			channel.attr(KEY).set(handler);
			pipeline.addBefore(NettyPipeline.ReactiveBridge, NAME, handler);
		}
	}

}
