package io.prefork.spring;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * As much of an HTTP/2 client (RFC 9113, by prior knowledge) as shows what a server says.
 * The JDK's client of Java 17 takes any GOAWAY for the end of every stream.
 */
public final class Http2Connection {

	public static final int DATA = 0;

	public static final int HEADERS = 1;

	private static final int RST_STREAM = 3;

	public static final int SETTINGS = 4;

	public static final int GOAWAY = 7;

	private static final int WINDOW_UPDATE = 8;

	private final HttpConnection connection;

	public Http2Connection(HttpConnection connection) throws IOException {
		this(connection, new byte[0]);
	}

	private Http2Connection(HttpConnection connection, byte[] settings) throws IOException {
		this.connection = connection;
		connection.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
		send(SETTINGS, 0, 0, settings);
		await(SETTINGS);
		send(SETTINGS, 1, 0, new byte[0]);
	}

	/**
	 * Makes a connection that lets the server send as much as it likes.
	 */
	public static Http2Connection taking(HttpConnection connection) throws IOException {
		byte[] initialWindowSize = { 0, 4, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff };
		Http2Connection http2 = new Http2Connection(connection, initialWindowSize);
		http2.send(WINDOW_UPDATE, 0, 0, new byte[] { 0x7f, (byte) 0xff, 0, 0 });
		return http2;
	}

	/**
	 * Sends a request, its fields without compression (RFC 7541).
	 */
	public void get(int stream, String path) throws IOException {
		ByteArrayOutputStream fields = new ByteArrayOutputStream();
		fields.write(0x82);
		fields.write(0x86);
		fields.write(0x04);
		fields.write(path.length());
		fields.writeBytes(path.getBytes(StandardCharsets.US_ASCII));
		fields.write(0x01);
		fields.write("localhost".length());
		fields.writeBytes("localhost".getBytes(StandardCharsets.US_ASCII));
		int endOfStreamAndHeaders = 0x5;
		send(HEADERS, endOfStreamAndHeaders, stream, fields.toByteArray());
	}

	/**
	 * Wants to know no more of a request.
	 */
	public void reset(int stream) throws IOException {
		int cancel = 8;
		send(RST_STREAM, 0, stream, new byte[] { 0, 0, 0, (byte) cancel });
	}

	private void send(int type, int flags, int stream, byte[] payload) throws IOException {
		ByteArrayOutputStream frame = new ByteArrayOutputStream();
		frame.write(0);
		frame.write(payload.length >> 8);
		frame.write(payload.length);
		frame.write(type);
		frame.write(flags);
		frame.writeBytes(new byte[] { 0, 0, 0, (byte) stream });
		frame.writeBytes(payload);
		this.connection.send(frame.toByteArray());
	}

	/**
	 * Waits for a frame of a type, and for DATA for one that is not empty.
	 */
	public Frame await(int type) throws IOException {
		while (true) {
			byte[] header = this.connection.bytes(9);
			byte[] payload = this.connection
				.bytes(((header[0] & 0xff) << 16) | ((header[1] & 0xff) << 8) | (header[2] & 0xff));
			if (header[3] == type && (type != DATA || payload.length > 0)) {
				return new Frame(header[8], payload);
			}
		}
	}

	public record Frame(int stream, byte[] payload) {

		public String text() {
			return new String(this.payload, StandardCharsets.UTF_8);
		}

	}

}
