package io.prefork.worker;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

import io.prefork.scoreboard.OldestRequest;
import io.prefork.scoreboard.Scoreboard;
import io.prefork.scoreboard.SlotReading;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class HeartbeatTests {

	@TempDir
	private Path directory;

	private final RequestTracker requests = new RequestTracker();

	private final AcceptGate gate = new AcceptGate(4, true, Duration.ofSeconds(60));

	private Scoreboard scoreboard;

	private WorkerSpec spec;

	@BeforeEach
	void prepare() throws IOException {
		this.spec = new WorkerSpec(1, 7, 1, this.directory, List.of());
		this.scoreboard = Scoreboard.create(this.directory.resolve(Scoreboard.FILE), 3);
	}

	@Test
	void whenItBeatsThenTheMasterReadsWhatTheWorkerDoes() {
		Heartbeat heartbeat = heartbeat(List.of());
		assertThat(this.scoreboard.read(1, 7)).isEmpty();
		heartbeat.start();
		try {
			await().untilAsserted(() -> assertThat(this.scoreboard.read(1, 7)).isPresent());
			assertThat(reading().oldestRequest()).isZero();
			assertThat(reading().free()).as("free while the gate is closed").isFalse();
			this.gate.open();
			await().until(() -> reading().free());
			assertThat(reading().heapUsed()).isPositive().isLessThanOrEqualTo(reading().heapMax());
			long first = reading().heartbeat();
			this.gate.accepted();
			RequestTracker.Tracked request = this.requests.begin("GET", "/slow");
			this.requests.begin("GET", "/broken").end(500);
			await().untilAsserted(() -> assertThat(reading().busy()).isEqualTo(1));
			assertThat(reading().heartbeat()).isGreaterThan(first);
			await().untilAsserted(() -> assertThat(this.scoreboard.oldestRequests(1, 7))
				.containsExactly(new OldestRequest(reading().oldestRequest(), "GET /slow")));
			assertThat(reading().oldestRequest()).isNotZero().isLessThanOrEqualTo(System.nanoTime());
			request.end(200);
		}
		finally {
			heartbeat.stop();
		}
		SlotReading last = reading();
		assertThat(last.busy()).isZero();
		assertThat(last.requests()).isEqualTo(2);
		assertThat(last.errors()).isEqualTo(1);
		assertThat(last.accepted()).isEqualTo(1);
		assertThat(this.scoreboard.read(0, 7)).isEmpty();
		assertThat(this.scoreboard.read(2, 7)).isEmpty();
	}

	@Test
	void whenASlotIsFreeNowAndThenThenSiblingsAreNotToldSo() {
		Heartbeat heartbeat = heartbeat(List.of());
		this.gate.open();
		for (int beat = 1; beat < Heartbeat.STEADY; beat++) {
			heartbeat.beat();
			assertThat(reading().free()).as("free after %d beats", beat).isFalse();
		}
		heartbeat.beat();
		assertThat(reading().free()).isTrue();
		List<AcceptGate.Claim> all = Stream.generate(this.gate::accepted).limit(4).toList();
		heartbeat.beat();
		assertThat(reading().free()).isFalse();
		all.forEach(AcceptGate.Claim::close);
		heartbeat.beat();
		assertThat(reading().free()).isFalse();
	}

	@Test
	void whenItIsStoppedWithoutHavingStartedThenItHasBeatenOnce() {
		heartbeat(List.of()).stop();
		assertThat(this.scoreboard.read(1, 7)).isPresent();
	}

	@Test
	void whenAServerStandsStillThenTheHeartbeatDoesToo() {
		AtomicLong aliveAt = new AtomicLong(System.nanoTime());
		ServerAdapter standing = new StubServer(aliveAt::get);
		ServerAdapter lively = new StubServer(System::nanoTime);
		heartbeat(List.of(lively, standing)).stop();
		assertThat(reading().heartbeat()).isEqualTo(aliveAt.get());
		aliveAt.incrementAndGet();
		heartbeat(List.of(standing, lively)).stop();
		assertThat(reading().heartbeat()).isEqualTo(aliveAt.get());
		heartbeat(List.of(lively)).stop();
		assertThat(reading().heartbeat()).isGreaterThan(aliveAt.get());
	}

	@Test
	void whenABeatFailsThenTheNextIsWrittenAllTheSame() {
		AtomicInteger beats = new AtomicInteger();
		Heartbeat heartbeat = heartbeat(List.of(new StubServer(() -> {
			if (beats.incrementAndGet() < 3) {
				throw new InternalError("thrown for a test");
			}
			return System.nanoTime();
		})));
		heartbeat.start();
		try {
			await().untilAsserted(() -> assertThat(this.scoreboard.read(1, 7)).isPresent());
		}
		finally {
			heartbeat.stop();
		}
	}

	private Heartbeat heartbeat(List<ServerAdapter> servers) {
		return new Heartbeat(this.scoreboard, this.spec, this.requests, this.gate, new SlowClients(ClientLimits.NONE),
				servers);
	}

	/**
	 * There is none while one is being written.
	 */
	private SlotReading reading() {
		return await().until(() -> this.scoreboard.read(1, 7), Optional::isPresent).orElseThrow();
	}

	private record StubServer(LongSupplier alive) implements ServerAdapter {

		@Override
		public void stopAccepting() {
		}

		@Override
		public void announceClose() {
		}

		@Override
		public int connections() {
			return 0;
		}

		@Override
		public void closeIdle(Duration quiet) {
		}

		@Override
		public long aliveAt() {
			return this.alive.getAsLong();
		}

	}

}
