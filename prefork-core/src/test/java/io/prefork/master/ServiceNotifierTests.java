package io.prefork.master;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.prefork.os.NotifySocket;
import io.prefork.pool.Event;
import io.prefork.pool.PoolView;
import io.prefork.pool.PoolView.State;
import io.prefork.pool.ScaleView;
import io.prefork.pool.Vitals;
import io.prefork.pool.WorkerId;
import io.prefork.pool.WorkerState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import static org.assertj.core.api.Assertions.assertThat;

class ServiceNotifierTests {

	private static final int TARGET = 4;

	private static final Event IDLE = new Event.Tick(Map.of());

	private final RecordingSocket socket = new RecordingSocket();

	private ServiceNotifier notifier = new ServiceNotifier(this.socket, Optional.empty());

	private Instant now = Instant.ofEpochSecond(1000);

	@Test
	void whenPoolLivesItsLifeThenEachPhaseIsToldOnce() {
		see(State.STARTING, 0);
		see(State.SCALING, 1);
		see(State.SCALING, 3);
		assertThat(phases()).isEmpty();
		see(State.RUNNING, 4);
		see(State.RUNNING, 4);
		see(new Event.Reload(0), State.RELOADING, 4);
		see(State.RELOADING, 5);
		see(State.RUNNING, 4);
		see(State.SCALING, 3);
		see(State.RUNNING, 4);
		see(State.STOPPING, 4);
		see(State.STOPPING, 1);
		assertThat(phases()).containsExactly("READY=1", "RELOADING=1", "READY=1", "STOPPING=1");
	}

	@Test
	void whenReadyThenTheMainProcessIsNamed() {
		see(State.RUNNING, 4);
		assertThat(this.socket.lines).contains("MAINPID=" + ProcessHandle.current().pid());
	}

	@Test
	void whenReloadingThenTheTimeIsThatOfTheMonotonicClock() {
		see(State.RUNNING, 4);
		see(new Event.Reload(0), State.RELOADING, 4);
		assertThat(this.socket.messages).last().isEqualTo("RELOADING=1\nMONOTONIC_USEC=1000200000");
	}

	@Test
	void whenOthersCannotBeHadThenOneWorkerIsEnough() {
		see(State.DEGRADED, 0);
		assertThat(phases()).isEmpty();
		see(State.DEGRADED, 1);
		assertThat(phases()).containsExactly("READY=1");
	}

	@Test
	void whenWorkersAreDismissedWhileTheyBootThenNobodyIsWaitedFor() {
		see(State.SCALING, 1);
		see(State.DISMISSED, 0);
		assertThat(phases()).containsExactly("READY=1");
	}

	@Test
	void whenReloadBeginsBeforeTheFirstWorkersAreUpThenReadinessComesFirst() {
		see(new Event.Reload(0), State.STARTING, 0);
		see(State.RELOADING, 1);
		see(State.RELOADING, 1);
		see(State.RUNNING, 4);
		assertThat(phases()).containsExactly("READY=1", "RELOADING=1", "READY=1");
	}

	@Test
	void whenReloadIsAskedForDuringAnotherThenItIsAnnouncedAndTheEndIsThatOfTheLast() {
		see(State.RUNNING, 4);
		see(State.RELOADING, 4);
		see(new Event.Reload(0), State.RELOADING, 4);
		see(State.RELOADING, 4);
		see(State.RUNNING, 4);
		assertThat(phases()).containsExactly("READY=1", "RELOADING=1", "RELOADING=1", "READY=1");
	}

	@Test
	void whenReloadIsOverAtOnceThenItIsToldAllTheSame() {
		see(State.RUNNING, 4);
		see(new Event.Reload(0), State.RUNNING, 4);
		see(State.RUNNING, 4);
		assertThat(phases()).containsExactly("READY=1", "RELOADING=1", "READY=1");
	}

	@Test
	void whenFirstWorkersCannotBootThenTheEndIsToldWithoutReadiness() {
		see(State.STARTING, 0);
		see(State.STOPPING, 0);
		assertThat(phases()).containsExactly("STOPPING=1");
	}

	@Test
	void whenMasterBecomesAnotherProgramThenThatLooksLikeAReload() {
		this.notifier.replacing(Duration.ofSeconds(60), this.now);
		assertThat(phases()).isEmpty();
		see(State.RUNNING, 4);
		this.notifier.replacing(Duration.ofSeconds(60), this.now);
		assertThat(phases()).containsExactly("READY=1", "RELOADING=1");
		see(State.RUNNING, 4);
		assertThat(phases()).endsWith("READY=1");
	}

