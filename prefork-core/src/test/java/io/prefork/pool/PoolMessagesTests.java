package io.prefork.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Messages that are late, doubled, out of order, or of workers that nobody knows.
 */
class PoolMessagesTests {

	private static final WorkerId STRANGER = new WorkerId(0, 99);

	static List<Event> ofStrangers() {
		return List.of(new Event.Spawned(STRANGER, 5), new Event.SpawnFailed(STRANGER, "x"),
				new Event.Connected(STRANGER), new Event.Ready(STRANGER), new Event.Health(STRANGER, "x"),
				new Event.Accepting(STRANGER), new Event.Deadlocked(STRANGER, 2, 1, "x"),
				new Event.Leaving(STRANGER, "x"), new Event.ShuttingDown(STRANGER), new Event.BootFailed(STRANGER, "x"),
				new Event.Exited(STRANGER, OptionalInt.of(1), "", ""), new Event.EvidenceTaken(STRANGER, "x"),
				new Event.Measured(Map.of(STRANGER, 1L)),
				new Event.Tick(Map.of(STRANGER, new Vitals(Instant.EPOCH, Duration.ZERO, 0, Optional.empty(), 0, 0))));
	}

	@ParameterizedTest
	@MethodSource("ofStrangers")
	void whenWorkerIsUnknownThenItsMessagesAreIgnored(Event event) {
		PoolScript script = PoolScript.running(1);
		PoolView before = script.view();
		assertThat(script.on(event)).isEmpty();
		assertThat(script.view()).isEqualTo(before);
	}

	@Test
	void whenAllMessagesOfWorkersAreListedThenNoneIsMissing() {
		assertThat(ofStrangers().stream().filter(Event.OfWorker.class::isInstance).map(Object::getClass).toList())
			.containsExactlyInAnyOrder(Event.OfWorker.class.getPermittedSubclasses());
	}

	@Test
	void whenMessagesAreDoubledOrLateThenTheyAreIgnored() {
		PoolScript script = PoolScript.running(1);
		WorkerId worker = script.worker(1);
		assertThat(script.on(new Event.Spawned(worker, 7))).isEmpty();
		assertThat(script.on(new Event.Connected(worker))).isEmpty();
		assertThat(script.on(new Event.Ready(worker))).isEmpty();
		assertThat(script.on(new Event.Accepting(worker))).isEmpty();
		assertThat(script.on(new Event.BootFailed(worker, "x"))).isEmpty();
		assertThat(script.on(new Event.EvidenceTaken(worker, "x"))).isEmpty();
		assertThat(script.view().workers()).singleElement().extracting(PoolView.WorkerView::pid).isEqualTo(101);
	}

	@Test
	void whenMessagesComeOutOfOrderThenTheFurthestCounts() {
		PoolScript script = PoolScript.of(PoolScript.policy(1));
		script.on(new Event.Start());
		WorkerId worker = script.worker(1);
		script.on(new Event.Accepting(worker));
		script.on(new Event.Ready(worker));
		script.on(new Event.Connected(worker));
		script.on(new Event.Spawned(worker, 101));
		assertThat(script.state(1)).isEqualTo(WorkerState.ACCEPTING);
		assertThat(script.view().state()).isEqualTo(PoolView.State.RUNNING);
	}

	@Test
	void whenWorkerTurnsReadyAfterItWasToldToLeaveThenItsGateStaysClosed() {
		PoolScript script = PoolScript.running(1);
		script.on(new Event.ScaleTo(0, 2));
		script.spawned(2);
		script.on(new Event.ScaleTo(0, 1));
		assertThat(script.on(new Event.Ready(script.worker(2)))).isEmpty();
		assertThat(script.on(new Event.Accepting(script.worker(2)))).isEmpty();
	}

	@Test
	void whenTimeRunsBackwardsThenItStandsStill() {
		Pool pool = new Pool(PoolScript.policy(1), new SplittableRandom(1));
		pool.on(new Event.Start(), Instant.EPOCH.plusSeconds(10));
		pool.on(new Event.ScaleTo(0, 2), Instant.EPOCH);
		assertThat(pool.view().workers()).extracting(PoolView.WorkerView::spawned)
			.containsOnly(Instant.EPOCH.plusSeconds(10));
	}

	@Test
	void whenTheSameIsToldTwiceThenTheSameIsDone() {
		assertThat(story()).isEqualTo(story());
	}

	private List<Action> story() {
		PoolScript script = PoolScript.running(3);
		script.on(new Event.Reload(1));
		script.up(4);
		script.exited(2, 1);
		List<Action> actions = script.passSeconds(40);
		actions.addAll(script.on(new Event.Stop(false)));
		return actions;
	}

}
