package sample.prefork.process;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Reads HTTP/1.1 answers (RFC 9112) from a connection, and knows whether one has begun.
 */
final class AnswerReader {

	private final InputStream in;

	private boolean begun;

	AnswerReader(InputStream in) {
		this.in = in;
	}

	/**
	 * Whether a byte of the answer that was read last has arrived.
	 * @return whether the answer had begun
	 */
	boolean hasBegun() {
		return this.begun;
	}

	Answer read() throws IOException {
		this.begun = false;
		int status = Integer.parseInt(line().split(" ")[1]);
		Map<String, String> headers = new LinkedHashMap<>();
		for (String line = line(); !line.isEmpty(); line = line()) {
			int colon = line.indexOf(':');
			headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
		}
		return new Answer(status, headers, body(status, headers));
	}

	private byte[] body(int status, Map<String, String> headers) throws IOException {
		if (status == 204 || status == 304) {
			return new byte[0];
		}
		if (headers.containsKey("content-length")) {
			return bytes(Integer.parseInt(headers.get("content-length")));
		}
		if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
			return chunks();
		}
		headers.put("connection", "close");
		return this.in.readAllBytes();
	}

	private byte[] chunks() throws IOException {
		ByteArrayOutputStream body = new ByteArrayOutputStream();
		while (true) {
			byte[] chunk = bytes(Integer.parseInt(line().split(";")[0], 16));
			body.write(chunk);
			if (!line().isEmpty()) {
				throw new IOException("Chunk without end");
			}
			if (chunk.length == 0) {
				return body.toByteArray();
			}
		}
	}

	private byte[] bytes(int length) throws IOException {
		byte[] bytes = this.in.readNBytes(length);
		if (bytes.length < length) {
			throw new EOFException("Answer ends after " + bytes.length + " of " + length + " bytes");
		}
		return bytes;
	}

	private String line() throws IOException {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		while (true) {
			int next = this.in.read();
			if (next < 0) {
				throw new EOFException("Connection closed");
			}
			this.begun = true;
			if (next == '\n') {
				return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
			}
			line.write(next);
		}
	}

}
