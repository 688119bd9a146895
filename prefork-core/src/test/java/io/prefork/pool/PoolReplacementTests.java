package io.prefork.pool;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Replacement on request and recycling.
 */
class PoolReplacementTests {

	private static PoolPolicy recycling(int workers, long maxRequests, long jitter) {
		return new PoolPolicy(workers, 64, 64, Duration.ofSeconds(60), Duration.ofSeconds(30), Duration.ZERO,
				Duration.ofSeconds(20), maxRequests, jitter, PoolPolicy.Backoff.DEFAULT, PoolScript.PLAIN);
	}

	@Test
	void whenReplacedThenTheSuccessorAcceptsFirst() {
		PoolScript script = PoolScript.running(2);
		List<Action> actions = script.on(new Event.Replace(7, script.worker(2)));
		assertThat(PoolScript.replies(actions)).containsExactly(new Answer.Replacing(script.worker(2)));
		assertThat(actions).contains(new Action.Spawn(script.worker(3), 1));
		assertThat(PoolScript.drains(actions)).isEmpty();
		assertThat(PoolScript.drains(script.up(3))).containsExactly(2L);
		script.exited(2, 0);
		assertThat(script.lastObituary().cause()).isEqualTo(new ExitCause.Voluntary("replaced"));
		assertThat(script.passSeconds(10)).isEmpty();
	}

	@Test
	void whenReplacedWorkerIsUnknownOrLeavingThenThatIsRefused() {
		PoolScript script = PoolScript.running(2);
		assertThat(PoolScript.replies(script.on(new Event.Replace(7, new WorkerId(0, 99)))))
			.containsExactly(new Answer.Refused(true, "there is no worker 0 (#99)"));
		script.on(new Event.ScaleTo(0, 1));
		assertThat(PoolScript.replies(script.on(new Event.Replace(7, script.worker(1)))))
			.containsExactly(new Answer.Refused(false, "worker 0 (pid 101) is leaving already"));
	}

	@Test
	void whenReplacedTwiceThenThereIsOneSuccessor() {
		PoolScript script = PoolScript.running(2);
		script.on(new Event.Replace(7, script.worker(2)));
		List<Action> actions = script.on(new Event.Replace(8, script.worker(2)));
		assertThat(PoolScript.replies(actions)).containsExactly(new Answer.Replacing(script.worker(2)));
		assertThat(PoolScript.spawns(actions)).isEmpty();
	}

	@Test
	void whenSuccessorCannotBootThenTheWorkerStays() {
		PoolScript script = PoolScript.running(1);
		script.on(new Event.Replace(7, script.worker(1)));
		script.spawned(2);
		script.exited(2, 1);
		assertThat(PoolScript.drains(script.passSeconds(1))).isEmpty();
		assertThat(script.state(1)).isEqualTo(WorkerState.ACCEPTING);
		assertThat(PoolScript.drains(script.up(3))).containsExactly(1L);
	}

	@Test
	void whenReplacedWorkerIsStillBootingThenItIsEndedAtOnce() {
		PoolScript script = PoolScript.running(1);
		script.on(new Event.ScaleTo(0, 2));
		script.spawned(2);
		List<Action> actions = script.on(new Event.Replace(7, script.worker(2)));
		assertThat(PoolScript.signals(actions)).containsExactly("TERM #2");
		assertThat(PoolScript.spawns(actions)).containsExactly(3L);
	}

	@Test
	void whenWorkerHasAnsweredEnoughThenItIsRecycled() {
		PoolScript script = PoolScript.running(recycling(2, 1000, 0));
		script.load(1, 0, 999);
		assertThat(script.passSeconds(1)).isEmpty();
		script.load(1, 0, 1000);
		assertThat(PoolScript.spawns(script.passSeconds(1))).containsExactly(3L);
		assertThat(PoolScript.drains(script.up(3))).containsExactly(1L);
		script.exited(1, 0);
		assertThat(script.lastObituary().cause()).isEqualTo(new ExitCause.Recycled("max-requests 1000"));
		assertThat(script.view().exits()).containsEntry(ExitCause.Category.RECYCLED, 1L);
	}

	@Test
	void whenAllHaveAnsweredEnoughThenATenthIsRecycledAtOnce() {
		PoolScript script = PoolScript.running(recycling(11, 1000, 0));
		LongStream.rangeClosed(1, 11).forEach((serial) -> script.load(serial, 0, 2000));
		assertThat(PoolScript.spawns(script.passSeconds(5))).containsExactly(12L, 13L);
		script.up(12);
		script.up(13);
		assertThat(PoolScript.spawns(script.passSeconds(5))).isEmpty();
		script.exited(1, 0);
		assertThat(PoolScript.spawns(script.passSeconds(5))).containsExactly(14L);
	}

	@Test
	void whenThereIsJitterThenItIsDrawnForEachWorkerWithinItsBound() {
		PoolScript script = PoolScript.running(recycling(60, 100, 50));
		LongStream.rangeClosed(1, 60).forEach((serial) -> script.load(serial, 0, 99));
		assertThat(PoolScript.spawns(script.passSeconds(1))).isEmpty();
		LongStream.rangeClosed(1, 60).forEach((serial) -> script.load(serial, 0, 105));
		int early = PoolScript.spawns(script.passSeconds(1)).size();
		assertThat(early).isBetween(1, 6);
		PoolScript single = PoolScript.running(recycling(1, 100, 50));
		single.load(1, 0, 150);
		assertThat(PoolScript.spawns(single.passSeconds(1))).hasSize(1);
	}

	@Test
	void whenReloadIsUnderWayThenNobodyIsRecycled() {
		PoolScript script = PoolScript.running(recycling(2, 1000, 0));
		script.on(new Event.Reload(7));
		script.load(1, 0, 2000);
		assertThat(script.passSeconds(5)).isEmpty();
	}

}
