package io.prefork.scoreboard;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for {@link Scoreboard}.
 */
class ScoreboardTests {

	@TempDir
	Path directory;

	@Test
	void whenASlotIsWrittenThenAnotherMappingReadsIt() throws Exception {
		Scoreboard written = Scoreboard.create(this.directory.resolve("board"), 4);
		Scoreboard read = Scoreboard.open(this.directory.resolve("board"));
		SlotReading reading = new SlotReading(7, 123, 2, 99, true, 1000, 50, 6, 3, 4, 1 << 20, -1,
				new SlotReading.Timeouts(8, 14, 9, 10), new SlotReading.HeapAfterGc(11, 12, 13));
		written.write(3, reading);
		assertThat(read.slots()).isEqualTo(4);
		assertThat(read.read(3, 7)).contains(reading);
	}

	@Test
	void whenTheSlotBelongsToAnotherWorkerThenThereIsNoReading() throws Exception {
		Scoreboard scoreboard = Scoreboard.create(this.directory.resolve("board"), 1);
		scoreboard.write(0, reading(7, 1));
		assertThat(scoreboard.read(0, 8)).isEmpty();
	}

	@Test
	void whenNothingWasWrittenThenThereIsNoReading() throws Exception {
		assertThat(Scoreboard.create(this.directory.resolve("board"), 1).read(0, 1)).isEmpty();
	}

	@Test
	void whenThereIsNoSuchSlotThenItSaysSo() throws Exception {
		Scoreboard scoreboard = Scoreboard.create(this.directory.resolve("board"), 2);
		assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> scoreboard.read(2, 1))
			.withMessage("No slot 2 in a scoreboard of 2");
	}

	@Test
	void whenRequestsAreWrittenThenTheOldestAreRead() throws Exception {
		Scoreboard scoreboard = Scoreboard.create(this.directory.resolve("board"), 2);
		List<OldestRequest> requests = List.of(new OldestRequest(-5, "GET /ünïcödé"), new OldestRequest(7, "POST /"),
				new OldestRequest(9, ""), new OldestRequest(11, "GET /fourth"));
		scoreboard.write(1, reading(7, 1), requests);
		assertThat(scoreboard.oldestRequests(1, 7)).containsExactlyElementsOf(requests.subList(0, 2));
		assertThat(scoreboard.oldestRequests(1, 8)).isEmpty();
		assertThat(scoreboard.oldestRequests(0, 7)).isEmpty();
		scoreboard.write(1, reading(7, 2), requests.subList(1, 2));
		assertThat(scoreboard.oldestRequests(1, 7)).containsExactly(requests.get(1));
		scoreboard.write(1, reading(7, 3));
		assertThat(scoreboard.oldestRequests(1, 7)).isEmpty();
		assertThat(scoreboard.read(1, 7)).contains(reading(7, 3));
	}

	@Test
	void whenATargetIsLongOrHoldsControlCharactersThenItIsALineThatFits() throws Exception {
		Scoreboard scoreboard = Scoreboard.create(this.directory.resolve("board"), 1);
		for (int length = 90; length < 130; length++) {
			String request = "GET /" + "x".repeat(length - 50) + "\u4e2d".repeat(20);
			scoreboard.write(0, reading(7, 1),
					List.of(new OldestRequest(1, request), new OldestRequest(2, "a\r\n\u001bb")));
			List<OldestRequest> read = scoreboard.oldestRequests(0, 7);
			assertThat(read.get(1).request()).isEqualTo("a???b");
			String kept = read.get(0).request();
			if (request.getBytes(StandardCharsets.UTF_8).length <= OldestRequests.LONGEST) {
				assertThat(kept).isEqualTo(request);
			}
			else {
				assertThat(kept.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(OldestRequests.LONGEST - 2,
						OldestRequests.LONGEST);
				assertThat(kept).endsWith("\u2026");
				assertThat(request).startsWith(kept.substring(0, kept.length() - 1));
			}
		}
	}

	@Test
	void whenTheFileIsOfAnotherLayoutThenItIsRefused() throws Exception {
		Path file = Files.write(this.directory.resolve("board"), new byte[4096]);
		assertThatIOException().isThrownBy(() -> Scoreboard.open(file)).withMessageContaining("another version");
		assertThatIOException().isThrownBy(() -> Scoreboard.open(Files.write(file, new byte[8])))
			.withMessageContaining("another version");
	}

	@Test
	void whenReadWhileWrittenThenFieldsBelongTogether() throws Exception {
		Scoreboard writing = Scoreboard.create(this.directory.resolve("board"), 1);
		Scoreboard reading = Scoreboard.open(this.directory.resolve("board"));
		AtomicBoolean stop = new AtomicBoolean();
		Thread writer = new Thread(() -> {
			for (long i = 1; !stop.get(); i++) {
				writing.write(0, reading(1, i), List.of(new OldestRequest(i, "GET /" + i)));
			}
		});
		writer.start();
		try {
			int seen = 0;
			long deadline = System.nanoTime() + 10_000_000_000L;
			while (seen < 20_000 && System.nanoTime() < deadline) {
				Optional<SlotReading> found = reading.read(0, 1);
				if (found.isPresent()) {
					seen++;
					SlotReading slot = found.get();
					assertThat(slot).isEqualTo(reading(1, slot.heartbeat()));
				}
				for (OldestRequest request : reading.oldestRequests(0, 1)) {
					assertThat(request.request()).isEqualTo("GET /" + request.start());
				}
			}
			assertThat(seen).isGreaterThan(100);
		}
		finally {
			stop.set(true);
			writer.join();
		}
	}

	private static SlotReading reading(long serial, long i) {
		return new SlotReading(serial, i, (int) (i % 1000), i, i % 2 == 0, i, i, i, i, i, i, i);
	}

}
