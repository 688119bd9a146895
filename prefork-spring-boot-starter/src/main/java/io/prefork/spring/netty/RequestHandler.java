package io.prefork.spring.netty;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.PromiseNotifier;
import io.prefork.worker.AcceptGate;
import io.prefork.worker.RequestExpiry;
import io.prefork.worker.RequestTracker;
import org.jspecify.annotations.Nullable;
import reactor.netty.Connection;
import reactor.netty.NettyPipeline;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.websocket.WebsocketOutbound;

/**
 * The requests on one channel, of which there is one at a time: a connection of HTTP/1.1,
 * or a stream of HTTP/2. A WebSocket is a request until it closes. Sits next to the
 * application, where answers have not been given their {@code Connection} header yet.
 * Used by the event loop alone.
 */
final class RequestHandler extends ChannelDuplexHandler {

	/**
	 * For how long an application that has not answered by its timeout may still do so,
	 * to no effect, until it is cancelled.
	 */
	private static final Duration CANCEL_DELAY = Duration.ofSeconds(1);

	private final NettyConnection connection;

	private final Channel channel;

	private final boolean stream;

	private @Nullable Exchange exchange;

	// The request's body is not whole yet
	private boolean bodyDue;

	private boolean answered;

	// The application has not said that its answer is the last
	private boolean keptAlive;

	// The connection closes as soon as the body is whole
	private boolean lingering;

	private boolean eventStream;

	private boolean webSocketClosed;

	// The head of the application's answer has been written
	private volatile boolean begun;

	// The event loop is with the application
	private volatile boolean worked;

	// The worker has answered in place of the application
	private boolean timedOut;

	RequestHandler(NettyConnection connection, Channel channel) {
		this.connection = connection;
		this.channel = channel;
		this.stream = connection.hasStream(channel);
	}

	/**
	 * Whether this is one of several streams of a connection.
	 */
	boolean isStream() {
		return this.stream;
	}

	private record Exchange(RequestTracker.Tracked tracked, AcceptGate.Claim slot) {
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		if (message instanceof HttpRequest request) {
			begin(request);
		}
		if (message instanceof LastHttpContent && !this.stream) {
			this.bodyDue = false;
			this.connection.receivedBody();
		}
		if (this.lingering) {
			ReferenceCountUtil.release(message);
			if (!this.bodyDue) {
				context.close();
			}
			return;
		}
		Exchange exchange = this.exchange;
		if (exchange == null) {
			context.fireChannelRead(message);
			return;
		}
		exchange.tracked().resume();
		this.worked = true;
		try {
			context.fireChannelRead(message);
		}
		finally {
			this.worked = false;
			exchange.tracked().suspend();
		}
	}

	private void begin(HttpRequest request) {
		end(0);
		RequestTracker.Tracked tracked = this.connection.endpoint()
			.requests()
			.begin(request.method().name(), withoutQuery(request.uri()));
		AcceptGate.Claim slot = this.connection.claimFor(this.channel);
		slot.occupy();
		this.eventStream = false;
		this.answered = false;
		this.begun = false;
		this.bodyDue = !this.stream && !(request instanceof LastHttpContent);
		this.exchange = new Exchange(tracked, slot);
		tracked.onExpiry(() -> timeOut(tracked));
		this.connection.began(this, !this.bodyDue);
	}

	private static String withoutQuery(String target) {
		for (int i = 0; i < target.length(); i++) {
			if (target.charAt(i) == '?' || target.charAt(i) == '#') {
				return target.substring(0, i);
			}
		}
		return target;
	}

	/**
	 * The request's operations are terminated.
	 */
	void ended(Connection operations) {
		end((operations instanceof HttpServerResponse response && response.hasSentHeaders()) ? response.status().code()
				: 0);
	}

	private void end(int status) {
		Exchange exchange = this.exchange;
		if (exchange != null) {
			this.exchange = null;
			exchange.tracked().end(this.timedOut ? HttpResponseStatus.SERVICE_UNAVAILABLE.code() : status);
			exchange.slot().vacate();
			this.connection.ended(this);
		}
	}

