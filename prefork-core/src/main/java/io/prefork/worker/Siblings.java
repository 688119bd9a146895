package io.prefork.worker;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.prefork.scoreboard.Scoreboard;

/**
 * The other workers of the pool, as the scoreboard shows them: whether one of them could
 * take what this worker has no slot for. Their slots are as old as their last heartbeat;
 * what is made of it here is kept for a while, because it is asked for with every answer
 * of a worker that is full.
 */
public final class Siblings {

	private static final long KEPT = TimeUnit.MILLISECONDS.toNanos(50);

	/**
	 * A worker that has been silent longer than this may be gone.
	 */
	private static final long ALIVE = TimeUnit.SECONDS.toNanos(1);

	private final Scoreboard scoreboard;

	private final int own;

	private final AtomicLong lookedAt;

	private volatile boolean free;

	Siblings(Scoreboard scoreboard, int own) {
		this.scoreboard = scoreboard;
		this.own = own;
		this.lookedAt = new AtomicLong(System.nanoTime() - KEPT);
	}

	/**
	 * Whether another worker accepts and has had a request slot free for a while.
	 * @return whether there is one, as of some hundred milliseconds ago
	 */
	public boolean haveFreeSlot() {
		long now = System.nanoTime();
		long last = this.lookedAt.get();
		if (now - last >= KEPT && this.lookedAt.compareAndSet(last, now)) {
			this.free = look(now);
		}
		return this.free;
	}

	private boolean look(long now) {
		for (int slot = 0; slot < this.scoreboard.slots(); slot++) {
			boolean found = slot != this.own && this.scoreboard.read(slot)
				.filter((reading) -> reading.free() && now - reading.heartbeat() < ALIVE)
				.isPresent();
			if (found) {
				return true;
			}
		}
		return false;
	}

}
