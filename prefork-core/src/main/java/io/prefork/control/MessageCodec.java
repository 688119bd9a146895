package io.prefork.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Messages as bytes: one JSON object a line.
 */
final class MessageCodec {

	/**
	 * The longest line: a thread dump of some thousand threads fits, and somebody who
	 * writes without end is cut off.
	 */
	static final int MAXIMUM_LINE = 512 * 1024;

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	private MessageCodec() {
	}

	/**
	 * Writes a message.
	 * @param message the message
	 * @return its line
	 * @throws IllegalArgumentException if it is longer than a peer would read
	 */
	static byte[] encode(Message message) {
		byte[] json = MAPPER.writeValueAsBytes(message);
		if (json.length > MAXIMUM_LINE) {
			throw new IllegalArgumentException("A message of " + json.length + " bytes is longer than " + MAXIMUM_LINE);
		}
		byte[] line = new byte[json.length + 1];
		System.arraycopy(json, 0, line, 0, json.length);
		line[json.length] = '\n';
		return line;
	}

	/**
	 * Reads the next message. What cannot become one is recognised by its first byte, so
	 * that a peer which speaks something else is not waited for.
	 * @param in a buffered stream
	 * @return the message, or {@code null} at the end of the stream
	 * @throws IOException if what was read is no message, is cut off, or is too long
	 */
	static @Nullable Message read(InputStream in) throws IOException {
		ByteArrayOutputStream line = new ByteArrayOutputStream(256);
		int next;
		while ((next = in.read()) != '\n') {
			if (next == -1) {
				if (line.size() == 0) {
					return null;
				}
				throw new IOException("the last message is cut off after " + line.size() + " bytes");
			}
			if (line.size() == 0 && next != '{') {
				throw new IOException("a message does not begin with the byte " + next);
			}
			if (line.size() == MAXIMUM_LINE) {
				throw new IOException("a message is longer than " + MAXIMUM_LINE + " bytes");
			}
			line.write(next);
		}
		try {
			Message message = MAPPER.readValue(line.toByteArray(), Message.class);
			if (message == null) {
				throw new IOException("null is no message");
			}
			return message;
		}
		catch (JacksonException ex) {
			throw new IOException("not a message: " + ex.getOriginalMessage(), ex);
		}
	}

	static JsonNode toTree(Object document) {
		return MAPPER.valueToTree(document);
	}

	static <T> T fromTree(@Nullable JsonNode tree, Class<T> type) {
		T document = MAPPER.treeToValue(tree, type);
		if (document == null) {
			throw new IllegalStateException("An empty answer where a " + type.getSimpleName() + " was expected");
		}
		return document;
	}

}