	/**
	 * A request is past its timeout, which is over when its answer is begun. The event
	 * loop decides who answers; one that the request holds up cannot, and makes the
	 * heartbeat stop. For any thread.
	 */
	private RequestExpiry.Outcome timeOut(RequestTracker.Tracked tracked) {
		if (this.begun || this.worked || this.channel.eventLoop().isShuttingDown()) {
			return RequestExpiry.Outcome.SPARED;
		}
		this.channel.eventLoop().execute(() -> {
			Exchange exchange = this.exchange;
			if (exchange != null && exchange.tracked() == tracked) {
				answerInPlaceOfApplication();
			}
		});
		return RequestExpiry.Outcome.ANSWERED;
	}

	/**
	 * Answers a request with 503, if there is one, unless the application has begun to
	 * answer, which cannot from then on. It sees that its client has gone, a while later.
	 */
	void answerInPlaceOfApplication() {
		if (this.exchange == null || this.begun || this.timedOut) {
			return;
		}
		this.timedOut = true;
		FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1,
				HttpResponseStatus.SERVICE_UNAVAILABLE);
		HttpUtil.setContentLength(response, 0);
		if (!this.stream) {
			HttpUtil.setKeepAlive(response, false);
		}
		this.channel.pipeline().context(this).writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * The last moment to decide on keep-alive, for a request that began before the worker
	 * knew that it leaves.
	 */
	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		if (this.timedOut) {
			// Not told of a failure, at which it might release the message once more
			ReferenceCountUtil.release(message);
			promise.trySuccess();
			return;
		}
		if (message instanceof HttpResponse response) {
			this.begun |= response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
			if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
				context.write(message, promise);
				return;
			}
			this.begun = true;
			this.eventStream = isEventStream(response);
			this.keptAlive = HttpUtil.isKeepAlive(response);
			if (!this.stream && this.connection.endpoint().announcesClose()) {
				HttpUtil.setKeepAlive(response, false);
			}
		}
		if (message instanceof LastHttpContent) {
			this.answered = true;
			this.eventStream = false;
		}
		context.write(message, promise);
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * A client that has its answer and is still sending a body would get a reset, and
	 * might lose the answer (RFC 9112, section 9.6), unless the rest of the body is read
	 * first. If it sends no more, it is broken off as slow, or closed for being quiet.
	 */
	@Override
	public void close(ChannelHandlerContext context, ChannelPromise promise) {
		if (this.answered && this.keptAlive && this.bodyDue && !this.lingering) {
			this.lingering = true;
			PromiseNotifier.cascade(this.channel.closeFuture(), promise);
			this.channel.config().setAutoRead(true);
		}
		else {
			context.close(promise);
		}
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * Cancels the application, unless the worker has answered in its place. Many give up
	 * at the same moment as the worker, and if an answer is cancelled on the event loop
	 * while another thread begins to write it, Spring Framework may release its buffer
	 * twice ({@code AbstractServerHttpResponse.writeWith}): by the second time, it may be
	 * that of another answer.
	 */
	@Override
	public void channelInactive(ChannelHandlerContext context) {
		Exchange exchange = this.exchange;
		ChannelHandlerContext operations = context.pipeline().context(NettyPipeline.ReactiveBridge);
		if (!this.timedOut || exchange == null || operations == null || context.executor().isShuttingDown()) {
			context.fireChannelInactive();
			return;
		}
		context.executor().schedule(() -> {
			if (this.exchange == exchange) {
				// Told directly, since the pipeline has been taken down
				((ChannelInboundHandler) operations.handler()).channelInactive(operations);
			}
			return null;
		}, CANCEL_DELAY.toMillis(), TimeUnit.MILLISECONDS);
	}

	private static boolean isEventStream(HttpResponse response) {
		String type = response.headers().get(HttpHeaderNames.CONTENT_TYPE);
		return type != null && type.startsWith(HttpHeaderValues.TEXT_EVENT_STREAM.toString());
	}

	/**
	 * Tells the other end of a WebSocket to connect again, elsewhere.
	 */
	void closeWebSocket() {
		if (!this.webSocketClosed && ChannelOperations.get(this.channel) instanceof WebsocketOutbound webSocket) {
			this.webSocketClosed = true;
			WebSocketClose.close(this.channel, webSocket);
		}
	}

	/**
	 * Ends a stream of server-sent events as if the application had: clients connect
	 * again by themselves. The application sees that its client has gone.
	 */
	void endEventStream() {
		if (this.eventStream && this.exchange != null) {
			this.eventStream = false;
			this.channel.pipeline()
				.context(this)
				.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
				.addListener(ChannelFutureListener.CLOSE);
		}
	}

}
