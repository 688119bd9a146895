package io.prefork.worker;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The last bytes that a process has printed, in a small ring that is a memory-mapped
 * file: writing is a copy in memory, without a lock, a system call or an allocation, and
 * what was written outlives the process however it ends. Writers take room first and say
 * when they have filled it, so that a reader can tell what was not finished.
 */
public final class OutputTail {

	/**
	 * Bytes that are kept.
	 */
	static final int SIZE = 8 * 1024;

	private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

	/**
	 * Where the number of bytes is for which room was taken, since the beginning.
	 */
	private static final int TAKEN = 0;

	/**
	 * Where the number of bytes is that were filled.
	 */
	private static final int FILLED = 8;

	private static final int HEADER = 16;

	private final ByteBuffer memory;

	private volatile boolean broken;

	private OutputTail(ByteBuffer memory) {
		this.memory = memory;
	}

	/**
	 * Makes a ring.
	 * @param file its file, which is replaced; best on a tmpfs
	 * @return the ring, empty
	 * @throws IOException if the file cannot be made
	 */
	static OutputTail create(Path file) throws IOException {
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
				StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
			// Has the memory allocated now: a full file system would else end the
			// process with SIGBUS when it writes to the mapped pages (mmap(2)).
			ByteBuffer empty = ByteBuffer.allocate(HEADER + SIZE);
			while (empty.hasRemaining()) {
				channel.write(empty);
			}
			return new OutputTail(channel.map(FileChannel.MapMode.READ_WRITE, 0, HEADER + SIZE));
		}
	}

	/**
	 * Appends bytes. Never fails, and may be called by several threads.
	 * @param bytes where they are
	 * @param offset where they begin
	 * @param length how many they are
	 */
	void write(byte[] bytes, int offset, int length) {
		if (this.broken || length <= 0) {
			return;
		}
		try {
			long start = (long) LONG.getAndAdd(this.memory, TAKEN, (long) length);
			int kept = Math.min(length, SIZE);
			int skipped = length - kept;
			int at = (int) ((start + skipped) % SIZE);
			int first = Math.min(kept, SIZE - at);
			this.memory.put(HEADER + at, bytes, offset + skipped, first);
			this.memory.put(HEADER, bytes, offset + skipped + first, kept - first);
			LONG.getAndAddRelease(this.memory, FILLED, (long) length);
		}
		catch (RuntimeException | InternalError ex) {
			// The output itself must go on, whatever has become of the file.
			this.broken = true;
		}
	}

	void write(int next) {
		if (!this.broken) {
			try {
				long start = (long) LONG.getAndAdd(this.memory, TAKEN, 1L);
				this.memory.put(HEADER + (int) (start % SIZE), (byte) next);
				LONG.getAndAddRelease(this.memory, FILLED, 1L);
			}
			catch (RuntimeException | InternalError ex) {
				this.broken = true;
			}
		}
	}

	/**
	 * Reads the ring of a process that has ended.
	 * @param file its file
	 * @return the last whole lines, without what was cut off at either end; empty if
	 * there are none
	 */
	public static String read(Path file) {
		try {
			byte[] content = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
			return (content.length == HEADER + SIZE) ? text(content) : "";
		}
		catch (IOException ex) {
			return "";
		}
	}

	private static String text(byte[] content) {
		ByteBuffer header = ByteBuffer.wrap(content).order(ByteOrder.nativeOrder());
		long taken = header.getLong(TAKEN);
		// Of several writers at once, the last may have finished first: better a line
		// less than what an earlier round has left there.
		long end = Math.min(taken, header.getLong(FILLED));
		long begin = Math.max(0, taken - SIZE);
		if (end <= begin) {
			return "";
		}
		byte[] bytes = new byte[(int) (end - begin)];
		for (int i = 0; i < bytes.length; i++) {
			bytes[i] = content[HEADER + (int) ((begin + i) % SIZE)];
		}
		return new String(wholeLines(bytes, begin > 0), StandardCharsets.UTF_8).strip();
	}

	private static byte[] wholeLines(byte[] bytes, boolean beginsAnywhere) {
		int from = 0;
		if (beginsAnywhere) {
			from = indexOfLineAfter(bytes);
			while (from < bytes.length && isContinuation(bytes[from])) {
				from++;
			}
		}
		return Arrays.copyOfRange(bytes, from, endOfCharacters(bytes, from));
	}

	/**
	 * The beginning of the first whole line, or 0 if all is one line.
	 */
	private static int indexOfLineAfter(byte[] bytes) {
		for (int i = 0; i < bytes.length - 1; i++) {
			if (bytes[i] == '\n') {
				return i + 1;
			}
		}
		return 0;
	}

	/**
	 * The end without a character of which bytes are missing (RFC 3629).
	 */
	private static int endOfCharacters(byte[] bytes, int from) {
		int lead = bytes.length - 1;
		while (lead > from && isContinuation(bytes[lead])) {
			lead--;
		}
		if (lead < from || bytes[lead] >= 0) {
			return bytes.length;
		}
		int first = bytes[lead] & 0xff;
		int needed = (first >= 0xf0) ? 4 : (first >= 0xe0) ? 3 : 2;
		return (bytes.length - lead < needed) ? lead : bytes.length;
	}

	private static boolean isContinuation(byte next) {
		return (next & 0xc0) == 0x80;
	}

}