	@Test
	void whenMasterBecomesAnotherProgramThenTheWatchdogIsGivenTimeForThatAndNoLonger() {
		this.notifier = new ServiceNotifier(this.socket, Optional.of(Duration.ofSeconds(1)));
		see(State.RUNNING, 4);
		assertThat(lines("WATCHDOG_USEC=")).isEmpty();
		this.notifier.replacing(Duration.ofSeconds(60), this.now);
		assertThat(this.socket.messages).last().isEqualTo("WATCHDOG_USEC=60000000\nWATCHDOG=1");
		see(State.RUNNING, 4);
		assertThat(lines("WATCHDOG")).last().isEqualTo("WATCHDOG=1");
		ServiceNotifier next = new ServiceNotifier(this.socket, Optional.of(Duration.ofSeconds(1)));
		next.replaced();
		this.notifier = next;
		this.socket.broken = true;
		see(State.RUNNING, 4);
		this.socket.broken = false;
		for (int i = 0; i < 20; i++) {
			see(State.RUNNING, 4);
		}
		assertThat(lines("WATCHDOG_USEC=")).containsExactly("WATCHDOG_USEC=60000000", "WATCHDOG_USEC=2000000",
				"WATCHDOG_USEC=2000000");
		next.replacing(Duration.ofSeconds(1), this.now);
		assertThat(lines("WATCHDOG_USEC=")).last().isEqualTo("WATCHDOG_USEC=2000000");
	}

	@Test
	void whenItCannotBeToldThenItIsToldLater() {
		this.socket.broken = true;
		see(State.RUNNING, 4);
		see(new Event.Reload(0), State.RUNNING, 4);
		assertThat(phases()).isEmpty();
		this.socket.broken = false;
		see(State.RUNNING, 4);
		see(State.RUNNING, 4);
		see(State.RUNNING, 4);
		assertThat(phases()).containsExactly("READY=1", "RELOADING=1", "READY=1");
	}

	@Test
	void whenStatusChangesThenItIsToldAtMostOnceASecond() {
		see(tick(2, 1), State.RUNNING, 4);
		for (int busy = 3; busy < 8; busy++) {
			see(tick(busy), State.RUNNING, 4);
		}
		for (int i = 0; i < 20; i++) {
			see(tick(7), State.RUNNING, 4);
		}
		assertThat(lines("STATUS=")).containsExactly(
				"STATUS=4 of 4 workers accepting, generation 2, 3 requests running",
				"STATUS=4 of 4 workers accepting, generation 2, 7 requests running");
	}

	@Test
	void whenPoolIsNotAsItShouldBeThenStatusBeginsWithItsState() {
		see(tick(1), State.DEGRADED, 3);
		assertThat(lines("STATUS="))
			.containsExactly("STATUS=degraded: 3 of 4 workers accepting, generation 2, 1 request running");
	}

	@Test
	void whenWatchdogWaitsThenItIsFedAtHalfOfItsTimeInEveryPhase() {
		this.notifier = new ServiceNotifier(this.socket, Optional.of(Duration.ofSeconds(1)));
		for (State state : List.of(State.STARTING, State.RUNNING, State.RELOADING, State.DEGRADED, State.STOPPING)) {
			this.socket.clear();
			for (int i = 0; i < 50; i++) {
				see(state, 0);
			}
			assertThat(lines("WATCHDOG=")).as(state.name()).hasSize(10);
		}
	}

	@Test
	void whenLoopStandsStillThenTheWatchdogIsNotFed() {
		this.notifier = new ServiceNotifier(this.socket, Optional.of(Duration.ofSeconds(1)));
		see(new Event.Start(), State.STARTING, 0);
		see(new Event.Reload(0), State.STARTING, 0);
		assertThat(lines("WATCHDOG=")).isEmpty();
	}

	@Test
	void whenNobodyAsksForAWatchdogThenItIsNotFed() {
		see(State.RUNNING, 4);
		assertThat(lines("WATCHDOG=")).isEmpty();
	}

