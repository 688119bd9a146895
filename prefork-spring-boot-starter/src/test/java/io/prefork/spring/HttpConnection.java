package io.prefork.spring;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A client's connection that shows what really passes: no retries, no pool.
 */
public final class HttpConnection implements Closeable {

	private final Closeable socket;

	private final InputStream in;

	private final OutputStream out;

	private boolean afterChunk;

	public HttpConnection(Closeable socket, InputStream in, OutputStream out) {
		this.socket = socket;
		this.in = in;
		this.out = out;
	}

	public static HttpConnection open(int port) throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
		socket.setSoTimeout(15_000);
		return new HttpConnection(socket, socket.getInputStream(), socket.getOutputStream());
	}

	public HttpConnection get(String target) throws IOException {
		return send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
	}

	public HttpConnection send(String text) throws IOException {
		return send(text.getBytes(StandardCharsets.ISO_8859_1));
	}

	public HttpConnection send(byte[] bytes) throws IOException {
		this.out.write(bytes);
		this.out.flush();
		return this;
	}

	/**
	 * Waits for an answer.
	 */
	public Answer answer() throws IOException {
		Answer head = head();
		return new Answer(head.status(), head.headers(), body(head.headers()));
	}

	/**
	 * Waits for the head of an answer, whose body is to be read afterwards.
	 */
	public Answer head() throws IOException {
		String statusLine = line();
		Map<String, String> headers = new TreeMap<>();
		String line;
		while (!(line = line()).isEmpty()) {
			int colon = line.indexOf(':');
			headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
		}
		return new Answer(Integer.parseInt(statusLine.split(" ")[1]), headers, "");
	}

	private String body(Map<String, String> headers) throws IOException {
		ByteArrayOutputStream body = new ByteArrayOutputStream();
		if (headers.containsKey("content-length")) {
			body.write(bytes(Integer.parseInt(headers.get("content-length"))));
		}
		else if (headers.containsKey("transfer-encoding")) {
			return chunksToTheEnd();
		}
		return body.toString(StandardCharsets.UTF_8);
	}

	/**
	 * Waits for chunks until they contain a text.
	 */
	public String chunksUntil(String text) throws IOException {
		StringBuilder chunks = new StringBuilder();
		while (chunks.indexOf(text) < 0) {
			chunks.append(chunk());
		}
		return chunks.toString();
	}

	/**
	 * Waits for the last chunk.
	 * @return the chunks that were not read yet
	 */
	public String chunksToTheEnd() throws IOException {
		StringBuilder chunks = new StringBuilder();
		String chunk;
		while (!(chunk = chunk()).isEmpty()) {
			chunks.append(chunk);
		}
		return chunks.toString();
	}

	/**
	 * What ends a chunk may come with the next one.
	 */
	private String chunk() throws IOException {
		if (this.afterChunk) {
			line();
		}
		String chunk = new String(bytes(Integer.parseInt(line(), 16)), StandardCharsets.UTF_8);
		this.afterChunk = !chunk.isEmpty();
		if (!this.afterChunk) {
			line();
		}
		return chunk;
	}

	public byte[] bytes(int count) throws IOException {
		byte[] bytes = this.in.readNBytes(count);
		if (bytes.length < count) {
			throw new EOFException();
		}
		return bytes;
	}

	private String line() throws IOException {
		StringBuilder line = new StringBuilder();
		int c;
		while ((c = this.in.read()) != '\n') {
			if (c == -1) {
				throw new EOFException("closed after '" + line + "'");
			}
			if (c != '\r') {
				line.append((char) c);
			}
		}
		return line.toString();
	}

	/**
	 * Waits for the server to close.
	 * @return whether it did so without sending anything
	 */
	public boolean isClosedByServer() throws IOException {
		return this.in.read() == -1;
	}

	/**
	 * Whether there is something to read.
	 */
	public boolean hasAnswer() throws IOException {
		return this.in.available() > 0;
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

	/**
	 * An answer.
	 *
	 * @param status the status
	 * @param headers the headers, by name in lower case
	 * @param body the body
	 */
	public record Answer(int status, Map<String, String> headers, String body) {

		public boolean announcesClose() {
			return "close".equalsIgnoreCase(this.headers.get("connection"));
		}

	}

}
