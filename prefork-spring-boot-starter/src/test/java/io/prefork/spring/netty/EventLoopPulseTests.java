package io.prefork.spring.netty;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.netty.channel.DefaultEventLoop;
import io.netty.util.concurrent.EventExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link EventLoopPulse}.
 */
class EventLoopPulseTests {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private final EventExecutor loop = new DefaultEventLoop();

	private final EventLoopPulse pulse = new EventLoopPulse(this.loop);

	@AfterEach
	void shutDown() {
		this.loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
	}

	@Test
	void whenLoopIsHeldUpThenItWasLastSeenWhenItWasAsked() {
		CountDownLatch held = new CountDownLatch(1);
		this.loop.execute(() -> {
			try {
				held.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		});
		long asked = System.nanoTime();
		assertThat(this.pulse.aliveAt(asked)).isEqualTo(asked);
		assertThat(this.pulse.aliveAt(asked + SECOND)).isEqualTo(asked);
		assertThat(this.pulse.aliveAt(asked + 60 * SECOND)).isEqualTo(asked);
		held.countDown();
		await().until(() -> this.pulse.aliveAt(asked + 60 * SECOND) == asked + 60 * SECOND);
	}

	@Test
	void whenLoopComesRoundThenItIsAskedAgain() {
		long now = System.nanoTime();
		for (int i = 0; i < 5; i++) {
			long then = now + i * SECOND;
			await().until(() -> this.pulse.aliveAt(then) == then);
		}
	}

	@Test
	void whenLoopShutsDownThenItIsNotKeptFromIt() {
		this.loop.shutdownGracefully(2, 60, TimeUnit.SECONDS);
		await().until(() -> {
			long now = System.nanoTime();
			assertThat(this.pulse.aliveAt(now)).isEqualTo(now);
			return this.loop.isTerminated();
		});
	}

}
