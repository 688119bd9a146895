package io.prefork.worker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.prefork.worker.RequestExpiry.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link RequestTimeouts}, whose time is that of the tests, and for
 * {@link PreforkRequest}.
 */
class RequestTimeoutsTests {

	private static final Duration ROUND = Duration.ofMillis(500);

	private final RequestTracker requests = new RequestTracker();

	private final List<String> log = new ArrayList<>();

	private final CountDownLatch release = new CountDownLatch(1);

	private RequestTimeouts timeouts = watch(RequestLimits.NONE);

	private long now = System.nanoTime();

	private RequestTimeouts watch(RequestLimits limits) {
		return new RequestTimeouts(this.requests, limits, 4, this.log::add);
	}

	private static RequestLimits limits(int slow, int soft, int hard) {
		return new RequestLimits(Duration.ofSeconds(slow), Duration.ofSeconds(soft), false, Duration.ofSeconds(hard),
				0.5);
	}

	private void passSeconds(int seconds) {
		for (Duration passed = Duration.ZERO; passed.toSeconds() < seconds; passed = passed.plus(ROUND)) {
			this.now += ROUND.toNanos();
			this.timeouts.sweep(this.now);
		}
	}

	/**
	 * A request whose thread hangs.
	 */
	private RequestTracker.Tracked hang(String target) {
		CompletableFuture<RequestTracker.Tracked> begun = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			RequestTracker.Tracked tracked = this.requests.begin("GET", target);
			begun.complete(tracked);
			try {
				this.release.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			tracked.end(Thread.currentThread().isInterrupted() ? 500 : 200);
		}, "hung-" + target.substring(1));
		thread.start();
		await().until(() -> thread.getState() == Thread.State.WAITING);
		return beginsNow(begun.join());
	}

	private RequestTracker.Tracked begin(String target) {
		return beginsNow(this.requests.begin("GET", target));
	}

	/**
	 * Moves the time of the test on to when the request began.
	 */
	private RequestTracker.Tracked beginsNow(RequestTracker.Tracked tracked) {
		this.now -= Math.min(0, tracked.age(this.now));
		return tracked;
	}

	@AfterEach
	void release() {
		this.release.countDown();
	}

	@Test
	void whenRequestHangsInADeadlockThenItsClientIsAnsweredWhateverTheLimits() {
		AtomicInteger expired = new AtomicInteger();
		RequestTracker.Tracked hanging = this.requests.begin("GET", "/hanging");
		hanging.onExpiry(() -> {
			expired.incrementAndGet();
			return Outcome.ANSWERED;
		});
		this.timeouts.sweep(this.now);
		assertThat(expired).hasValue(0);
		this.requests.deadlocked((thread) -> thread == Thread.currentThread());
		this.timeouts.sweep(this.now + ROUND.toNanos());
		assertThat(expired).hasValue(1);
		assertThat(this.log).singleElement()
			.asString()
			.startsWith("A request is hanging in a deadlock; its client is answered with 503, and its thread is lost");
		assertThat(this.requests.timedOut()).isEqualTo(1);
	}

	@Test
	void whenRequestIsSlowThenItIsLoggedOnceWithItsStack() {
		this.timeouts = watch(limits(2, 0, 0));
		hang("/report");
		passSeconds(2);
		assertThat(this.log).isEmpty();
		passSeconds(10);
		assertThat(this.log).singleElement()
			.asString()
			.startsWith("A request is slow: GET /report, for 2")
			.contains(" ms, on thread \"hung-report\"\n\tat ", "CountDownLatch.await");
		assertThat(this.requests.slow()).isEqualTo(1);
		assertThat(this.requests.timedOut()).isZero();
	}

	@Test
	void whenManyAreSlowThenOneASecondIsLoggedAndTheOthersAreCounted() {
		this.timeouts = watch(limits(2, 0, 0));
		for (int i = 0; i < 5; i++) {
			begin("/many").suspend();
		}
		passSeconds(3);
		begin("/later").suspend();
		passSeconds(5);
		assertThat(this.log).hasSize(2);
		assertThat(this.log.get(0)).contains("GET /many", "on no thread").doesNotContain("since the last report");
		assertThat(this.log.get(1)).contains("4 more since the last report");
		assertThat(this.requests.slow()).isEqualTo(6);
	}

	@Test
	void whenPastTheSoftLimitThenItIsReportedAndInterruptedIfToldSo() {
		this.timeouts = watch(new RequestLimits(Duration.ZERO, Duration.ofSeconds(3), true, Duration.ZERO, 1));
		hang("/waiting");
		passSeconds(4);
		await().until(() -> this.requests.busy() == 0);
		assertThat(this.requests.errors()).isEqualTo(1);
		assertThat(this.log).singleElement()
			.asString()
			.startsWith("A request is past its soft timeout, and is interrupted: GET /waiting");
		assertThat(this.requests.slow()).isEqualTo(1);
	}

	@Test
	void whenPastTheSoftLimitThenItIsNotInterruptedUnlessToldSo() {
		this.timeouts = watch(limits(1, 3, 0));
		hang("/waiting");
		passSeconds(6);
		assertThat(this.requests.busy()).isEqualTo(1);
		assertThat(this.log).hasSize(2);
		assertThat(this.log.get(1)).startsWith("A request is past its soft timeout: GET /waiting");
		assertThat(this.requests.slow()).as("each counts once").isEqualTo(1);
	}

	@Test
	void whenRequestHasMovedOnThenItsThreadIsNotInterrupted() {
		RequestTracker.Tracked first = begin("/first");
		first.end(200);
		RequestTracker.Tracked second = begin("/second");
		assertThat(first.interrupt()).isFalse();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		second.end(200);
	}

	@Test
	void whenPastTheHardLimitThenItsClientIsAnsweredAndItsThreadIsLost() {
		this.timeouts = watch(limits(0, 0, 5));
		AtomicInteger expired = new AtomicInteger();
		hang("/hung").onExpiry(() -> {
			expired.incrementAndGet();
			return Outcome.ANSWERED;
		});
		passSeconds(5);
		assertThat(expired).hasValue(0);
		passSeconds(5);
		assertThat(expired.get()).as("told again, until it has ended").isGreaterThan(1);
		assertThat(this.log).singleElement()
			.asString()
			.startsWith("A request is past its timeout; its client is answered with 503, and its thread is lost "
					+ "until it comes back (1 lost of 4): GET /hung, for 5")
			.contains("CountDownLatch.await");
		assertThat(this.requests.timedOut()).isEqualTo(1);
		assertThat(this.requests.lost()).isEqualTo(1);
		this.release.countDown();
		await().until(() -> this.requests.lost() == 0);
		assertThat(this.requests.busy()).isZero();
	}

	@Test
	void whenItHasNoThreadThenNoneIsLost() {
		this.timeouts = watch(limits(0, 0, 5));
		RequestTracker.Tracked request = begin("/async");
		request.onExpiry(() -> Outcome.ANSWERED);
		request.suspend();
		passSeconds(7);
		assertThat(this.log).singleElement()
			.asString()
			.startsWith("A request is past its timeout; its client is answered with 503: GET /async");
		assertThat(this.requests.timedOut()).isEqualTo(1);
		assertThat(this.requests.lost()).isZero();
	}

	@Test
	void whenItIsSparedThenItHasNotTimedOut() {
		this.timeouts = watch(limits(0, 0, 5));
		RequestTracker.Tracked request = begin("/stream");
		request.onExpiry(() -> Outcome.SPARED);
		passSeconds(20);
		assertThat(this.log).isEmpty();
		assertThat(this.requests.timedOut()).isZero();
		request.end(200);
	}

	@Test
	void whenTheWorkerStoodStillThenThatTimeIsNotCounted() {
		this.timeouts = watch(limits(0, 0, 5));
		RequestTracker.Tracked request = begin("/");
		request.onExpiry(() -> Outcome.ANSWERED);
		passSeconds(2);
		this.now += Duration.ofMinutes(10).toNanos();
		this.timeouts.sweep(this.now);
		passSeconds(2);
		assertThat(this.requests.timedOut()).isZero();
		passSeconds(2);
		assertThat(this.requests.timedOut()).isEqualTo(1);
		request.end(200);
	}

	@Test
	void whenItsDeadlineIsExtendedThenItHasThatMuchMoreTime() {
		this.timeouts = watch(limits(2, 4, 5));
		RequestTracker.Tracked request = begin("/");
		request.onExpiry(() -> Outcome.ANSWERED);
		PreforkRequest.extendDeadline(Duration.ofSeconds(10));
		PreforkRequest taken = PreforkRequest.current();
		request.suspend();
		CompletableFuture.runAsync(() -> taken.extend(Duration.ofSeconds(10))).join();
		passSeconds(24);
		assertThat(this.log).as("slow all the same").singleElement().asString().startsWith("A request is slow");
		assertThat(this.requests.timedOut()).isZero();
		passSeconds(2);
		assertThat(this.requests.timedOut()).isEqualTo(1);
	}

	@Test
	void whenExtendedForEverThenItNeverTimesOut() {
		this.timeouts = watch(limits(0, 0, 1));
		RequestTracker.Tracked request = begin("/");
		request.onExpiry(() -> Outcome.ANSWERED);
		for (int i = 0; i < 500; i++) {
			PreforkRequest.extendDeadline(Duration.ofDays(365));
		}
		passSeconds(5);
		assertThat(this.requests.timedOut()).isZero();
		request.end(200);
	}

	@Test
	void whenThereIsNoRequestThenExtendingIsIgnored() {
		PreforkRequest.extendDeadline(Duration.ofSeconds(1));
		RequestTracker.Tracked request = begin("/");
		PreforkRequest ended = PreforkRequest.current();
		request.end(200);
		ended.extend(Duration.ofSeconds(1));
		assertThat(RequestTracker.current()).isNull();
	}

	@Test
	void whenExtendedByNothingOrTooMuchThenThatIsRefused() {
		for (Duration by : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofDays(366))) {
			assertThatIllegalArgumentException().isThrownBy(() -> PreforkRequest.extendDeadline(by))
				.withMessageContaining("at most 365 days, and not by " + by);
		}
	}

	@Test
	void whenTheRequestIsOnAnotherThreadThenItIsNotTheCurrentOne() throws InterruptedException {
		RequestTracker.Tracked request = begin("/");
		assertThat(RequestTracker.current()).isSameAs(request);
		Thread other = new Thread(request::resume);
		other.start();
		other.join();
		assertThat(RequestTracker.current()).isNull();
		request.end(200);
	}

}
