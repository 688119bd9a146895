package io.prefork.spring.netty;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.util.AttributeKey;
import io.prefork.worker.AcceptGate;
import org.jspecify.annotations.Nullable;

/**
 * What a worker knows of a connection besides Netty. As a handler it sees bytes come in.
 */
final class NettyConnection extends ChannelInboundHandlerAdapter {

	private static final AttributeKey<NettyConnection> KEY = AttributeKey.valueOf(NettyConnection.class, "");

	private static final int CHUNK = 16 * 1024;

	private final NettyEndpoint endpoint;

	private final Channel channel;

	private final Transport.Reader socket;

	private final AcceptGate.Claim claim;

	private final ClientObserver client;

	// Used by the event loop alone
	private final Set<RequestHandler> handlers = new HashSet<>();

	private final AtomicInteger requests = new AtomicInteger();

	// Connections that are closed for being quiet are spread out by this.
	private final double patience = 1 + ThreadLocalRandom.current().nextDouble() / 2;

	private volatile long lastActive = System.nanoTime();

	// Used by the event loop alone
	private int streams;

	// Used by the event loop alone
	private boolean toldToGoAway;

	// Used by the event loop alone
	private boolean toldItIsOver;

	private volatile boolean closed;

	NettyConnection(NettyEndpoint endpoint, Transport.Accepted accepted, AcceptGate.Claim claim) {
		Channel channel = accepted.channel();
		this.endpoint = endpoint;
		this.channel = channel;
		this.socket = accepted.reader();
		this.claim = claim;
		this.client = new ClientObserver(endpoint.slowClients(), channel);
		channel.attr(KEY).set(this);
		channel.pipeline().addLast(new Placing());
		channel.closeFuture().addListener((closed) -> closed());
	}

	/**
	 * The connection that a channel is, or is a stream of.
	 */
	static @Nullable NettyConnection of(Channel channel) {
		NettyConnection connection = channel.attr(KEY).get();
		return (connection == null && channel.parent() != null) ? channel.parent().attr(KEY).get() : connection;
	}

	Channel channel() {
		return this.channel;
	}

	NettyEndpoint endpoint() {
		return this.endpoint;
	}

	/**
	 * Whether requests on a channel are streams of this connection, and not alone on it.
	 */
	boolean hasStream(Channel channel) {
		return channel != this.channel;
	}

	/**
	 * The slot that a request holds.
	 * @param channel the channel of the request
	 */
	AcceptGate.Claim claimFor(Channel channel) {
		return hasStream(channel) ? this.endpoint.gate().claim() : this.claim;
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		this.lastActive = System.nanoTime();
		context.fireChannelRead(message);
	}

	/**
	 * A request has begun.
	 * @param whole whether there is no body, or it is no concern of this connection alone
	 */
	void began(RequestHandler handler, boolean whole) {
		this.handlers.add(handler);
		this.requests.incrementAndGet();
		this.claim.settle();
		this.client.began(whole);
		if (this.endpoint.isClosing() || hasHadItsStreams(handler)) {
			goAway();
		}
	}

	private boolean hasHadItsStreams(RequestHandler handler) {
		int bound = this.endpoint.settings().clients().keepAliveStreams();
		return handler.isStream() && bound > 0 && ++this.streams >= bound;
	}

	void receivedBody() {
		this.client.receivedBody();
	}

