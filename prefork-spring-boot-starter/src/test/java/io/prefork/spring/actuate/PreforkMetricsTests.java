package io.prefork.spring.actuate;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.RequiredSearch;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.prefork.control.PoolDocument;
import io.prefork.control.PoolDocument.WorkerSummary;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class PreforkMetricsTests {

	private final FakePoolControl control = new FakePoolControl();

	private final AtomicLong time = new AtomicLong();

	private final MeterRegistry registry = new SimpleMeterRegistry();

	private final PreforkMetrics metrics = new PreforkMetrics(
			new PoolSnapshot(new PoolControlProvider(this.control), this.time::get));

	@BeforeEach
	void bind() {
		this.metrics.bindTo(this.registry);
	}

	@ParameterizedTest
	@CsvSource({ "target, 4", "accepting, 4", "spare, 1", "ready, 0", "booting, 0", "draining, 0" })
	void whenPoolIsKnownThenWorkersAreCountedByState(String state, double count) {
		assertThat(this.registry.get("prefork.workers").tag("state", state).gauge().value()).isEqualTo(count);
	}

	@Test
	void whenPoolIsKnownThenItsMetersShowIt() {
		assertThat(gauge("prefork.busy")).isEqualTo(3);
		assertThat(gauge("prefork.slots")).isEqualTo(32);
		assertThat(counter("prefork.requests")).isEqualTo(120334);
		assertThat(counter("prefork.errors")).isEqualTo(17);
		assertThat(counter("prefork.overflowed")).isEqualTo(5);
		assertThat(counter("prefork.slow.clients")).isEqualTo(2);
		assertThat(gauge("prefork.lost")).isEqualTo(1);
		assertThat(counter("prefork.requests.slow")).isEqualTo(12);
		assertThat(counter("prefork.requests.timed.out")).isEqualTo(4);
		assertThat(counter("prefork.spawned")).isEqualTo(6);
		assertThat(counter("prefork.upgrades")).isEqualTo(1);
	}

	@ParameterizedTest
	@CsvSource({ "crash, signal, 1", "crash, oom-kill, 0", "timeout, heartbeat-timeout, 0", "recycled, max-age, 1",
			"recycled, max-memory, 0", "voluntary, voluntary, 0", "boot, boot-failure, 0" })
	void whenNothingHasExitedForACauseThenItsCounterIsThereAtZero(String category, String cause, double count) {
		assertThat(this.registry.get("prefork.exits")
			.tag("category", category)
			.tag("cause", cause)
			.functionCounter()
			.count()).isEqualTo(count);
	}

	@Test
	void whenExitsAreCountedThenByAClosedSetOfCauses() {
		assertThat(this.registry.get("prefork.exits").functionCounters())
			.extracting((counter) -> counter.getId().getTag("cause"))
			.containsExactlyInAnyOrder("voluntary", "max-requests", "max-age", "max-memory", "max-heap-after-gc",
					"exit-code", "signal", "oom-kill", "out-of-memory", "jvm-crash", "boot-failure", "boot-timeout",
					"heartbeat-timeout", "request-timeout", "deadlock", "drain-timeout");
	}

	@ParameterizedTest
	@CsvSource({ "failed, 1", "succeeded, 0", "cancelled, 0" })
	void whenRolloutsHaveEndedThenTheyAreCountedByOutcome(String outcome, double count) {
		assertThat(this.registry.get("prefork.rollouts").tag("outcome", outcome).functionCounter().count())
			.isEqualTo(count);
	}

	@ParameterizedTest
	@CsvSource({ "queue, up, 1", "busy, up, 0", "spare, up, 0", "idle, down, 0", "maximum, none, 0", "memory, none, 0",
			"crashes, none, 0" })
	void whenNothingWasDecidedForAReasonThenItsCounterIsThereAtZero(String reason, String direction, double count) {
		assertThat(this.registry.get("prefork.scale.decisions")
			.tags("reason", reason, "direction", direction)
			.functionCounter()
			.count()).isEqualTo(count);
	}

	@Test
	void whenMetersAreBoundThenMasterIsNotAskedYet() {
		assertThat(this.control.reads).isZero();
	}

	@Test
	void whenEveryMeterIsReadThenMasterIsAskedOnce() {
		scrape();
		scrape();
		assertThat(this.control.reads).isEqualTo(1);
	}

	@Test
	void whenWorkerIsSeenThenItHasMetersTaggedWithItsSlot() {
		scrape();
		assertThat(worker("busy", 0).gauge().value()).isEqualTo(1);
		assertThat(worker("rss", 0).gauge().value()).isEqualTo(214958080);
		assertThat(worker("heap.used", 0).gauge().value()).isEqualTo(61000000);
		assertThat(worker("heap.after.gc", 0).gauge().value()).isEqualTo(48000000);
		assertThat(worker("requests", 0).functionCounter().count()).isEqualTo(30011);
		assertThat(worker("age", 0).timeGauge().value(TimeUnit.SECONDS)).isEqualTo(120);
		assertThat(this.registry.get("prefork.listener.queued").tag("listener", "0.0.0.0:8080").gauge().value())
			.isZero();
	}

	@Test
	void whenSlotsComeAndGoThenTheirMetersDoToo() {
		scrape();
		show(worker(1, 77, 5L), worker(2, 78, null));
		assertThat(this.registry.find("prefork.worker.rss").tag("worker", "0").gauge()).isNull();
		assertThat(worker("rss", 1).gauge().value()).isEqualTo(5);
		assertThat(this.registry.find("prefork.worker.rss").tag("worker", "2").gauge()).isNull();
		assertThat(worker("busy", 2).gauge().value()).isZero();
	}

	@Test
	void whenSlotGetsANewProcessThenItsMetersAreKept() {
		show(worker(1, 77, 5L));
		Meter rss = worker("rss", 1).gauge();
		show(worker(1, 99, 6L));
		assertThat(worker("rss", 1).gauge()).isSameAs(rss);
		assertThat(worker("rss", 1).gauge().value()).isEqualTo(6);
	}

	@Test
	void whenMasterFallsSilentThenGaugesAreUnknownAndCountersStay() {
		scrape();
		this.control.failure = new IllegalStateException("link closed");
		nextSecond();
		scrape();
		assertThat(gauge("prefork.busy")).isNaN();
		assertThat(counter("prefork.requests")).isEqualTo(120334);
		assertThat(this.registry.find("prefork.worker.busy").gauges()).isEmpty();
		assertThat(this.control.reads).isEqualTo(2);
	}

	@Test
	void whenMasterAnswersAgainThenWorkersAreBack() {
		whenMasterFallsSilentThenGaugesAreUnknownAndCountersStay();
		this.control.failure = null;
		nextSecond();
		scrape();
		assertThat(worker("busy", 0).gauge().value()).isEqualTo(1);
	}

	@Test
	void whenTwoRegistriesAreBoundThenBothHaveTheWorkers() {
		MeterRegistry second = new SimpleMeterRegistry();
		this.metrics.bindTo(second);
		scrape();
		assertThat(second.get("prefork.worker.busy").tag("worker", "0").gauge().value()).isEqualTo(1);
		assertThat(worker("busy", 0).gauge().value()).isEqualTo(1);
	}

	@Test
	void whenProcessIsNotPartOfAPoolThenThereAreNoMeters() {
		MeterRegistry empty = new SimpleMeterRegistry();
		new PreforkMetrics(new PoolSnapshot(new PoolControlProvider(null), this.time::get)).bindTo(empty);
		assertThat(empty.getMeters()).isEmpty();
	}

	private void show(WorkerSummary... workers) {
		PoolDocument pool = FakePoolControl.pool("RUNNING", workers.length, List.of(workers));
		this.control.pool = pool;
		nextSecond();
		scrape();
	}

	private WorkerSummary worker(int slot, long pid, Long rss) {
		return new WorkerSummary(slot, pid, 2, "ACCEPTING", Duration.ofSeconds(5), 0, 0, 10, null, null, rss, null,
				null);
	}

	private void nextSecond() {
		this.time.addAndGet(Duration.ofSeconds(1).toNanos());
	}

	private void scrape() {
		this.registry.getMeters().forEach((meter) -> meter.measure().forEach((measurement) -> measurement.getValue()));
	}

	private RequiredSearch worker(String meter, int slot) {
		return this.registry.get("prefork.worker." + meter).tag("worker", Integer.toString(slot));
	}

	private double gauge(String name) {
		return this.registry.get(name).gauge().value();
	}

	private double counter(String name) {
		return this.registry.get(name).functionCounter().count();
	}

}
