package io.prefork.worker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import io.prefork.scoreboard.Scoreboard;
import io.prefork.scoreboard.SlotReading;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Siblings}.
 */
class SiblingsTests {

	/**
	 * Lately, whenever that is looked at.
	 */
	private static final long LATELY = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);

	@TempDir
	Path directory;

	private Scoreboard scoreboard;

	@BeforeEach
	void prepare() throws IOException {
		this.scoreboard = Scoreboard.create(this.directory.resolve(Scoreboard.FILE), 4);
	}

	@Test
	void whenASiblingAcceptsAndHasASlotThenThereIsOne() {
		write(1, LATELY, true);
		assertThat(new Siblings(this.scoreboard, 0).haveFreeSlot()).isTrue();
	}

	@Test
	void whenOnlyTheWorkerItselfHasASlotThenThereIsNone() {
		write(0, System.nanoTime(), true);
		write(1, System.nanoTime(), false);
		assertThat(new Siblings(this.scoreboard, 0).haveFreeSlot()).isFalse();
	}

	@Test
	void whenTheSiblingHasBeenSilentThenItDoesNotCount() {
		write(1, System.nanoTime() - TimeUnit.SECONDS.toNanos(2), true);
		assertThat(new Siblings(this.scoreboard, 0).haveFreeSlot()).isFalse();
	}

	@Test
	void whenASiblingFillsUpThenThatIsNoticedSoon() {
		write(2, LATELY, true);
		Siblings siblings = new Siblings(this.scoreboard, 0);
		assertThat(siblings.haveFreeSlot()).isTrue();
		write(2, LATELY, false);
		await().until(() -> !siblings.haveFreeSlot());
	}

	private void write(int slot, long heartbeat, boolean free) {
		this.scoreboard.write(slot, new SlotReading(slot + 1, heartbeat, 0, 0, free, 0, 0, 0, 0, 0, 0, 0));
	}

}
