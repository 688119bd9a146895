package io.prefork.master;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

import io.prefork.pool.Postmortem.OomKill;

/**
 * Assigns what the kernel counts of its OOM killer to the workers that were killed. A
 * kill that no worker claims, that of a program which the application has started, is
 * forgotten after a while, so that it is not taken for the reason of a later death. Safe
 * for use by several threads.
 */
final class OomKills {

	/**
	 * A process with much memory takes its time to end after it has been killed.
	 */
	private static final Duration VALID = Duration.ofSeconds(10);

	private final Deque<Sample> samples = new ArrayDeque<>();

	private long claimed;

	private record Sample(Instant time, long count) {
	}

	/**
	 * Takes note of the count.
	 */
	synchronized void sample(OptionalLong count, Instant now) {
		count.ifPresent((kills) -> this.samples.addLast(new Sample(now, kills - this.claimed)));
		// The last one that is old enough stays: what has come since then is valid.
		while (this.samples.size() > 1 && !this.second().time().plus(VALID).isAfter(now)) {
			this.samples.removeFirst();
		}
	}

	private Sample second() {
		return this.samples.stream().skip(1).findFirst().orElseThrow();
	}

	/**
	 * The count behind which later ones are still to be claimed.
	 */
	synchronized OptionalLong unclaimed() {
		Sample before = this.samples.peekFirst();
		return (before != null) ? OptionalLong.of(before.count() + this.claimed) : OptionalLong.empty();
	}

	/**
	 * Claims one kill for a worker that has died of SIGKILL.
	 * @param count the count after its death
	 * @return whether there is one to claim
	 */
	synchronized OomKill claim(OptionalLong count) {
		Sample before = this.samples.peekFirst();
		if (count.isEmpty() || before == null) {
			return OomKill.UNKNOWN;
		}
		if (count.getAsLong() - this.claimed <= before.count()) {
			return OomKill.NOT_COUNTED;
		}
		this.claimed++;
		return OomKill.COUNTED;
	}

}
