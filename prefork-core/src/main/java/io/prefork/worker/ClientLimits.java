package io.prefork.worker;

import java.time.Duration;

/**
 * What a connection may ask of a worker before its client has done its part.
 *
 * @param headTimeout how long a request head may take, from {@code accept} or from the
 * first byte on a kept-alive connection; zero for ever
 * @param minRequestRate bytes per second that a client must send of a body while the
 * worker waits for it, 0 for any
 * @param minResponseRate bytes per second that a client must take of an answer while the
 * worker waits to write it, 0 for any
 * @param grace waiting time after which a rate is judged, over and over
 * @param keepAliveRequests requests per connection of HTTP/1.1, 0 for any number; the
 * answer to the last says that the connection closes
 * @param keepAliveStreams the same for HTTP/2, told by GOAWAY
 */
public record ClientLimits(Duration headTimeout, long minRequestRate, long minResponseRate, Duration grace,
		int keepAliveRequests, int keepAliveStreams) {

	/**
	 * Limits of which the last applies to all versions of HTTP.
	 * @param headTimeout how long a request head may take
	 * @param minRequestRate bytes per second that a client must send of a body
	 * @param minResponseRate bytes per second that a client must take of an answer
	 * @param grace waiting time after which a rate is judged
	 * @param keepAliveRequests requests per connection
	 */
	public ClientLimits(Duration headTimeout, long minRequestRate, long minResponseRate, Duration grace,
			int keepAliveRequests) {
		this(headTimeout, minRequestRate, minResponseRate, grace, keepAliveRequests, keepAliveRequests);
	}

	/**
	 * No limits.
	 */
	public static final ClientLimits NONE = new ClientLimits(Duration.ZERO, 0, 0, Duration.ZERO, 0);

	/**
	 * Whether there is anything to watch a connection for.
	 */
	boolean watch() {
		return !this.headTimeout.isZero() || this.minRequestRate > 0 || this.minResponseRate > 0;
	}

}
