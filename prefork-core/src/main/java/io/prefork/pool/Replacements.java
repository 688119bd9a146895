package io.prefork.pool;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Replaces workers without a gap: a successor beyond the target first, and only when it
 * accepts the worker is told to leave. One path for reload, replacement on request and
 * recycling.
 */
final class Replacements {

	private static final int LEAVING_AT_ONCE = 2;

	private static final int SHARE_AT_ONCE = 10;

	private final PoolPolicy policy;

	private final Roster roster;

	private final Departures departures;

	private final Rollouts rollouts;

	Replacements(PoolPolicy policy, Roster roster, Departures departures, Rollouts rollouts) {
		this.policy = policy;
		this.roster = roster;
		this.departures = departures;
		this.rollouts = rollouts;
	}

	/**
	 * Why a worker is to be replaced now.
	 * @return the cause under which it will be gone, or empty if it is to stay, is
	 * leaving already, or is a spare, which needs no successor
	 */
	Optional<ExitCause> cause(WorkerRecord worker, int target) {
		return cause(worker, defersRecycling(target));
	}

	private Optional<ExitCause> cause(WorkerRecord worker, boolean deferring) {
		if (!worker.counts() || worker.isSpare()) {
			return Optional.empty();
		}
		Optional<ExitCause> marked = marked(worker, deferring) ? Optional.ofNullable(worker.retirement())
				: Optional.empty();
		return this.rollouts.outdated(worker) ? marked.or(() -> Optional.of(reason(worker))) : marked;
	}

	/**
	 * Whether a worker was marked, and may go as far as that is concerned.
	 */
	private static boolean marked(WorkerRecord worker, boolean deferring) {
		return worker.retirement() != null && !(deferring && worker.retirement() instanceof Recycled);
	}

	/**
	 * Whether workers that have reached a limit stay for now: a rollout replaces them
	 * anyway, and while others are missing, a worker that is well is not sent away.
	 */
	private boolean defersRecycling(int target) {
		return this.rollouts.current() != null || outdated() > 0 || this.roster.accepting() < target;
	}

	private ExitCause reason(WorkerRecord worker) {
		boolean failed = worker.generation() > this.rollouts.serving();
		return new ExitCause.Voluntary(failed ? "reload failed" : "reload");
	}

	/**
	 * How many workers are wanted beyond the target, as successors of those that are to
	 * be replaced.
	 */
	int surge(int target) {
		int outdated = outdated();
		boolean deferring = defersRecycling(target);
		int marked = this.roster.count((worker) -> worker.counts() && !worker.isSpare() && marked(worker, deferring)
				&& !this.rollouts.outdated(worker));
		int others = Math.min(marked, (this.rollouts.current() != null || outdated > 0) ? 1 : quota(target));
		return Math.max(others, Math.min(outdated, this.policy.rollout().surge(target)));
	}

	/**
	 * Sends away workers that are to be replaced, as far as the pool can do without them.
	 * A canary that has not proven yet stands in for nobody.
	 */
	void retire(int target, Instant now) {
		int allowed = allowedToLeave(target);
		int recyclable = quota(target) - leaving();
		int accepting = this.roster.accepting() - this.rollouts.acceptingOnTrial();
		boolean deferring = defersRecycling(target);
		List<WorkerRecord> candidates = this.roster.those((worker) -> cause(worker, deferring).isPresent())
			.stream()
			.sorted(new LeastLoss((worker) -> worker.retirement() != null))
			.toList();
		for (WorkerRecord worker : candidates) {
			ExitCause cause = cause(worker, deferring).orElseThrow();
			boolean dispensable = !worker.accepting() || accepting > least(worker, target);
			boolean inTurn = !(cause instanceof Recycled) || recyclable > 0;
			if (allowed > 0 && inTurn && dispensable) {
				accepting -= worker.accepting() ? 1 : 0;
				allowed--;
				recyclable--;
				this.departures.send(worker, cause, now);
				worker.leavesReplaced();
			}
		}
	}

	/**
	 * How many must accept for a worker to be sent away.
	 */
	private int least(WorkerRecord worker, int target) {
		return this.rollouts.outdated(worker) ? target - this.policy.rollout().unavailable(target) : target;
	}

	/**
	 * Those that leave use memory like those that serve.
	 */
	private int allowedToLeave(int target) {
		RolloutPolicy rollout = this.policy.rollout();
		int limit = (this.rollouts.current() != null || outdated() > 0)
				? rollout.surge(target) + rollout.unavailable(target) : quota(target);
		return Math.max(LEAVING_AT_ONCE, limit) - leaving();
	}

	private int outdated() {
		return this.roster.count(this.rollouts::outdated);
	}

	/**
	 * How many more workers may be marked for recycling: a tenth of the target at a time,
	 * those included that are leaving.
	 */
	int recyclable(int target) {
		return defersRecycling(target) ? 0 : quota(target) - marked() - leaving();
	}

	private int marked() {
		return this.roster.count((worker) -> worker.counts() && worker.retirement() != null);
	}

	/**
	 * Workers on their way out whose successors are there.
	 */
	private int leaving() {
		return this.roster.count(WorkerRecord::replaced);
	}

	private static int quota(int target) {
		return (target + SHARE_AT_ONCE - 1) / SHARE_AT_ONCE;
	}

}
