package io.prefork.spring.netty;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.prefork.worker.ClientWatch;
import io.prefork.worker.SlowClients;

/**
 * Watches what the client of a connection owes, next to the socket and below TLS: that it
 * finishes the head of a request, sends a body when somebody asks for its bytes, and
 * takes what is sent. On HTTP/2 the head is the connection preface, and bodies are not
 * watched, since streams share the connection. Used by the event loop alone, but for
 * breaking off.
 */
final class ClientObserver extends ChannelDuplexHandler {

	/**
	 * Netty goes on writing by itself when the client takes more: that is looked at so
	 * often.
	 */
	private static final long PERIOD_MILLIS = 250;

	/**
	 * An event loop that takes longer than this to do what it is told was held up by the
	 * application, as were the bytes that the client may have sent or taken.
	 */
	private static final Duration LATE = Duration.ofSeconds(1);

	private final SlowClients slowClients;

	private final Channel channel;

	private volatile ClientWatch watch;

	private boolean headDue = true;

	// A request's body is not whole yet
	private boolean bodyDue;

	private int requests;

	// Bytes handed to the socket's buffer, those of them that were flushed, and taken
	private long written;

	private long flushed;

	private long taken;

	private boolean waitingToRead;

	private boolean waitingToWrite;

	private boolean looking;

	ClientObserver(SlowClients slowClients, Channel channel) {
		this.slowClients = slowClients;
		this.channel = channel;
		this.watch = watch();
	}

	private ClientWatch watch() {
		ClientWatch watch = this.slowClients.watch(this::breakOff);
		if (this.headDue) {
			watch.awaitHead();
		}
		if (this.waitingToRead) {
			watch.waitToRead();
		}
		return watch;
	}

	/**
	 * Called by the watch, on its own thread.
	 */
	private void breakOff() {
		if (!this.channel.isRegistered()) {
			if (this.channel.isOpen()) {
				this.watch = watch();
			}
			return;
		}
		long told = System.nanoTime();
		this.channel.eventLoop().execute(() -> {
			if (System.nanoTime() - told > LATE.toNanos() && this.channel.isActive()) {
				this.watch = watch();
			}
			else {
				// Past TLS, which would wait for the client once more
				this.channel.pipeline().context(this).close();
			}
		});
	}

	void began(boolean wholeRequest) {
		this.requests++;
		this.headDue = false;
		this.bodyDue = !wholeRequest;
		this.watch.headRead();
	}

	/**
	 * The body of the request is whole, which may come after its answer.
	 */
	void receivedBody() {
		this.bodyDue = false;
		doneReading(0);
	}

	private void doneReading(int bytes) {
		if (this.waitingToRead) {
			this.waitingToRead = false;
			this.watch.read(bytes);
		}
	}

	void ended() {
		this.requests--;
		if (this.requests == 0) {
			this.watch.requestDone();
			if (this.waitingToRead) {
				this.watch.waitToRead();
			}
		}
	}

	void closed() {
		this.watch.close();
	}

	@Override
	public void read(ChannelHandlerContext context) {
		if (this.bodyDue) {
			this.waitingToRead = true;
			this.watch.waitToRead();
		}
		context.read();
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		if (this.bodyDue) {
			doneReading((message instanceof ByteBuf bytes) ? bytes.readableBytes() : 0);
		}
		else if (this.requests == 0 && !this.headDue && !isHttp2()) {
			this.headDue = true;
			this.watch.awaitHead();
		}
		context.fireChannelRead(message);
		if (this.headDue && isHttp2()) {
			this.headDue = false;
			this.watch.headRead();
		}
	}

	/**
	 * Whether the connection preface of HTTP/2 has come.
	 */
	private boolean isHttp2() {
		Http2FrameCodec codec = this.channel.pipeline().get(Http2FrameCodec.class);
		return codec != null && codec.decoder().prefaceReceived();
	}

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		long before = pending();
		context.write(message, promise);
		this.written += pending() - before;
	}

	@Override
	public void flush(ChannelHandlerContext context) {
		this.flushed = this.written;
		context.flush();
		look();
	}

	/**
	 * Bytes, and some more for each buffer, that the socket has not taken.
	 */
	private long pending() {
		ChannelOutboundBuffer buffer = this.channel.unsafe().outboundBuffer();
		return (buffer != null) ? buffer.totalPendingWriteBytes() - buffer.currentProgress() : 0;
	}

	/**
	 * Tells what the client has taken since the last time. What the application has
	 * written and not flushed is not waited for.
	 */
	private void look() {
		long taken = Math.min(this.written - pending(), this.flushed);
		boolean waiting = taken < this.flushed;
		if (this.waitingToWrite) {
			this.watch.wrote(Math.max(0, taken - this.taken));
		}
		this.waitingToWrite = waiting;
		this.taken = taken;
		if (waiting) {
			this.watch.waitToWrite();
			lookAgain();
		}
	}

	private void lookAgain() {
		if (!this.looking) {
			this.looking = true;
			this.channel.eventLoop().schedule(() -> {
				this.looking = false;
				if (this.channel.isActive()) {
					look();
				}
			}, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
		}
	}

}
