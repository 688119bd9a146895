package io.prefork.scoreboard;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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
				new SlotReading.Timeouts(8, 9, 10));
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
	void whenReadWhileWrittenThenFieldsBelongTogether() throws Exception {
		Scoreboard writing = Scoreboard.create(this.directory.resolve("board"), 1);
		Scoreboard reading = Scoreboard.open(this.directory.resolve("board"));
		AtomicBoolean stop = new AtomicBoolean();
		Thread writer = new Thread(() -> {
			for (long i = 1; !stop.get(); i++) {
				writing.write(0, reading(1, i));
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
