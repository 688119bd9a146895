package sample.prefork.process;

import java.io.ByteArrayOutputStream;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * What a {@link StrictClient} sends.
 *
 * @param address where to
 * @param path the request target
 * @param mode when connections are given up
 * @param clients concurrent clients, each with one connection and one request at a time
 * @param bodyLength bytes to POST, 0 for a GET
 * @param requests requests of all clients together, after which they stop
 * @param timeout time for one exchange
 * @param pause what a client waits between two requests
 */
record Load(SocketAddress address, String path, Mode mode, int clients, int bodyLength, long requests, Duration timeout,
		Duration pause) {

	static Load of(SocketAddress address, String path) {
		return new Load(address, path, Mode.KEEPALIVE, 4, 0, Long.MAX_VALUE, Duration.ofSeconds(20), Duration.ZERO);
	}

	Load mode(Mode mode) {
		return new Load(this.address, this.path, mode, this.clients, this.bodyLength, this.requests, this.timeout,
				this.pause);
	}

	Load clients(int clients) {
		return new Load(this.address, this.path, this.mode, clients, this.bodyLength, this.requests, this.timeout,
				this.pause);
	}

	Load bodyLength(int bodyLength) {
		return new Load(this.address, this.path, this.mode, this.clients, bodyLength, this.requests, this.timeout,
				this.pause);
	}

	Load requests(long requests) {
		return new Load(this.address, this.path, this.mode, this.clients, this.bodyLength, requests, this.timeout,
				this.pause);
	}

	Load timeout(Duration timeout) {
		return new Load(this.address, this.path, this.mode, this.clients, this.bodyLength, this.requests, timeout,
				this.pause);
	}

	Load pause(Duration pause) {
		return new Load(this.address, this.path, this.mode, this.clients, this.bodyLength, this.requests, this.timeout,
				pause);
	}

	byte[] request(boolean close) {
		String head = ((this.bodyLength > 0) ? "POST " : "GET ") + this.path + " HTTP/1.1\r\nHost: localhost\r\n"
				+ ((this.bodyLength > 0)
						? "Content-Type: application/octet-stream\r\nContent-Length: " + this.bodyLength + "\r\n" : "")
				+ (close ? "Connection: close\r\n" : "") + "\r\n";
		ByteArrayOutputStream request = new ByteArrayOutputStream();
		request.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
		request.writeBytes(new byte[this.bodyLength]);
		return request.toByteArray();
	}

	/**
	 * When a connection is given up.
	 */
	enum Mode {

		/** When the server announces it. */
		KEEPALIVE,
		/** After each request, which says so. */
		CLOSE,
		/** After one request in three, at random. */
		MIXED

	}

}
