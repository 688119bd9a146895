package io.prefork.scoreboard;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Shared memory with one slot per worker. A slot is written by its worker alone, at every
 * heartbeat; everybody may read. A heartbeat costs a few stores and no system call, and a
 * worker that hangs can be read all the same.
 * <p>
 * A slot is guarded by a sequence number (a sequence lock with one writer): odd while the
 * fields are being written, even and higher afterwards, so that a reader which finds the
 * same even number before and after has fields that belong together.
 */
public final class Scoreboard {

	/**
	 * Name of the file in a run directory.
	 */
	public static final String FILE = "scoreboard";

	private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

	/**
	 * What the file begins with: a name and the number of the layout. A worker may be of
	 * other code than its master.
	 */
	private static final long LAYOUT = 0x5052_4546_4f52_4b03L;

	/**
	 * Two cache lines, so that neighbours do not share one.
	 */
	private static final int HEADER_SIZE = 128;

	private static final int COUNTS_SIZE = 256;

	private static final int SLOT_SIZE = COUNTS_SIZE + OldestRequests.SIZE;

	private static final int SEQUENCE = 0;

	private static final int SERIAL = 8;

	private static final int HEARTBEAT = 16;

	private static final int BUSY = 24;

	private static final int OLDEST_REQUEST = 32;

	private static final int REQUESTS = 40;

	private static final int ACCEPTED = 48;

	private static final int ERRORS = 56;

	private static final int HEAP_USED = 64;

	private static final int HEAP_MAX = 72;

	private static final int FREE = 80;

	private static final int OVERFLOWED = 88;

	private static final int SLOW_CLIENTS = 96;

	private static final int LOST = 104;

	private static final int SLOW = 112;

	private static final int TIMED_OUT = 120;

	private static final int HEAP_AFTER_GC = 128;

	private static final int HEAP_AFTER_GC_MAX = 136;

	private static final int COLLECTIONS = 144;

	private static final int SLOTS = 152;

	private static final int READ_ATTEMPTS = 100;

	private final ByteBuffer memory;

	private Scoreboard(ByteBuffer memory) {
		this.memory = memory;
	}

