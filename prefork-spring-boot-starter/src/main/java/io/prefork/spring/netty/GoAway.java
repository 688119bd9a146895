package io.prefork.spring.netty;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2FrameStreamEvent;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Tells the client of a HTTP/2 connection to begin no more streams (RFC 9113, section
 * 6.8). No last stream is named: what the client sends before it hears of this is served.
 * <p>
 * A client that reads answers and this at one time may have begun streams in between that
 * it has not sent, and must send elsewhere, which some take for failures. So GOAWAY
 * follows the answer to a PING, before which the client has read all answers. Streams
 * that begin meanwhile are held back; if others were answered meanwhile, it is tried
 * again, for a while.
 */
final class GoAway extends ChannelDuplexHandler {

	private static final String NAME = "prefork.go-away";

	/**
	 * How long it may take from the beginning until the client is told.
	 */
	static final Duration PATIENCE = Duration.ofMillis(500);

	private final long ping = ThreadLocalRandom.current().nextLong();

	private final Queue<Runnable> held = new ArrayDeque<>();

	private boolean answered;

	private boolean done;

	private final int lastStream;

	private GoAway(int lastStream) {
		this.lastStream = lastStream;
	}

	/**
	 * Begins to tell the client. To be called on the event loop.
	 * @param codec the context of the codec that makes frames
	 * @param lastStream the last stream that the client has begun
	 */
	static void tell(ChannelHandlerContext codec, int lastStream) {
		codec.pipeline().addAfter(codec.name(), NAME, new GoAway(lastStream));
	}

	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		ping(context);
		context.executor().schedule(() -> finish(context), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
	}

	private void ping(ChannelHandlerContext context) {
		this.answered = false;
		context.writeAndFlush(new DefaultHttp2PingFrame(this.ping));
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		if (message instanceof Http2PingFrame frame && frame.ack() && frame.content() == this.ping) {
			pong(context);
		}
		else if (!this.done && message instanceof Http2StreamFrame frame) {
			this.held.add(() -> {
				if (isUnheardOf(frame.stream())) {
					ReferenceCountUtil.release(message);
				}
				else {
					context.fireChannelRead(message);
				}
			});
		}
		else {
			context.fireChannelRead(message);
		}
	}

	/**
	 * Whether a stream was begun and reset while it was held: nothing is made for it any
	 * more, so nothing would take its frames.
	 */
	private boolean isUnheardOf(@Nullable Http2FrameStream stream) {
		return stream != null && stream.id() > this.lastStream && stream.state() == Http2Stream.State.CLOSED;
	}

	private void pong(ChannelHandlerContext context) {
		if (this.answered && !this.done) {
			ping(context);
		}
		else {
			finish(context);
		}
	}

	@Override
	public void userEventTriggered(ChannelHandlerContext context, Object event) {
		if (!this.done && event instanceof Http2FrameStreamEvent) {
			this.held.add(() -> context.fireUserEventTriggered(event));
		}
		else {
			context.fireUserEventTriggered(event);
		}
	}

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		this.answered |= (message instanceof Http2HeadersFrame headers && headers.isEndStream())
				|| (message instanceof Http2DataFrame data && data.isEndStream());
		context.write(message, promise);
	}

	@Override
	public void channelInactive(ChannelHandlerContext context) {
		finish(context);
		context.fireChannelInactive();
	}

	private void finish(ChannelHandlerContext context) {
		if (this.done) {
			return;
		}
		this.done = true;
		if (context.channel().isActive()) {
			context
				.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(Integer.MAX_VALUE));
		}
		if (!this.held.isEmpty()) {
			this.held.forEach(Runnable::run);
			this.held.clear();
			context.fireChannelReadComplete();
		}
	}

}
