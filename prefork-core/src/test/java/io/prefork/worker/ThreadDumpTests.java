package io.prefork.worker;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.locks.ReentrantLock;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ThreadDumpTests {

	private final RequestTracker requests = new RequestTracker();

	private final CountDownLatch release = new CountDownLatch(1);

	@Test
	void whenRequestsAreInFlightThenTheirStacksComeFirstAndTheOldestBeforeTheOthers() throws InterruptedException {
		Thread oldest = serving("/reports", "old-request");
		Thread youngest = serving("/orders", "young-request");
		this.requests.begin("POST", "/async").suspend();
		String dump = ThreadDump.of(this.requests);
		assertThat(dump).startsWith("request GET /reports, for ")
			.containsSubsequence("GET /reports", "on thread \"old-request\"", "servesSlowly", "GET /orders",
					"on thread \"young-request\"", "servesSlowly", "POST /async", "on no thread (asynchronous)");
		assertThat(dump.split("old-request", -1)).as("told once").hasSize(2);
		this.release.countDown();
		oldest.join();
		youngest.join();
	}

	@Test
	void whenThreadsAreDeadlockedThenThatIsSaidWithBothAndWhatTheyWaitFor() throws InterruptedException {
		ReentrantLock one = new ReentrantLock();
		ReentrantLock two = new ReentrantLock();
		CyclicBarrier both = new CyclicBarrier(2);
		Thread first = new Thread(() -> lock(one, two, both), "first-philosopher");
		Thread second = new Thread(() -> lock(two, one, both), "second-philosopher");
		first.start();
		second.start();
		try {
			await().untilAsserted(() -> assertThat(ThreadDump.of(this.requests)).contains("deadlock of 2 threads"));
			assertThat(ThreadDump.of(this.requests)).startsWith("deadlock of 2 threads")
				.contains("held by \"first-philosopher\"", "held by \"second-philosopher\"",
						getClass().getName() + ".lock(");
		}
		finally {
			first.interrupt();
			second.interrupt();
			first.join();
			second.join();
		}
	}

	@Test
	void whenNothingIsInFlightThenTheOtherThreadsAreThere() throws InterruptedException {
		Thread other = new Thread(this::servesSlowly, "background");
		other.start();
		await().untilAsserted(() -> assertThat(ThreadDump.of(this.requests)).contains("\"background\" WAITING on"));
		this.release.countDown();
		other.join();
	}

	@Test
	void whenThereIsTooMuchThenItIsCutOffButTheOldestRequestIsThere() {
		for (int i = 0; i < 5000; i++) {
			this.requests.begin("GET", "/number/" + i);
		}
		String dump = ThreadDump.of(this.requests);
		assertThat(dump).hasSizeLessThan(130 * 1024).startsWith("request GET /number/0,").endsWith("(cut off)");
	}

	private Thread serving(String target, String name) {
		int before = this.requests.busy();
		Thread thread = new Thread(() -> {
			this.requests.begin("GET", target);
			servesSlowly();
		}, name);
		thread.start();
		await().until(() -> this.requests.busy() > before && thread.getState() == Thread.State.WAITING);
		return thread;
	}

	private void servesSlowly() {
		try {
			this.release.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void lock(ReentrantLock mine, ReentrantLock others, CyclicBarrier both) {
		mine.lock();
		try {
			both.await();
			others.lockInterruptibly();
			others.unlock();
		}
		catch (Exception ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			mine.unlock();
		}
	}

}