	/**
	 * Makes a scoreboard.
	 * @param file its file, which must not exist; best on a tmpfs
	 * @param slots how many slots it has
	 * @return the scoreboard, all slots empty
	 * @throws IOException if the file cannot be made
	 */
	public static Scoreboard create(Path file, int slots) throws IOException {
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
				StandardOpenOption.WRITE)) {
			// Has the memory allocated now: a full file system would else end whoever
			// writes to a mapped page first, with SIGBUS (mmap(2)).
			ByteBuffer empty = ByteBuffer.allocate(HEADER_SIZE + slots * SLOT_SIZE).order(ByteOrder.nativeOrder());
			empty.putLong(0, LAYOUT);
			while (empty.hasRemaining()) {
				channel.write(empty);
			}
			return new Scoreboard(
					channel.map(FileChannel.MapMode.READ_WRITE, 0, empty.capacity()).order(ByteOrder.nativeOrder()));
		}
	}

	/**
	 * Opens a scoreboard that another process made.
	 * @param file its file
	 * @return the scoreboard
	 * @throws IOException if it cannot be opened, or has another layout than this code
	 * knows
	 */
	public static Scoreboard open(Path file) throws IOException {
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
			long size = Files.size(file);
			ByteBuffer memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, size).order(ByteOrder.nativeOrder());
			if (size < HEADER_SIZE || memory.getLong(0) != LAYOUT) {
				throw new IOException(file + " has another layout: it was made by another version of this library");
			}
			return new Scoreboard(memory);
		}
	}

	/**
	 * The number of slots.
	 * @return how many workers can live at a time
	 */
	public int slots() {
		return (this.memory.capacity() - HEADER_SIZE) / SLOT_SIZE;
	}

	/**
	 * Writes a slot. Only the worker that owns it may, from one thread at a time.
	 * @param slot the slot
	 * @param reading what to write; its serial must be positive
	 */
	public void write(int slot, SlotReading reading) {
		write(slot, reading, List.of());
	}

	/**
	 * Writes a slot. Only the worker that owns it may, from one thread at a time.
	 * @param slot the slot
	 * @param reading what to write; its serial must be positive
	 * @param oldest the oldest of the requests in flight, the oldest first; what has no
	 * room is cut off
	 */
	public void write(int slot, SlotReading reading, List<OldestRequest> oldest) {
		int base = base(slot);
		// A writer that was killed may have left an odd number behind.
		long writing = get(base + SEQUENCE) | 1;
		LONG.setVolatile(this.memory, base + SEQUENCE, writing);
		VarHandle.storeStoreFence();
		put(base + SERIAL, reading.serial());
		put(base + HEARTBEAT, reading.heartbeat());
		put(base + BUSY, reading.busy());
		put(base + OLDEST_REQUEST, reading.oldestRequest());
		put(base + FREE, reading.free() ? 1 : 0);
		put(base + REQUESTS, reading.requests());
		put(base + ACCEPTED, reading.accepted());
		put(base + OVERFLOWED, reading.overflowed());
		put(base + ERRORS, reading.errors());
		put(base + SLOW_CLIENTS, reading.slowClients());
		put(base + HEAP_USED, reading.heapUsed());
		put(base + HEAP_MAX, reading.heapMax());
		put(base + LOST, reading.timeouts().lost());
		put(base + SLOTS, reading.timeouts().slots());
		put(base + SLOW, reading.timeouts().slow());
		put(base + TIMED_OUT, reading.timeouts().timedOut());
		put(base + HEAP_AFTER_GC, reading.heapAfterGc().used());
		put(base + HEAP_AFTER_GC_MAX, reading.heapAfterGc().max());
		put(base + COLLECTIONS, reading.heapAfterGc().collections());
		OldestRequests.write(oldest, (index, word) -> put(base + COUNTS_SIZE + index * Long.BYTES, word));
		LONG.setRelease(this.memory, base + SEQUENCE, writing + 1);
	}

	/**
	 * Reads a slot.
	 * @param slot the slot
	 * @param serial the worker asked about
	 * @return the reading, or empty if that worker has not written yet, or was caught in
	 * the middle of writing and stayed there
	 */
	public Optional<SlotReading> read(int slot, long serial) {
		return read(slot).filter((reading) -> reading.serial() == serial);
	}

	/**
	 * Reads a slot, whoever wrote it last; that worker may be long gone.
	 * @param slot the slot
	 * @return the reading, or empty if nobody has written it, or its writer was caught in
	 * the middle of writing and stayed there
	 */
	public Optional<SlotReading> read(int slot) {
		int base = base(slot);
		return guarded(base, () -> fields(base));
	}

	/**
	 * Reads the oldest requests that a worker held at its last heartbeat.
	 * @param slot the slot
	 * @param serial the worker asked about
	 * @return the requests, the oldest first; none if that worker is idle, has not
	 * written yet, or was caught in the middle of writing and stayed there
	 */
	public List<OldestRequest> oldestRequests(int slot, long serial) {
		int base = base(slot);
		return guarded(base,
				() -> (get(base + SERIAL) == serial)
						? OldestRequests.read((index) -> get(base + COUNTS_SIZE + index * Long.BYTES))
						: List.<OldestRequest>of())
			.orElse(List.of());
	}

	private <T> Optional<T> guarded(int base, Supplier<T> fields) {
		for (int attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
			long before = (long) LONG.getAcquire(this.memory, base + SEQUENCE);
			T read = fields.get();
			VarHandle.loadLoadFence();
			long after = (long) LONG.getVolatile(this.memory, base + SEQUENCE);
			if (before == after && (before & 1) == 0) {
				return (before != 0) ? Optional.of(read) : Optional.empty();
			}
			Thread.onSpinWait();
		}
		return Optional.empty();
	}

	private SlotReading fields(int base) {
		return new SlotReading(get(base + SERIAL), get(base + HEARTBEAT), (int) get(base + BUSY),
				get(base + OLDEST_REQUEST), get(base + FREE) != 0, get(base + REQUESTS), get(base + ACCEPTED),
				get(base + OVERFLOWED), get(base + ERRORS), get(base + SLOW_CLIENTS), get(base + HEAP_USED),
				get(base + HEAP_MAX),
				new SlotReading.Timeouts((int) get(base + LOST), (int) get(base + SLOTS), get(base + SLOW),
						get(base + TIMED_OUT)),
				new SlotReading.HeapAfterGc(get(base + HEAP_AFTER_GC), get(base + HEAP_AFTER_GC_MAX),
						get(base + COLLECTIONS)));
	}

	private int base(int slot) {
		if (slot < 0 || slot >= slots()) {
			throw new IndexOutOfBoundsException("No slot " + slot + " in a scoreboard of " + slots());
		}
		return HEADER_SIZE + slot * SLOT_SIZE;
	}

	private void put(int position, long value) {
		LONG.setOpaque(this.memory, position, value);
	}

	private long get(int position) {
		return (long) LONG.getOpaque(this.memory, position);
	}

}
