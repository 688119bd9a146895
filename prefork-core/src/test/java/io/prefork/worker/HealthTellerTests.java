package io.prefork.worker;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class HealthTellerTests {

	private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

	private final HealthTeller teller = new HealthTeller(this.told::add);

	@Test
	void whenThereIsNoCheckThenNothingIsWrong() throws InterruptedException {
		this.teller.asked();
		assertThat(this.told.poll(30, TimeUnit.SECONDS)).isEmpty();
	}

	@Test
	void whenCheckFailsThenThatIsTold() throws InterruptedException {
		this.teller.use(() -> {
			throw new IllegalStateException("closed");
		});
		this.teller.asked();
		assertThat(this.told.poll(30, TimeUnit.SECONDS)).contains("could not be checked").contains("closed");
	}

	@Test
	void whenAskedWhileItChecksThenItDoesNotCheckTwice() {
		CountDownLatch database = new CountDownLatch(1);
		AtomicInteger checks = new AtomicInteger();
		this.teller.use(() -> {
			checks.incrementAndGet();
			awaitUninterruptibly(database);
			return "db is DOWN";
		});
		this.teller.asked();
		await().until(() -> checks.get() == 1);
		this.teller.asked();
		this.teller.asked();
		database.countDown();
		await().until(() -> this.told.contains("db is DOWN"));
		assertThat(checks).hasValue(1);
		await().atMost(Duration.ofSeconds(30)).until(() -> {
			this.teller.asked();
			return checks.get() > 1;
		});
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