	void ended(RequestHandler handler) {
		this.handlers.remove(handler);
		this.lastActive = System.nanoTime();
		this.client.ended();
		if (this.requests.decrementAndGet() > 0) {
			return;
		}
		if (this.closed) {
			this.claim.close();
		}
		else if (this.toldToGoAway && !this.endpoint.isClosing()) {
			// Counted from when the client has been told
			Duration quiet = this.endpoint.settings().drainQuietPeriod().plus(GoAway.PATIENCE);
			this.channel.eventLoop().schedule(this::closeIfIdle, quiet.toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	void closed() {
		this.closed = true;
		this.client.closed();
		if (this.requests.get() == 0) {
			this.claim.close();
		}
		this.endpoint.forget(this);
	}

	boolean isBusy() {
		return this.requests.get() > 0;
	}

	/**
	 * Whether nothing has happened here for so long, and a little longer, since the
	 * worker began to leave.
	 */
	boolean isQuiet(Duration quiet) {
		long now = System.nanoTime();
		long silence = Math.min(now - this.lastActive, now - this.endpoint.closingSince());
		return !isBusy() && silence >= quiet.toNanos() * this.patience;
	}

	/**
	 * Tells the client what can be told before its next answer, and ends what has no end
	 * of its own.
	 * @param since when the worker began to leave
	 * @param spread over how long WebSockets are closed, one after the other
	 * @param lastMoment whether streams of events are to end, and requests without an
	 * answer to be told that there will be none
	 */
	void takeLeave(long since, Duration spread, boolean lastMoment) {
		boolean turn = System.nanoTime() - since >= spread.toNanos() * 2 * (this.patience - 1);
		execute(() -> {
			goAway();
			for (RequestHandler handler : Set.copyOf(this.handlers)) {
				if (turn) {
					handler.closeWebSocket();
				}
				if (lastMoment) {
					handler.endEventStream();
					handler.answerInPlaceOfApplication();
				}
			}
		});
	}

	private void goAway() {
		ChannelHandlerContext codec = this.channel.pipeline().context(Http2FrameCodec.class);
		if (!this.toldToGoAway && codec != null) {
			this.toldToGoAway = true;
			GoAway.tell(codec, ((Http2FrameCodec) codec.handler()).connection().remote().lastStreamCreated());
		}
	}

	private boolean isHttp2() {
		return this.channel.pipeline().get(Http2FrameCodec.class) != null;
	}

	/**
	 * Closes the connection if nothing has happened on it for so long.
	 */
	void closeIfIdleFor(Duration timeout) {
		if (isIdleFor(timeout)) {
			execute(() -> {
				if (isIdleFor(timeout)) {
					closeIfIdle();
				}
			});
		}
	}

	private boolean isIdleFor(Duration time) {
		return !isBusy() && System.nanoTime() - this.lastActive >= time.toNanos();
	}

	/**
	 * Closes the connection unless there is something to do.
	 */
	void closeIfIdle() {
		execute(() -> {
			if (!this.channel.isActive() || isBusy() || hasRead()) {
				return;
			}
			if (isHttp2() && !this.toldItIsOver) {
				this.toldItIsOver = true;
				this.channel.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
			}
			this.channel.close();
		});
	}

	/**
	 * Closes a connection that no event loop has.
	 */
	void closeForcibly() {
		this.channel.unsafe().closeForcibly();
		closed();
	}

	/**
	 * A connection that was just accepted has no event loop yet, and nothing to be told.
	 */
	private void execute(Runnable task) {
		if (this.channel.isRegistered()) {
			this.channel.eventLoop().execute(task);
		}
	}

	/**
	 * A request may have arrived that the selector has not noticed yet.
	 */
	private boolean hasRead() {
		ByteBuf bytes = this.channel.alloc().directBuffer(CHUNK);
		try {
			int count = this.socket.read(bytes.internalNioBuffer(0, CHUNK));
			if (count > 0) {
				this.channel.pipeline().fireChannelRead(bytes.retainedSlice(0, count));
				this.channel.pipeline().fireChannelReadComplete();
				return true;
			}
		}
		catch (IOException ex) {
			// The client has closed
		}
		finally {
			bytes.release();
		}
		return false;
	}

	/**
	 * Puts the handlers next to the socket when the server has set up the pipeline: what
	 * a client sends and takes is seen below TLS alone, and TLS waits for the client
	 * before it closes.
	 */
	private final class Placing extends ChannelInboundHandlerAdapter {

		@Override
		public void channelRegistered(ChannelHandlerContext context) {
			context.pipeline().addFirst(NettyConnection.this.client, NettyConnection.this);
			context.pipeline().remove(this);
			context.fireChannelRegistered();
		}

	}

}
