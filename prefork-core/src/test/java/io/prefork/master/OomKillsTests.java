package io.prefork.master;

import java.time.Instant;
import java.util.OptionalLong;

import io.prefork.pool.Postmortem.OomKill;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OomKillsTests {

	private final OomKills kills = new OomKills();

	@Test
	void whenTheCountHasRisenThenAsManyDeathsAreTheKernels() {
		sample(0, 7);
		sample(5, 7);
		assertThat(claim(7)).isEqualTo(OomKill.NOT_COUNTED);
		assertThat(claim(9)).isEqualTo(OomKill.COUNTED);
		assertThat(claim(9)).isEqualTo(OomKill.COUNTED);
		assertThat(claim(9)).isEqualTo(OomKill.NOT_COUNTED);
		sample(10, 9);
		sample(30, 9);
		assertThat(claim(9)).isEqualTo(OomKill.NOT_COUNTED);
		assertThat(claim(10)).isEqualTo(OomKill.COUNTED);
	}

	@Test
	void whenASampleFallsBetweenKillAndDeathThenItIsStillTheKernels() {
		sample(0, 0);
		sample(20, 0);
		sample(25, 1);
		sample(30, 1);
		assertThat(claim(1)).isEqualTo(OomKill.COUNTED);
	}

	@Test
	void whenAnotherProcessWasKilledLongBeforeThenALaterDeathIsNotTheKernels() {
		sample(0, 0);
		for (int second = 5; second <= 60; second += 5) {
			sample(second, 1);
		}
		assertThat(claim(1)).isEqualTo(OomKill.NOT_COUNTED);
	}

	@Test
	void whenNobodyCountsThenItIsUnknown() {
		this.kills.sample(OptionalLong.empty(), Instant.EPOCH);
		assertThat(this.kills.claim(OptionalLong.empty())).isEqualTo(OomKill.UNKNOWN);
		sample(1, 0);
		assertThat(this.kills.claim(OptionalLong.empty())).isEqualTo(OomKill.UNKNOWN);
	}

	@Test
	void whenOneStrikesWhileTheMasterIsUpgradedThenItIsStillTheKernels() {
		sample(0, 7);
		sample(5, 8);
		assertThat(claim(8)).isEqualTo(OomKill.COUNTED);
		OptionalLong before = this.kills.unclaimed();
		assertThat(before).hasValue(8);
		OomKills successor = new OomKills();
		successor.sample(before, Instant.ofEpochSecond(9));
		successor.sample(OptionalLong.of(9), Instant.ofEpochSecond(9));
		assertThat(successor.claim(OptionalLong.of(9))).isEqualTo(OomKill.COUNTED);
		assertThat(successor.claim(OptionalLong.of(9))).isEqualTo(OomKill.NOT_COUNTED);
	}

	private void sample(int second, long count) {
		this.kills.sample(OptionalLong.of(count), Instant.ofEpochSecond(second));
	}

	private OomKill claim(long count) {
		return this.kills.claim(OptionalLong.of(count));
	}

}