	@Test
	void whenWatchdogIsSetForThisProcessThenItsTimeIsHalved() {
		assertThat(ServiceNotifier.watchdog(Map.of("WATCHDOG_USEC", "30000000"), 7)).contains(Duration.ofSeconds(15));
		assertThat(ServiceNotifier.watchdog(Map.of("WATCHDOG_USEC", "2000", "WATCHDOG_PID", "7"), 7))
			.contains(Duration.ofMillis(1));
		assertThat(ServiceNotifier.watchdog(Map.of("WATCHDOG_USEC", "2000", "WATCHDOG_PID", "8"), 7)).isEmpty();
		for (String wrong : List.of("", "0", "-1", "soon", "99999999999999999999")) {
			assertThat(ServiceNotifier.watchdog(Map.of("WATCHDOG_USEC", wrong), 7)).as(wrong).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource(value = State.class, names = { "STARTING", "SCALING", "RELOADING", "STOPPING" })
	void whenAPhaseTakesLongThenSystemdIsAskedForTime(State state) {
		if (state != State.STARTING && state != State.SCALING) {
			see(State.RUNNING, 4);
		}
		for (int i = 0; i < 100; i++) {
			see(state, 1);
		}
		assertThat(lines("EXTEND_TIMEOUT_USEC=")).hasSize(4).containsOnly("EXTEND_TIMEOUT_USEC=15000000");
	}

	@ParameterizedTest
	@EnumSource(value = State.class, names = { "STARTING", "RELOADING", "STOPPING" }, mode = Mode.EXCLUDE)
	void whenReadyThenNoTimeIsAskedFor(State state) {
		see(State.RUNNING, 4);
		for (int i = 0; i < 100; i++) {
			see(state, 1);
		}
		assertThat(lines("EXTEND_TIMEOUT_USEC=")).isEmpty();
	}

	@Test
	void whenNobodyWantsToBeToldThenThereIsNoNotifier() {
		try (FakeOperatingSystem os = new FakeOperatingSystem()) {
			assertThat(ServiceNotifier.of(Map.of(), os)).isEmpty();
			assertThat(ServiceNotifier.of(Map.of("NOTIFY_SOCKET", ""), os)).isEmpty();
		}
	}

	@Test
	void whenSocketCannotBeUsedThenThereIsNoNotifier() {
		try (FakeOperatingSystem os = new FakeOperatingSystem() {

			@Override
			public NotifySocket notifySocket(String address) throws IOException {
				throw new IOException("it is neither");
			}

		}) {
			assertThat(ServiceNotifier.of(Map.of("NOTIFY_SOCKET", "vsock:2:1"), os)).isEmpty();
		}
	}

	@Test
	void whenClosedThenSocketIsClosedAndNothingIsTold() {
		this.notifier.close();
		see(State.RUNNING, 4);
		assertThat(this.socket.closed).isTrue();
		assertThat(this.socket.messages).isEmpty();
	}

	private void see(State state, int accepting) {
		see(IDLE, state, accepting);
	}

	/**
	 * Something happens, a tick after what was before.
	 */
	private void see(Event event, State state, int accepting) {
		List<PoolView.WorkerView> workers = IntStream.range(0, TARGET)
			.mapToObj((slot) -> new PoolView.WorkerView(new WorkerId(slot, slot + 1), 100 + slot, 2,
					(slot < accepting) ? WorkerState.ACCEPTING : WorkerState.BOOTING, this.now))
			.toList();
		this.notifier.observe(event, new PoolView(state, TARGET, 2, workers, 4, Map.of(), List.of(), Optional.empty(),
				Map.of(), new ScaleView("static", 1, 4, 0, "", Map.of()), ""), this.now);
		this.now = this.now.plusMillis(200);
	}

	private static Event tick(int... busy) {
		Map<WorkerId, Vitals> vitals = new HashMap<>();
		for (int slot = 0; slot < busy.length; slot++) {
			vitals.put(new WorkerId(slot, slot + 1),
					new Vitals(Instant.EPOCH, Duration.ZERO, busy[slot], Optional.empty(), 0, 0));
		}
		return new Event.Tick(vitals);
	}

	private List<String> phases() {
		return this.socket.lines.stream()
			.filter((line) -> Stream.of("READY=1", "RELOADING=1", "STOPPING=1").anyMatch(line::equals))
			.toList();
	}

	private List<String> lines(String prefix) {
		return this.socket.lines.stream().filter((line) -> line.startsWith(prefix)).toList();
	}

	private static final class RecordingSocket implements NotifySocket {

		final List<String> messages = new ArrayList<>();

		final List<String> lines = new ArrayList<>();

		boolean broken;

		boolean closed;

		@Override
		public void send(String message) throws IOException {
			if (this.broken) {
				throw new IOException("Connection refused");
			}
			this.messages.add(message);
			message.lines().forEach(this.lines::add);
		}

		@Override
		public void close() {
			this.closed = true;
		}

		void clear() {
			this.messages.clear();
			this.lines.clear();
		}

	}

}
