package io.prefork.pool;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Replacement on request.
 */
class PoolReplacementTests {

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

}
