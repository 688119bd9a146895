package io.prefork.spring.custom;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link BoundedExecutor}.
 */
class BoundedExecutorTests {

	private final ExecutorService unbounded = Executors.newCachedThreadPool();

	@AfterEach
	void stop() {
		this.unbounded.shutdownNow();
	}

	@Test
	void whenThereAreMoreTasksThanAllowedThenTheyWaitForThoseBeforeThem() {
		Executor executor = BoundedExecutor.bound(this.unbounded, 2);
		CompletableFuture<Void> released = new CompletableFuture<>();
		Queue<Integer> begun = new ConcurrentLinkedQueue<>();
		for (int i = 0; i < 5; i++) {
			int task = i;
			executor.execute(() -> {
				begun.add(task);
				released.join();
			});
		}
		await().during(100, TimeUnit.MILLISECONDS).until(() -> begun.size() == 2);
		released.complete(null);
		await().until(() -> begun.size() == 5);
		assertThat(List.copyOf(begun).subList(2, 5)).containsExactlyInAnyOrder(2, 3, 4);
	}

	@Test
	void whenTasksAreManyThenAllAreRunAndNeverMoreThanAllowed() {
		Executor executor = BoundedExecutor.bound(this.unbounded, 3);
		AtomicInteger running = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		AtomicInteger done = new AtomicInteger();
		for (int i = 0; i < 10_000; i++) {
			boolean failing = i % 1000 == 0;
			executor.execute(() -> {
				most.accumulateAndGet(running.incrementAndGet(), Math::max);
				running.decrementAndGet();
				done.incrementAndGet();
				if (failing) {
					throw new ExpectedException();
				}
			});
		}
		await().dontCatchUncaughtExceptions().until(() -> done.get() == 10_000);
		assertThat(most).hasValueLessThanOrEqualTo(3);
	}

	@Test
	void whenExecutorRejectsATaskThenItsGiverIsTold() {
		List<Runnable> taken = new ArrayList<>();
		AtomicInteger left = new AtomicInteger();
		Executor executor = BoundedExecutor.bound((task) -> {
			if (left.getAndDecrement() <= 0) {
				throw new RejectedExecutionException();
			}
			taken.add(task);
		}, 1);
		assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> executor.execute(() -> {
		}));
		left.set(1);
		AtomicInteger done = new AtomicInteger();
		executor.execute(done::incrementAndGet);
		executor.execute(done::incrementAndGet);
		taken.get(0).run();
		assertThat(done).as("runs also what is rejected when its turn comes").hasValue(2);
	}

	@Test
	void whenPoolHasNoMoreThreadsThenItIsTakenAsItIs() {
		ThreadPoolExecutor pool = new ThreadPoolExecutor(0, 3, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
		assertThat(BoundedExecutor.bound(pool, 3)).isSameAs(pool);
		assertThat(BoundedExecutor.bound(pool, 2)).isNotSameAs(pool);
	}

	private static final class ExpectedException extends RuntimeException {

		@Override
		public synchronized Throwable fillInStackTrace() {
			return this;
		}

	}

}
