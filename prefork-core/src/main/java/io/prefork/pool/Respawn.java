package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * When, and in which slot, a crashed worker's place is filled again. Each place has a
 * delay of its own, so that one that crashes again and again does not hold up the others;
 * only when the whole pool has more exits than it should do all of them wait longer. What
 * no crash has left (scaling, replacements, voluntary exits) never waits.
 */
final class Respawn {

	private final PoolPolicy.Backoff backoff;

	private final RespawnPolicy policy;

	private final Map<Integer, CrashRun> runs = new TreeMap<>();

	private final ExitWindow window;

	private final Orders orders;

	private boolean alarmed;

	private String givenUp = "";

	Respawn(PoolPolicy.Backoff backoff, RespawnPolicy policy, Orders orders) {
		this.backoff = backoff;
		this.policy = policy;
		this.orders = orders;
		this.window = new ExitWindow(policy.poolIntensity(), policy.window());
	}

	/**
	 * Goes on with what crashes have left behind.
	 * @param slots how many there may be, perhaps fewer than before
	 */
	void resume(CarriedPool.Crashes carried, int slots) {
		this.window.resume(carried.exits());
		carried.places().forEach((slot, place) -> {
			if (slot < slots) {
				this.runs.put(slot, CrashRun.resume(this.policy, place));
			}
		});
		this.alarmed = this.window.excess() > 0;
		this.givenUp = carried.givenUp();
	}

	CarriedPool.Crashes carry() {
		Map<Integer, CarriedPool.Place> places = this.runs.entrySet()
			.stream()
			.collect(Collectors.toMap(Map.Entry::getKey, (run) -> run.getValue().carry()));
		return new CarriedPool.Crashes(places, this.window.exits(), this.givenUp);
	}

	/**
	 * A worker has crashed or failed to boot, and leaves a place to be filled.
	 * @param lastSerial number of the last spawn before
	 */
	void crashed(WorkerRecord worker, long lastSerial, Instant now) {
		CrashRun run = count(worker, now);
		int crashes = Math.max(run.countCrash(), this.window.excess());
		run.owe(lastSerial, this.backoff.delay(crashes), now);
	}

	/**
	 * A worker had to be ended. That counts as an exit, and its place does not wait: to
	 * find out has taken long enough.
	 */
	void hung(WorkerRecord worker, Instant now) {
		count(worker, now);
	}

	private CrashRun count(WorkerRecord worker, Instant now) {
		CrashRun run = this.runs.computeIfAbsent(worker.id().slot(), (slot) -> new CrashRun(this.policy));
		run.ended(now);
		this.window.add(now);
		forget(now);
		if (this.window.excess() > 0 && !this.alarmed) {
			this.alarmed = true;
			this.orders.warn(excess() + ": respawns slow down");
		}
		return run;
	}

	/**
	 * Ends runs of crashes that workers have shown to be over.
	 */
	void observe(Roster roster, Instant now) {
		for (WorkerRecord worker : roster.all()) {
			CrashRun run = this.runs.get(worker.id().slot());
			if (run != null) {
				run.observe(worker, this.backoff.healthyAfter(), now);
			}
		}
		forget(now);
		this.runs.values().removeIf(CrashRun::isOver);
	}

	private void forget(Instant now) {
		this.window.forgetUntil(now);
		this.runs.values().forEach((run) -> run.forgetUntil(now));
		this.alarmed &= this.window.excess() > 0;
	}

	/**
	 * Owes no more than there are places to fill; those that would wait longest are given
	 * up.
	 * @param missing places to fill
	 */
	void settle(int missing) {
		for (int surplus = owed() - Math.max(0, missing); surplus > 0; surplus--) {
			this.runs.values()
				.stream()
				.filter(CrashRun::owed)
				.max(Comparator.comparing(CrashRun::notBefore))
				.ifPresent(CrashRun::drop);
		}
	}

	private int owed() {
		return (int) this.runs.values().stream().filter(CrashRun::owed).count();
	}

	/**
	 * How long the next of the given places must stay empty.
	 * @param missing places to fill, at least 1
	 */
	Duration delay(int missing, Instant now) {
		Optional<Instant> due = next().map((place) -> place.getValue().notBefore());
		return (missing > owed() || due.isEmpty() || !now.isBefore(due.get())) ? Duration.ZERO
				: Duration.between(now, due.get());
	}

	/**
	 * The slot for a worker that need not wait any longer: the one whose time has come if
	 * there is one, else one that waits for nothing.
	 */
	int slot(Roster roster, Instant now) {
		Optional<Map.Entry<Integer, CrashRun>> due = next()
			.filter((place) -> !now.isBefore(place.getValue().notBefore()));
		if (due.isEmpty()) {
			return roster.freeSlot((slot) -> !this.runs.containsKey(slot));
		}
		int slot = due.get().getKey();
		CrashRun run = due.get().getValue();
		run.filled();
		if (roster.isFree(slot)) {
			return slot;
		}
		// What failed to boot may still be on its way out.
		int other = roster.freeSlot((free) -> !this.runs.containsKey(free));
		this.runs.remove(slot);
		this.runs.put(other, run);
		return other;
	}

	private Optional<Map.Entry<Integer, CrashRun>> next() {
		return this.runs.entrySet()
			.stream()
			.filter((place) -> place.getValue().owed())
			.min(Comparator.comparing((place) -> place.getValue().notBefore()));
	}

	/**
	 * Whether workers are dying faster than they are healthy.
	 * @param whole whether nobody is missing; then that some place is in trouble does not
	 * matter
	 */
	boolean troubled(boolean whole) {
		boolean lacking = !whole && (hasGivenUp() || this.runs.values().stream().anyMatch(CrashRun::troubled));
		return lacking || this.window.excess() > 0;
	}

	/**
	 * Whether crashes are the pool's and not one place's.
	 */
	boolean looping() {
		return this.window.excess() > 0 || this.runs.values().stream().filter(CrashRun::troubled).count() > 1;
	}

	/**
	 * No place is filled any more.
	 * @param reason why
	 */
	void giveUp(String reason) {
		this.givenUp = reason;
	}

	boolean hasGivenUp() {
		return !this.givenUp.isEmpty();
	}

	/**
	 * What is wrong with the pool as a whole, readable, or empty.
	 */
	String trouble() {
		if (hasGivenUp()) {
			return this.givenUp;
		}
		return (this.window.excess() > 0) ? excess() : "";
	}

	private String excess() {
		return this.window.count() + " workers have ended unexpectedly within " + DurationText.of(this.policy.window());
	}

	/**
	 * Starts over: other code has proven to boot.
	 */
	void reset() {
		this.runs.clear();
		this.window.clear();
		this.alarmed = false;
		this.givenUp = "";
	}

}
