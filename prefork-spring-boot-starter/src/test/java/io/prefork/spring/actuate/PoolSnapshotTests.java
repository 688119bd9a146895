package io.prefork.spring.actuate;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PoolSnapshotTests {

	private final FakePoolControl control = new FakePoolControl();

	// Starts where System.nanoTime() may be: about to overflow.
	private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 10);

	private final PoolSnapshot snapshot = new PoolSnapshot(new PoolControlProvider(this.control), this.time::get);

	@Test
	void whenReadTwiceWithinASecondThenMasterIsAskedOnce() {
		this.snapshot.get();
		this.time.addAndGet(Duration.ofMillis(999).toNanos());
		this.snapshot.get();
		assertThat(this.control.reads).isEqualTo(1);
	}

	@Test
	void whenASecondHasPassedThenMasterIsAskedAgain() {
		this.snapshot.get();
		this.time.addAndGet(Duration.ofSeconds(1).toNanos());
		this.control.pool = FakePoolControl.pool("DEGRADED", 1, this.control.pool.pool());
		assertThat(this.snapshot.get().state()).isEqualTo("DEGRADED");
	}

	@Test
	void whenMasterDoesNotAnswerThenItIsAskedOnceASecond() {
		this.control.failure = new IllegalStateException("link closed");
		assertThatThrownBy(this.snapshot::get).hasMessage("link closed");
		assertThatThrownBy(this.snapshot::get).hasMessage("link closed");
		assertThat(this.control.reads).isEqualTo(1);
		this.control.failure = null;
		this.time.addAndGet(Duration.ofSeconds(1).toNanos());
		assertThat(this.snapshot.get()).isSameAs(this.control.pool);
	}

}
