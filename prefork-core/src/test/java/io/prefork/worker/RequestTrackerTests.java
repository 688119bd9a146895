package io.prefork.worker;

import java.time.Duration;

import java.util.ArrayList;
import java.util.List;
import io.prefork.scoreboard.OldestRequest;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RequestTracker}.
 */
class RequestTrackerTests {

	private final RequestTracker tracker = new RequestTracker();

	@Test
	void whenNothingRunsThenIdle() {
		assertThat(this.tracker.busy()).isZero();
		assertThat(this.tracker.oldestStart()).isEmpty();
		assertThat(this.tracker.running()).isEmpty();
	}

	@Test
	void whenRequestsRunThenOldestStartIsThatOfTheFirst() {
		long before = System.nanoTime();
		RequestTracker.Tracked first = this.tracker.begin("GET", "/first");
		long between = System.nanoTime();
		this.tracker.begin("POST", "/second");
		assertThat(this.tracker.busy()).isEqualTo(2);
		assertThat(this.tracker.oldestStart().orElseThrow()).isBetween(before, between);
		first.end(200);
		assertThat(this.tracker.oldestStart().orElseThrow()).isGreaterThanOrEqualTo(between);
	}

	@Test
	void whenRequestsRunThenListedWithTheOldestFirst() {
		this.tracker.begin("GET", "/first");
		this.tracker.begin("POST", "/second");
		assertThat(this.tracker.running()).extracting(RunningRequest::target).containsExactly("/first", "/second");
		assertThat(this.tracker.running().get(0)).satisfies((request) -> {
			assertThat(request.method()).isEqualTo("GET");
			assertThat(request.age()).isGreaterThan(Duration.ZERO);
			assertThat(request.thread()).isSameAs(Thread.currentThread());
		});
	}

	@Test
	void whenSuspendedThenBusyWithoutAThread() throws InterruptedException {
		RequestTracker.Tracked tracked = this.tracker.begin("GET", "/");
		tracked.suspend();
		assertThat(this.tracker.busy()).isEqualTo(1);
		assertThat(this.tracker.running().get(0).thread()).isNull();
		Thread thread = new Thread(tracked::resume);
		thread.start();
		thread.join();
		assertThat(this.tracker.running().get(0).thread()).isSameAs(thread);
	}

	@Test
	void whenEndedThenCountedOnce() {
		RequestTracker.Tracked tracked = this.tracker.begin("GET", "/");
		tracked.end(200);
		tracked.end(500);
		assertThat(this.tracker.busy()).isZero();
		assertThat(this.tracker.completed()).isEqualTo(1);
		assertThat(this.tracker.errors()).isZero();
	}

	@Test
	void whenEndedWithServerErrorThenCountedAsError() {
		this.tracker.begin("GET", "/").end(404);
		this.tracker.begin("GET", "/").end(500);
		this.tracker.begin("GET", "/").end(503);
		assertThat(this.tracker.completed()).isEqualTo(3);
		assertThat(this.tracker.errors()).isEqualTo(2);
	}

	@Test
	void whenManyAreInFlightThenTheOldestAreNamed() {
		RequestTracker tracker = new RequestTracker();
		assertThat(tracker.oldest(3)).isEmpty();
		List<RequestTracker.Tracked> begun = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			begun.add(tracker.begin("GET", "/" + i));
		}
		assertThat(tracker.oldest(3)).extracting(OldestRequest::request).containsExactly("GET /0", "GET /1", "GET /2");
		begun.get(1).end(200);
		assertThat(tracker.oldest(2)).extracting(OldestRequest::request).containsExactly("GET /0", "GET /2");
	}

	@Test
	void whenListenersAreToldOfRequestsThenInPairsThatAreNested() {
		List<String> told = new ArrayList<>();
		this.tracker.tell(List.of(new Telling("a", told), new Telling("b", told)));
		RequestTracker.Tracked tracked = this.tracker.begin("GET", "/first");
		tracked.suspend();
		tracked.resume();
		tracked.end(204);
		tracked.end(500);
		assertThat(told).containsExactly("a begins GET /first", "b begins GET /first", "b ended GET /first 204",
				"a ended GET /first 204");
	}

	@Test
	void whenAListenerFailsThenOthersAreToldAndTheRequestGoesOn() {
		List<String> told = new ArrayList<>();
		this.tracker.tell(List.of(new Failing(), new Telling("b", told)));
		this.tracker.begin("GET", "/first").end(200);
		assertThat(told).containsExactly("b begins GET /first", "b ended GET /first 200");
		assertThat(this.tracker.busy()).isZero();
		assertThat(this.tracker.completed()).isEqualTo(1);
	}

	private record Telling(String name, List<String> told) implements RequestListener {

		@Override
		public void preRequest(Request request) {
			this.told.add(this.name + " begins " + request.method() + " " + request.target());
		}

		@Override
		public void postRequest(Request request, int status, Duration took) {
			assertThat(took).isPositive();
			this.told.add(this.name + " ended " + request.method() + " " + request.target() + " " + status);
		}

	}

	private static final class Failing implements RequestListener {

		@Override
		public void preRequest(Request request) {
			throw new AssertionError("a failure on purpose");
		}

		@Override
		public void postRequest(Request request, int status, Duration took) {
			throw new IllegalStateException("a failure on purpose");
		}

	}

}
