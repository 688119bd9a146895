package io.prefork.worker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

import io.prefork.control.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class DeadlockWatchTests {

	private final RequestTracker requests = new RequestTracker();

	private final List<Message> told = new ArrayList<>();

	private final AtomicInteger expired = new AtomicInteger();

	private final DeadlockWatch watch = new DeadlockWatch(this.requests, Duration.ofSeconds(10),
			this.expired::incrementAndGet, this.told::add);

	private final ReentrantLock one = new ReentrantLock();

	private final ReentrantLock two = new ReentrantLock();

	private final CyclicBarrier both = new CyclicBarrier(2);

	private final List<Thread> threads = new ArrayList<>();

	@AfterEach
	void release() throws InterruptedException {
		for (Thread thread : this.threads) {
			thread.interrupt();
			thread.join();
		}
	}

	@Test
	void whenADeadlockIsFoundInTwoLooksThenTheMasterIsToldWithTheStacks() {
		deadlock();
		this.watch.look();
		assertThat(this.told).as("a look alone proves nothing").isEmpty();
		this.watch.look();
		assertThat(this.told).singleElement().isInstanceOfSatisfying(Message.Deadlocked.class, (found) -> {
			assertThat(found.threads()).isEqualTo(2);
			assertThat(found.requests()).isEqualTo(1);
			assertThat(found.text()).startsWith("deadlock of 2 threads\n")
				.contains("held by \"first-philosopher\"", "held by \"second-philosopher\"", "request GET /dinner");
		});
		this.watch.look();
		assertThat(this.told).as("for as long as it lasts").hasSize(2);
	}

	@Test
	void whenOtherRequestsWaitForADeadlockedThreadThenTheyHangTooAndNoOthersDo() {
		deadlock();
		Thread waiting = start("third-philosopher", () -> {
			this.requests.begin("GET", "/behind");
			this.one.lockInterruptibly();
		});
		await().until(() -> waiting.getState() == Thread.State.WAITING);
		this.requests.begin("GET", "/else");
		this.requests.begin("GET", "/asynchronous").suspend();
		this.watch.look();
		assertThat(this.requests.lost()).isZero();
		assertThat(this.expired).hasValue(0);
		this.watch.look();
		assertThat(this.expired).hasValue(1);
		assertThat(this.told).singleElement()
			.isInstanceOfSatisfying(Message.Deadlocked.class, (found) -> assertThat(found.requests()).isEqualTo(2));
		assertThat(this.requests.lost()).isEqualTo(2);
	}

	@Test
	void whenADeadlockHasDissolvedThenNobodyIsToldAndNoRequestIsLost() throws InterruptedException {
		deadlock();
		this.watch.look();
		release();
		this.watch.look();
		assertThat(this.told).isEmpty();
		assertThat(this.requests.lost()).isZero();
	}

	@Test
	void whenThreadsOnlyWaitThenThatIsNoDeadlock() {
		this.one.lock();
		Thread waiting = start("waiting", this.one::lockInterruptibly);
		await().until(() -> waiting.getState() == Thread.State.WAITING);
		this.watch.look();
		this.watch.look();
		assertThat(this.told).isEmpty();
	}

	private void deadlock() {
		Thread first = start("first-philosopher", () -> {
			this.requests.begin("GET", "/dinner");
			lock(this.one, this.two);
		});
		Thread second = start("second-philosopher", () -> lock(this.two, this.one));
		await().until(() -> first.getState() == Thread.State.WAITING && this.one.hasQueuedThread(second)
				&& this.two.hasQueuedThread(first));
	}

	private void lock(ReentrantLock mine, ReentrantLock others) throws Exception {
		mine.lock();
		try {
			this.both.await();
			others.lockInterruptibly();
			others.unlock();
		}
		finally {
			mine.unlock();
		}
	}

	private Thread start(String name, Task task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			catch (Exception ex) {
				Thread.currentThread().interrupt();
			}
		}, name);
		this.threads.add(thread);
		thread.start();
		return thread;
	}

	/**
	 * What a thread does until it is interrupted.
	 */
	@FunctionalInterface
	private interface Task {

		void run() throws Exception;

	}

}
