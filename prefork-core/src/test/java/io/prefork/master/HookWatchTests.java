package io.prefork.master;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;

import io.prefork.pool.Action;
import io.prefork.pool.Event;
import io.prefork.pool.Pool;
import io.prefork.pool.PoolPolicy;
import io.prefork.pool.RolloutPolicy;
import io.prefork.pool.Vitals;
import io.prefork.pool.WorkerId;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * With a real pool of one worker, whose processes the test plays.
 */
class HookWatchTests {

	private final Pool pool = new Pool(new PoolPolicy(1, 4, 4, Duration.ofSeconds(60), Duration.ofSeconds(30),
			Duration.ZERO, Duration.ofSeconds(5), 0, 0, PoolPolicy.Backoff.DEFAULT,
			new RolloutPolicy(1, 0, Duration.ZERO, 5, false)), new SplittableRandom(1));

	private final HookWatch watch = new HookWatch();

	private final List<String> hooks = new ArrayList<>();

	private Instant now = Instant.EPOCH;

	@Test
	void whenFirstWorkerBootsThenNumberComesFirstAndReadinessWhenItAccepts() {
		on(new Event.Start());
		boot(0, 1);
		on(new Event.Tick(Map.of()));
		assertThat(take()).containsExactly("nworkers-changed", "post-fork", "when-ready");
	}

	@Test
	void whenTheMasterWasUpgradedThenNothingIsToldTwice() {
		this.watch.resume(1, true);
		up();
		on(new Event.Tick(Map.of()));
		assertThat(take()).isEmpty();
		assertThat(this.watch.readyTold()).isTrue();
		assertThat(on(new Event.ScaleTo(0, 2))).containsExactly(new Hook.NworkersChanged(OptionalInt.of(1), 2));
	}

	@Test
	void whenNumberChangesThenOldAndNewAreTold() {
		up();
		List<Hook> due = on(new Event.ScaleTo(0, 2));
		assertThat(due).containsExactly(new Hook.NworkersChanged(OptionalInt.of(1), 2));
		on(new Event.ScaleTo(0, 2));
		boot(1, 2);
		assertThat(take()).containsExactly("nworkers-changed", "post-fork");
	}

	@Test
	void whenReloadSucceedsThenItIsToldWhenItsCodeIsReadyAndBeforeItsWorkers() {
		up();
		on(new Event.Reload(0));
		assertThat(take()).isEmpty();
		assertThat(on(new Event.Prepared(2))).containsExactly(new Hook.OnReload(2, false));
		boot(1, 2);
		exit(0, 1);
		assertThat(take()).containsExactly("on-reload", "post-fork", "child-exit");
	}

	@Test
	void whenCodeOfAReloadCannotBeHadThenNothingIsTold() {
		up();
		on(new Event.Reload(0));
		on(new Event.PrepareFailed(2, "the jar is broken"));
		assertThat(take()).isEmpty();
	}

	@Test
	void whenRollbackThenThatIsTold() {
		up();
		on(new Event.Rollback(0));
		assertThat(on(new Event.Prepared(2))).containsExactly(new Hook.OnReload(2, true));
	}

	@Test
	void whenWorkerIsKilledThenItsExitIsToldAndThenItsSuccessor() {
		up();
		on(new Event.Exited(new WorkerId(0, 1), OptionalInt.empty(), "SIGKILL", ""));
		this.now = this.now.plusSeconds(1);
		on(new Event.Tick(Map.of()));
		boot(0, 2);
		assertThat(take()).containsExactly("child-exit", "post-fork");
	}

	@Test
	void whenWorkerHangsThenItIsToldBeforeItIsKilled() {
		up();
		List<Hook> due = new ArrayList<>();
		Vitals silent = new Vitals(this.now, Duration.ZERO, 0, Optional.empty(), 0, 0);
		for (int quarter = 0; quarter < 125; quarter++) {
			due.addAll(on(new Event.Tick(Map.of(new WorkerId(0, 1), silent))));
			this.now = this.now.plusMillis(250);
		}
		assertThat(due).singleElement().isInstanceOfSatisfying(Hook.WorkerAbort.class, (abort) -> {
			assertThat(abort.pid()).isEqualTo(1001);
			assertThat(abort.generation()).isEqualTo(1);
			assertThat(abort.reason()).contains("heartbeat");
		});
	}

	@Test
	void whenWorkerCannotBeStartedThenNoExitIsTold() {
		up();
		on(new Event.ScaleTo(0, 2));
		take();
		on(new Event.SpawnFailed(new WorkerId(1, 2), "no memory"));
		assertThat(take()).isEmpty();
	}

	private void up() {
		on(new Event.Start());
		boot(0, 1);
		take();
	}

	private void boot(int slot, long serial) {
		WorkerId worker = new WorkerId(slot, serial);
		on(new Event.Spawned(worker, 1000 + (int) serial));
		on(new Event.Connected(worker));
		on(new Event.Ready(worker));
		on(new Event.Accepting(worker));
	}

	private void exit(int slot, long serial) {
		on(new Event.Exited(new WorkerId(slot, serial), OptionalInt.of(0), "", ""));
	}

	private List<Hook> on(Event event) {
		List<Action> actions = this.pool.on(event, this.now);
		List<Hook> due = this.watch.observe(event, actions, this.pool.view());
		due.forEach((hook) -> this.hooks.add(hook.name().label()));
		return due;
	}

	private List<String> take() {
		List<String> taken = List.copyOf(this.hooks);
		this.hooks.clear();
		return taken;
	}

}
