package io.prefork.spring.netty;

import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import reactor.netty.NettyPipeline;
import reactor.netty.http.websocket.WebsocketOutbound;

/**
 * The orderly close of a WebSocket by the worker: a close frame, after which nothing is
 * sent, and the connection once the client has answered with its own (RFC 6455, section
 * 7.1). Reactor Netty would close the connection at once; a client that was sending would
 * get a reset instead of the close frame.
 */
final class WebSocketClose extends ChannelDuplexHandler {

	private static final String NAME = "prefork.websocket-close";

	/**
	 * Time for a client to answer.
	 */
	private static final Duration ROUND_TRIP = Duration.ofSeconds(1);

	private boolean sent;

	private boolean waiting;

	private WebSocketClose() {
	}

	/**
	 * Closes a WebSocket with code 1012, service restart, of the registry that RFC 6455,
	 * section 11.7, began. To be called on its event loop.
	 */
	static void close(Channel channel, WebsocketOutbound webSocket) {
		if (channel.pipeline().get(NettyPipeline.ReactiveBridge) == null) {
			return;
		}
		channel.pipeline().addBefore(NettyPipeline.ReactiveBridge, NAME, new WebSocketClose());
		webSocket
			.sendClose(WebSocketCloseStatus.SERVICE_RESTART.code(), WebSocketCloseStatus.SERVICE_RESTART.reasonText())
			.subscribe(null, (closedAlready) -> {
			});
	}

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		if (this.sent && message instanceof WebSocketFrame) {
			ReferenceCountUtil.release(message);
			promise.tryFailure(new ClosedChannelException());
			return;
		}
		this.sent |= message instanceof CloseWebSocketFrame;
		context.write(message, promise);
	}

	@Override
	public void close(ChannelHandlerContext context, ChannelPromise promise) {
		if (!this.sent || this.waiting) {
			context.close(promise);
			return;
		}
		this.waiting = true;
		context.channel().config().setAutoRead(true);
		context.executor().schedule(() -> context.close(promise), ROUND_TRIP.toMillis(), TimeUnit.MILLISECONDS);
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		if (!this.sent) {
			context.fireChannelRead(message);
			return;
		}
		boolean answered = message instanceof CloseWebSocketFrame;
		ReferenceCountUtil.release(message);
		if (answered) {
			this.waiting = true;
			context.channel().close();
		}
	}

}
