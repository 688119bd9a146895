package io.prefork.spring.netty;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections on which nothing has come or gone for a while, unless a request is
 * in flight, which a WebSocket is to its end. Reactor Netty's own idle timeout does not
 * look at that on HTTP/2: it says GOAWAY while streams wait for the application, which
 * some clients take for a failure of theirs. And it changes the pipeline of HTTP/1.1
 * twice for each request. Here an event loop looks at all connections now and then, which
 * costs a request nothing.
 */
final class IdleTimeout {

	/**
	 * As in Tomcat. Reactor Netty has no limit by default, but neither does it bound its
	 * connections: in a worker, which does, clients that stay connected and silent would
	 * keep all others out.
	 */
	static final Duration DEFAULT = Duration.ofSeconds(60);

	private static final Duration LONGEST_ROUND = Duration.ofSeconds(1);

	private final Duration timeout;

	private final Collection<NettyConnection> connections;

	private @Nullable ScheduledFuture<?> rounds;

	IdleTimeout(Duration timeout, Collection<NettyConnection> connections) {
		this.timeout = timeout;
		this.connections = connections;
	}

	/**
	 * Begins to look, unless it has begun.
	 * @param loop who does
	 */
	synchronized void start(EventExecutor loop) {
		if (this.rounds == null) {
			Duration half = this.timeout.dividedBy(2);
			long round = ((half.compareTo(LONGEST_ROUND) < 0) ? half : LONGEST_ROUND).toNanos();
			this.rounds = loop.scheduleWithFixedDelay(this::look, round, round, TimeUnit.NANOSECONDS);
		}
	}

	private void look() {
		this.connections.forEach((connection) -> connection.closeIfIdleFor(this.timeout));
	}

	/**
	 * Looks no more.
	 */
	synchronized void stop() {
		if (this.rounds != null) {
			this.rounds.cancel(false);
		}
	}

}
