package io.prefork.worker;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;

import io.prefork.scoreboard.SlotReading.HeapAfterGc;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OldGenerationTests {

	@Test
	void whenThisJvmIsAskedThenItHasAnOldGeneration() {
		assertThat(OldGeneration.find(ManagementFactory.getMemoryPoolMXBeans())).isPresent()
			.get()
			.satisfies((pool) -> assertThat(pool.getName()).doesNotContain("Eden", "Survivor"));
	}

	@Test
	void whenTheHeapIsCollectedThenWhatIsLeftIsReadAtTheNextReading() {
		OldGeneration generation = new OldGeneration();
		for (int i = 1; i < OldGeneration.LOOKS; i++) {
			assertThat(generation.look()).as("not at each heartbeat").isEqualTo(HeapAfterGc.NONE);
		}
		System.gc();
		HeapAfterGc first = generation.look();
		assertThat(first.collections()).isEqualTo(1);
		assertThat(first.used()).isPositive().isLessThanOrEqualTo(first.max());
	}

	@Test
	void whenTheUseAfterCollectionIsAsBeforeThenThereWasNoCollection() {
		HeapAfterGc none = OldGeneration.after(HeapAfterGc.NONE, usage(0, 100), 1000);
		assertThat(none).isEqualTo(HeapAfterGc.NONE);
		HeapAfterGc first = OldGeneration.after(none, usage(50, 100), 1000);
		assertThat(first).isEqualTo(new HeapAfterGc(50, 100, 1));
		assertThat(OldGeneration.after(first, usage(50, 100), 1000)).isSameAs(first);
		assertThat(OldGeneration.after(first, usage(49, 100), 1000)).isEqualTo(new HeapAfterGc(49, 100, 2));
	}

	@Test
	void whenThePoolHasNoBoundThenThatOfTheHeapIsIts() {
		assertThat(OldGeneration.after(HeapAfterGc.NONE, usage(50, -1), 1000).max()).isEqualTo(1000);
	}

	private static MemoryUsage usage(long used, long max) {
		return new MemoryUsage(0, used, used, max);
	}

}
