package io.prefork.worker;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SlowClients} and {@link ClientWatch}.
 */
class SlowClientsTests {

	private static final ClientLimits LIMITS = new ClientLimits(Duration.ofSeconds(30), 240, 240,
			Duration.ofSeconds(10), 0);

	private final SlowClients clients = new SlowClients(LIMITS);

	private final AtomicInteger closed = new AtomicInteger();

	private final ClientWatch watch = this.clients.watch(this.closed::incrementAndGet);

	/**
	 * Looks at the connections when so many seconds have passed since now, which is a
	 * little after what the test has told of them.
	 */
	private void sweepAfter(long seconds) {
		this.clients.sweep(System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds));
	}

	@Test
	void whenNothingIsDueThenAConnectionMayBeSilentForEver() {
		sweepAfter(1000);
		assertThat(this.closed).hasValue(0);
	}

	@Test
	void whenHeadIsNotWholeInTimeThenItIsBrokenOffOnce() {
		this.watch.awaitHead();
		sweepAfter(20);
		assertThat(this.closed).hasValue(0);
		this.watch.awaitHead();
		sweepAfter(32);
		sweepAfter(33);
		assertThat(this.closed).hasValue(1);
		assertThat(this.clients.brokenOff()).isEqualTo(1);
	}

	@Test
	void whenHeadIsWholeThenItIsNotDueAnyMore() {
		this.watch.awaitHead();
		this.watch.headRead();
		sweepAfter(100);
		assertThat(this.closed).hasValue(0);
	}

	@Test
	void whenHeadWaitsForTheWorkerThenTheClientIsNotToBlame() {
		this.watch.awaitHead();
		this.watch.holdHead();
		sweepAfter(1000);
		assertThat(this.closed).hasValue(0);
		this.watch.goOnWithHead();
		sweepAfter(20);
		assertThat(this.closed).hasValue(0);
		sweepAfter(32);
		assertThat(this.closed).hasValue(1);
	}

	@Test
	void whenNoHeadIsDueThenNoneIsHeld() {
		this.watch.holdHead();
		this.watch.awaitHead();
		sweepAfter(32);
		assertThat(this.closed).hasValue(1);
	}

	@Test
	void whenBodyDoesNotComeThenItIsBrokenOffAfterTheGracePeriod() {
		this.watch.waitToRead();
		sweepAfter(4);
		assertThat(this.closed).hasValue(0);
		sweepAfter(12);
		assertThat(this.closed).hasValue(1);
	}

	@Test
	void whenBytesOfThisStretchMakeUpForTheWaitThenItMayGoOn() {
		this.watch.waitToRead();
		this.watch.read(5000);
		this.watch.waitToRead();
		sweepAfter(12);
		assertThat(this.closed).hasValue(0);
		sweepAfter(25);
		assertThat(this.closed).hasValue(1);
	}

	@Test
	void whenMuchWasTakenAtOnceThenItDoesNotPayForLongSilence() {
		this.watch.wrote(100_000_000);
		this.watch.waitToWrite();
		sweepAfter(12);
		assertThat(this.closed).hasValue(0);
		sweepAfter(25);
		assertThat(this.closed).hasValue(1);
	}

	@Test
	void whenApplicationDoesNotReadThenTheClientIsNotToBlame() {
		this.watch.waitToRead();
		this.watch.read(1);
		sweepAfter(1000);
		assertThat(this.closed).hasValue(0);
	}

	@Test
	void whenRequestIsDoneThenNothingIsDue() {
		this.watch.waitToRead();
		this.watch.waitToWrite();
		this.watch.requestDone();
		sweepAfter(1000);
		assertThat(this.closed).hasValue(0);
	}

	@Test
	void whenAnswerIsNotTakenThenItIsBrokenOff() {
		this.watch.wrote(100_000_000);
		this.watch.requestDone();
		this.watch.waitToWrite();
		sweepAfter(12);
		assertThat(this.closed).hasValue(1);
	}

	@Test
	void whenClosedThenItIsWatchedNoMore() {
		this.watch.awaitHead();
		this.watch.close();
		sweepAfter(100);
		assertThat(this.closed).hasValue(0);
	}

	@Test
	void whenConnectionCannotBeClosedThenTheOthersAreLookedAtAllTheSame() {
		for (int i = 0; i < 10; i++) {
			this.clients.watch(() -> {
				this.closed.incrementAndGet();
				throw new IllegalStateException("closed for a test");
			}).awaitHead();
		}
		sweepAfter(100);
		assertThat(this.closed).hasValue(10);
	}

	@Test
	void whenThereAreNoLimitsThenNothingIsBrokenOff() {
		SlowClients unlimited = new SlowClients(ClientLimits.NONE);
		ClientWatch watch = unlimited.watch(this.closed::incrementAndGet);
		watch.awaitHead();
		watch.waitToRead();
		watch.waitToWrite();
		unlimited.sweep(System.nanoTime() + TimeUnit.DAYS.toNanos(1));
		assertThat(this.closed).hasValue(0);
	}

	@Test
	void whenTimePassesThenConnectionsAreLookedAtByThemselves() {
		SlowClients quick = new SlowClients(new ClientLimits(Duration.ofMillis(10), 0, 0, Duration.ZERO, 0));
		quick.watch(this.closed::incrementAndGet).awaitHead();
		Awaitility.await().until(() -> this.closed.get() == 1);
	}

	@Test
	void whenAnErrorIsThrownThenConnectionsAreLookedAtAfterwards() {
		SlowClients quick = new SlowClients(new ClientLimits(Duration.ofMillis(10), 0, 0, Duration.ZERO, 0));
		quick.watch(() -> {
			this.closed.incrementAndGet();
			throw new InternalError("thrown for a test");
		}).awaitHead();
		Awaitility.await().until(() -> this.closed.get() == 1);
		quick.watch(this.closed::incrementAndGet).awaitHead();
		Awaitility.await().until(() -> this.closed.get() == 2);
	}

}
