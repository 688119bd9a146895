package io.prefork.pool;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Several workers replaced at a time.
 */
class PoolSurgeTests {

	@Test
	void whenSurgeIsThreeThenThreeSuccessorsBootAtOnce() {
		PoolScript script = rolling(4, 3, 0);
		assertThat(PoolScript.spawns(script.on(new Event.Reload(7)))).containsExactly(5L);
		List<Action> actions = script.up(5);
		assertThat(PoolScript.spawns(actions)).containsExactly(6L, 7L, 8L);
		assertThat(PoolScript.drains(actions)).containsExactly(1L);
		script.up(6);
		script.up(7);
		assertThat(PoolScript.replies(script.up(8))).isEmpty();
		List<Action> after = script.exited(1, 0);
		assertThat(PoolScript.drains(after)).containsExactly(4L);
		assertThat(PoolScript.replies(after)).singleElement().isInstanceOf(Answer.Reloaded.class);
		assertThat(PoolScript.spawns(script.passSeconds(10))).isEmpty();
	}

	@Test
	void whenTwoMayBeMissingThenTwoLeaveBeforeTheirSuccessorsAccept() {
		PoolScript script = rolling(4, 0, 2);
		script.on(new Event.Reload(7));
		List<Action> actions = script.up(5);
		assertThat(PoolScript.drains(actions)).hasSize(2);
		assertThat(PoolScript.spawns(actions)).hasSize(1);
		assertThat(script.view().workers()).filteredOn((worker) -> worker.state() == WorkerState.ACCEPTING).hasSize(3);
	}

	@Test
	void whenTheOnlyWorkerMayBeMissingThenItIsNot() {
		PoolScript script = rolling(1, 0, 1);
		script.on(new Event.Reload(7));
		script.ready(2);
		assertThat(script.state(1)).isEqualTo(WorkerState.ACCEPTING);
		assertThat(PoolScript.drains(script.on(new Event.Accepting(script.worker(2))))).containsExactly(1L);
	}

	@Test
	void whenAPolicyReplacesNothingThenItIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> new RolloutPolicy(0, 0, Duration.ZERO, 5, false))
			.withMessageContaining("nor both 0");
		assertThatIllegalArgumentException().isThrownBy(() -> new RolloutPolicy(1, 0, Duration.ofSeconds(-1), 5, false))
			.withMessageContaining("canaryWindow");
		assertThatIllegalArgumentException().isThrownBy(() -> new RolloutPolicy(1, 0, Duration.ZERO, 101, false))
			.withMessageContaining("101");
	}

	private static PoolScript rolling(int workers, int surge, int unavailable) {
		return PoolScript
			.running(PoolScript.policy(workers, new RolloutPolicy(surge, unavailable, Duration.ZERO, 5, false)));
	}

}
