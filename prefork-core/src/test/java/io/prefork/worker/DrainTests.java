package io.prefork.worker;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Drain}.
 */
class DrainTests {

	private static final Duration QUIET = Duration.ofMillis(250);

	private static final Duration SOON = Duration.ofSeconds(30);

	private final RequestTracker requests = new RequestTracker();

	private final StubServer first = new StubServer();

	private final StubServer second = new StubServer();

	@Test
	void whenNothingIsLeftThenCompletesAtOnce() {
		AcceptGate gate = new AcceptGate(settings(Duration.ofMinutes(1)));
		gate.open();
		Drain.Result result = drain(gate, Duration.ofMinutes(1)).graceful().join();
		assertThat(result.isComplete()).isTrue();
		assertThat(gate.isOpen()).isFalse();
		assertThat(this.first.calls).containsExactly("stopAccepting", "announceClose");
		assertThat(this.second.calls).containsExactly("stopAccepting", "announceClose");
	}

	@Test
	void whenConnectionsAreLeftThenClosesIdleOnesUntilTheyAreGone() {
		this.first.connections.set(2);
		CompletableFuture<Drain.Result> result = drain(Duration.ofMinutes(1)).graceful();
		await().until(() -> this.first.calls.contains("closeIdle PT0.25S"));
		this.first.connections.set(1);
		assertThat(result).isNotDone();
		this.first.connections.set(0);
		assertThat(result).succeedsWithin(SOON).matches(Drain.Result::isComplete);
		assertThat(this.first.calls).startsWith("stopAccepting", "announceClose", "closeIdle PT0.25S");
	}

	@Test
	void whenRequestRunsWithoutAConnectionThenWaitsForIt() {
		RequestTracker.Tracked tracked = this.requests.begin("GET", "/");
		CompletableFuture<Drain.Result> result = drain(Duration.ofMinutes(1)).graceful();
		await().until(() -> this.second.calls.contains("closeIdle PT0.25S"));
		assertThat(result).isNotDone();
		tracked.end(200);
		assertThat(result).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	@Test
	void whenGracefulTimeoutIsOverThenTellsWhatIsLeft() {
		this.first.connections.set(2);
		this.second.connections.set(1);
		this.requests.begin("GET", "/");
		Drain.Result result = drain(Duration.ofMillis(100)).graceful().join();
		assertThat(result.isComplete()).isFalse();
		assertThat(result.connections()).isEqualTo(3);
		assertThat(result.busy()).isEqualTo(1);
		assertThat(result.took()).isBetween(Duration.ofMillis(100), SOON);
	}

	@Test
	void whenQuickThenWaitsForNothing() {
		this.first.connections.set(1);
		Drain.Result result = drain(Duration.ofMinutes(1)).quick();
		assertThat(result.isComplete()).isFalse();
		assertThat(this.first.calls).containsExactly("stopAccepting", "announceClose");
	}

	@Test
	void whenServerFailsThenTheOthersLeaveAndWhatIsInFlightIsWaitedFor() {
		ServerAdapter broken = new BrokenServer();
		RequestTracker.Tracked tracked = this.requests.begin("GET", "/");
		WorkerSettings settings = settings(Duration.ofMinutes(1));
		CompletableFuture<Drain.Result> result = new Drain(new AcceptGate(settings), this.requests,
				List.of(broken, this.first), settings)
			.graceful();
		await().until(() -> this.first.calls.contains("closeIdle PT0.25S"));
		assertThat(this.first.calls).startsWith("stopAccepting", "announceClose");
		assertThat(result).isNotDone();
		tracked.end(200);
		assertThat(result).succeedsWithin(SOON).matches(Drain.Result::isComplete);
	}

	private Drain drain(Duration gracefulTimeout) {
		return drain(new AcceptGate(settings(gracefulTimeout)), gracefulTimeout);
	}

	private Drain drain(AcceptGate gate, Duration gracefulTimeout) {
		return new Drain(gate, this.requests, List.of(this.first, this.second), settings(gracefulTimeout));
	}

	private WorkerSettings settings(Duration gracefulTimeout) {
		return new WorkerSettings(WorkerType.GTHREAD, 2, 0, 100, Optional.empty(), QUIET, gracefulTimeout);
	}

	private static class StubServer implements ServerAdapter {

		final List<String> calls = new CopyOnWriteArrayList<>();

		final AtomicInteger connections = new AtomicInteger();

		@Override
		public void stopAccepting() {
			this.calls.add("stopAccepting");
		}

		@Override
		public void announceClose() {
			this.calls.add("announceClose");
		}

		@Override
		public int connections() {
			return this.connections.get();
		}

		@Override
		public void closeIdle(Duration quiet) {
			this.calls.add("closeIdle " + quiet);
		}

	}

	private static final class BrokenServer extends StubServer {

		@Override
		public void stopAccepting() {
			throw new IllegalStateException("broken for a test");
		}

		@Override
		public void announceClose() {
			throw new IllegalStateException("broken for a test");
		}

		@Override
		public void closeIdle(Duration quiet) {
			throw new InternalError("thrown for a test");
		}

	}

}
