package io.prefork.scoreboard;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;

/**
 * The oldest requests of a worker as words of its slot: for each the time, the length of
 * the text, and the text. What is read while it is being written may be anything, and is
 * thrown away by the reader of the slot; reading it must do no harm.
 */
final class OldestRequests {

	/**
	 * How many are kept.
	 */
	static final int KEPT = 3;

	/**
	 * Bytes that are kept of a text.
	 */
	static final int LONGEST = 112;

	private static final int TEXT_WORDS = LONGEST / Long.BYTES;

	private static final int WORDS = 2 + TEXT_WORDS;

	/**
	 * Bytes of a slot.
	 */
	static final int SIZE = KEPT * WORDS * Long.BYTES;

	private static final String CUT = "\u2026";

	private OldestRequests() {
	}

	/**
	 * Takes a word.
	 */
	@FunctionalInterface
	interface Words {

		void put(int index, long word);

	}

	static void write(List<OldestRequest> requests, Words words) {
		for (int i = 0; i < KEPT; i++) {
			int at = i * WORDS;
			if (i >= requests.size()) {
				words.put(at + 1, 0);
				continue;
			}
			OldestRequest request = requests.get(i);
			byte[] text = bounded(request.request());
			words.put(at, request.start());
			words.put(at + 1, text.length);
			ByteBuffer bytes = ByteBuffer.allocate(LONGEST).put(text);
			for (int word = 0; word * Long.BYTES < text.length; word++) {
				words.put(at + 2 + word, bytes.getLong(word * Long.BYTES));
			}
		}
	}

	static List<OldestRequest> read(IntToLongFunction words) {
		List<OldestRequest> requests = new ArrayList<>(KEPT);
		for (int i = 0; i < KEPT; i++) {
			int at = i * WORDS;
			int length = (int) Math.max(0, Math.min(LONGEST, words.applyAsLong(at + 1)));
			if (length == 0) {
				break;
			}
			ByteBuffer bytes = ByteBuffer.allocate(LONGEST);
			for (int word = 0; word * Long.BYTES < length; word++) {
				bytes.putLong(word * Long.BYTES, words.applyAsLong(at + 2 + word));
			}
			requests.add(new OldestRequest(words.applyAsLong(at),
					new String(bytes.array(), 0, length, StandardCharsets.UTF_8)));
		}
		return requests;
	}

	/**
	 * The text goes into logs, so it holds no line break; and what has no room is cut off
	 * between two characters.
	 */
	private static byte[] bounded(String request) {
		String line = request.replaceAll("\\p{Cntrl}", "?");
		byte[] text = line.getBytes(StandardCharsets.UTF_8);
		if (text.length <= LONGEST) {
			return text;
		}
		int end = LONGEST - CUT.getBytes(StandardCharsets.UTF_8).length;
		while (end > 0 && (text[end] & 0xc0) == 0x80) {
			end--;
		}
		return (new String(text, 0, end, StandardCharsets.UTF_8) + CUT).getBytes(StandardCharsets.UTF_8);
	}

}
