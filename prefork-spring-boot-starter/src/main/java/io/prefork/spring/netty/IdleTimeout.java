package io.prefork.spring.netty;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;

/**
 * Closes a connection on which nothing has come or gone for a while, unless a request is
 * in flight, which a WebSocket is to its end. Reactor Netty's own idle timeout does not
 * look at that on HTTP/2: it says GOAWAY while streams wait for the application, which
 * some clients take for a failure of theirs. And it changes the pipeline of HTTP/1.1
 * twice for each request.
 */
final class IdleTimeout extends IdleStateHandler {

	/**
	 * As in Tomcat. Reactor Netty has no limit by default, but neither does it bound its
	 * connections: in a worker, which does, clients that stay connected and silent would
	 * keep all others out.
	 */
	static final Duration DEFAULT = Duration.ofSeconds(60);

	private final NettyConnection connection;

	IdleTimeout(NettyConnection connection, Duration timeout) {
		super(true, 0, 0, timeout.toMillis(), TimeUnit.MILLISECONDS);
		this.connection = connection;
	}

	@Override
	protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
		this.connection.closeIfIdle();
	}

}
