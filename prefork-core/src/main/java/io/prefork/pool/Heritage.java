package io.prefork.pool;

import java.util.Optional;

/**
 * What one pool leaves to the next, which goes on in its place.
 */
final class Heritage {

	private final Roster roster;

	private final Staffing staffing;

	private final Rollouts rollouts;

	private final Obituaries obituaries;

	private final Elasticity elasticity;

	private final Supervision supervision;

	Heritage(Roster roster, Staffing staffing, Rollouts rollouts, Obituaries obituaries, Elasticity elasticity,
			Supervision supervision) {
		this.roster = roster;
		this.staffing = staffing;
		this.rollouts = rollouts;
		this.obituaries = obituaries;
		this.elasticity = elasticity;
		this.supervision = supervision;
	}

	/**
	 * Why it cannot be left now, as long as the server is not stopping.
	 */
	Optional<String> obstacle() {
		if (!this.staffing.everReady()) {
			return Optional.of("no worker has been ready yet");
		}
		return this.rollouts.pending() ? Optional.of("a reload or rollback is under way") : Optional.empty();
	}

	boolean isMidway() {
		return this.roster.count((worker) -> worker.pid() == 0 || worker.isLost()) > 0;
	}

	CarriedPool leave() {
		return new CarriedPool(this.staffing.target(), !this.staffing.serves(), this.roster.spawned(),
				this.supervision.lastTick(), this.roster.all().stream().map(WorkerRecord::carry).toList(),
				this.rollouts.carry(), this.obituaries.carry(), this.staffing.crashes(), this.elasticity.carry());
	}

	void take(CarriedPool carried) {
		this.staffing.resume(carried);
		this.obituaries.resume(carried.exits());
		this.rollouts.resume(carried.rollouts());
		this.elasticity.resume(carried.scale());
		this.supervision.resume(carried.lastTick());
	}

}
