package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * Tells slow workers from hung ones.
 */
final class Supervision {

	private static final Duration LEAST_JUMP = Duration.ofSeconds(2);

	private static final int WINDOWS = 4;

	/**
	 * How many heartbeat timeouts a silent worker is given while it uses the processor: a
	 * long garbage collection.
	 */
	private static final int WORKING_ALLOWANCE = 3;

	private final PoolPolicy policy;

	/**
	 * Over how long processor time is compared.
	 */
	private final Duration window;

	private final Duration longestPause;

	private @Nullable Instant lastTick;

	/**
	 * Whether the last tick was this program's first, after another one's.
	 */
	private boolean firstTick;

	private boolean resumed;

	Supervision(PoolPolicy policy) {
		this.policy = policy;
		this.window = policy.timeout().dividedBy(WINDOWS);
		Duration half = policy.timeout().dividedBy(2);
		this.longestPause = (half.compareTo(LEAST_JUMP) > 0) ? half : LEAST_JUMP;
	}

	/**
	 * Goes on from the last tick of before.
	 */
	void resume(Optional<Instant> lastTick) {
		this.lastTick = lastTick.orElse(null);
		this.resumed = true;
	}

	Optional<Instant> lastTick() {
		return Optional.ofNullable(this.lastTick);
	}

	/**
	 * Takes note of a tick.
	 * @return the time since the tick before if that is so long that this process, or the
	 * machine, must have been suspended, else zero
	 */
	Duration jump(Instant now) {
		Instant before = (this.lastTick != null) ? this.lastTick : now;
		this.lastTick = now;
		this.firstTick = this.resumed;
		this.resumed = false;
		Duration gap = Duration.between(before, now);
		return (gap.compareTo(this.longestPause) > 0) ? gap : Duration.ZERO;
	}

	/**
	 * Tells the log of a jump.
	 */
	void report(Duration gap, Orders orders) {
		String time = DurationText.of(gap);
		if (this.firstTick) {
			orders.info("becoming another program took " + time + "; every deadline is put off by that");
		}
		else {
			orders.warn("no time seemed to pass for " + time
					+ ": the machine or this process was suspended; every deadline is put off by that");
		}
	}

	void sample(WorkerRecord worker, Vitals vitals, Instant now) {
		worker.pulse().take(vitals, this.window, now);
	}

	/**
	 * Judges one worker.
	 * @return why it must go, or empty
	 */
	Optional<ExitCause> judge(WorkerRecord worker, Instant now) {
		return switch (worker.state()) {
			case SPAWNED, BOOTING -> judgeBoot(worker, now);
			case SPARE -> judgeHeartbeat(worker, now);
			case READY -> judgeBoot(worker, now).or(() -> judgeHeartbeat(worker, now));
			case ACCEPTING -> judgeHeartbeat(worker, now).or(() -> judgeRequest(worker, now));
			// A leaving worker has a deadline of its own.
			case DRAINING, EXITED -> Optional.empty();
		};
	}

	private Optional<ExitCause> judgeBoot(WorkerRecord worker, Instant now) {
		Duration limit = this.policy.bootTimeout();
		return exceeds(worker.bootingFor(now), limit) ? Optional.of(new ExitCause.BootTimeout(limit))
				: Optional.empty();
	}

	private Optional<ExitCause> judgeHeartbeat(WorkerRecord worker, Instant now) {
		Duration limit = this.policy.timeout();
		Duration silence = worker.pulse().silence(now);
		boolean hung = exceeds(silence, limit)
				&& (worker.pulse().idle() || exceeds(silence, limit.multipliedBy(WORKING_ALLOWANCE)));
		return hung ? Optional.of(new ExitCause.HeartbeatTimeout(silence)) : Optional.empty();
	}

	/**
	 * Which requests are past their timeout, the worker itself knows: a request may have
	 * been given more time. It has answered their clients already.
	 */
	private Optional<ExitCause> judgeRequest(WorkerRecord worker, Instant now) {
		Duration age = worker.pulse().oldestRequest(now);
		boolean stuck = this.policy.lostSlots().tooMany(worker.pulse().lost(), worker.pulse().slots())
				&& exceeds(age, this.policy.requestTimeout());
		return stuck ? Optional.of(new ExitCause.RequestTimeout(age)) : Optional.empty();
	}

	/**
	 * Whether a worker serves nobody any more, because all its slots are lost.
	 */
	boolean whollyStuck(WorkerRecord worker) {
		return whollyStuck(worker, worker.pulse().lost());
	}

	/**
	 * Whether a worker that has lost so many slots serves nobody any more.
	 */
	boolean whollyStuck(WorkerRecord worker, int lost) {
		return this.policy.lostSlots().all(lost, worker.pulse().slots());
	}

	private static boolean exceeds(Duration value, Duration limit) {
		return !limit.isZero() && value.compareTo(limit) > 0;
	}

}
